"""Whose word stands: an exact or well witnessed value is never replaced by a vaguer one, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.command_line import Command
from support.post_files import Post, a_post, render
from support.web_client import open_reader

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.documents.revisions import read_shown
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from pipelines.compare.deduplicate import compare
from pipelines.compare.witnesses import keep_names, settle_time
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.articles.article import find_article
from storage.articles.time_change import list_time_changes
from storage.ledger.source import ensure_source
from storage.records import (
    Article,
    Delivery,
    Exchange,
    Forms,
    Image,
    Link,
    Owed,
    Paragraph,
    Precision,
    Source,
    StoredArticle,
    TimeChange,
    Witness,
)

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
CST_NINE = datetime.fromisoformat("2022-03-11T09:10:20+08:00")
ARTICLE = Article(
    info_code="NW202203112301200001",
    url="http://h.example/",
    form="media",
    title="湖畔新城",
    published_at=CST_NINE,
    precision="second",
    media="瑶湖日报",
    author="张平",
    summary="湖畔新城今日开工。",
    source_line="（文章来源：瑶湖日报）",
    continued=False,
    paragraphs=(Paragraph("湖畔新城今日开工。"),),
    images=(Image("http://h.example/1.jpg", "开工"),),
    links=(Link("http://h.example/2", "新城"),),
)


def stating(
    printed: str, precision: Precision = "second", witness: Witness = "page", **changes: object
) -> Article:
    """Return the article with another time."""
    moment = datetime.fromisoformat(f"2022-03-{printed}+08:00")
    return replace(ARTICLE, published_at=moment, precision=precision, witness=witness, **changes)  # type: ignore[arg-type]


KNOWN, OFFERED = "known", "offered"


@pytest.mark.parametrize(
    ("known", "offered", "stands"),
    [
        (stating("11 09:10:20"), stating("11 00:00", "day", "address"), KNOWN),
        (stating("11 09:10:20"), stating("12 18:05:11", "day"), KNOWN),
        (stating("11 09:10:20"), stating("11 17:46", "minute"), KNOWN),
        (stating("11 09:10:20"), stating("11 09:10", "minute", "file"), KNOWN),
        (stating("11 09:10", "minute"), stating("11 09:10:20"), OFFERED),
        (stating("11 09:10", "minute"), stating("11 00:00", "day", "file"), KNOWN),
        (stating("11 18:05:11", "day"), stating("11 10:05:11", witness="file"), OFFERED),
        (stating("11 18:05:11", "day"), stating("11 10:05:11", witness="json"), OFFERED),
        (stating("11 18:05:11", "day"), stating("11 18:05:11"), OFFERED),
        (stating("11 00:00", "day", "address"), stating("11 09:10", "minute"), OFFERED),
        (stating("11 00:00", "day", "address"), stating("11 18:05", "day"), KNOWN),
        (stating("11 00:00", "day", "address"), stating("12 18:05", "day"), OFFERED),
        (stating("11 18:05", "day"), stating("12 00:00", "day", "address"), KNOWN),
        (stating("11 00:00", "day", "text"), stating("12 00:00", "day", "text"), OFFERED),
        (stating("11 09:10:20", witness="file"), stating("11 17:10:20"), KNOWN),
        (stating("11 09:10:20", witness="json"), stating("11 17:10:20"), KNOWN),
        (stating("11 17:10:20"), stating("11 09:10:20", witness="file"), OFFERED),
        (stating("11 17:10:20"), stating("11 09:10:20", witness="json"), OFFERED),
        (stating("11 09:10:20"), stating("11 11:10:20"), OFFERED),
        (stating("11 09:10:20"), stating("11 09:11:20"), OFFERED),
        (stating("11 09:10:20", witness="file"), stating("11 09:11:20", witness="file"), OFFERED),
        (stating("11 09:10:20"), stating("11 09:11:35", witness="json"), KNOWN),
        (stating("11 09:10:20"), stating("11 09:12:20", witness="json"), KNOWN),
        (stating("11 09:10:20"), stating("11 09:08:20", witness="json"), KNOWN),
        (stating("11 09:10:20"), stating("11 09:12:21", witness="json"), OFFERED),
        (stating("11 09:10:20", witness="file"), stating("11 09:11:35", witness="json"), KNOWN),
        (stating("11 09:10:20", witness="json"), stating("11 09:11:35", witness="json"), KNOWN),
        (stating("11 09:10:20", witness="json"), stating("11 09:13:35", witness="json"), OFFERED),
        (stating("11 09:11:35", witness="json"), stating("11 09:10:20"), KNOWN),
        (stating("11 09:10", "minute"), stating("11 09:11", "minute", "json"), KNOWN),
        (stating("11 09:10:20"), replace(ARTICLE, published_at=None), KNOWN),
        (replace(ARTICLE, published_at=None), stating("11 09:10:20", "day"), OFFERED),
    ],
)
def test_the_more_exact_then_the_better_witness_stands(known: Article, offered: Article, stands: str) -> None:
    expected = known if stands == KNOWN else offered
    settled = settle_time(offered, known, leads=True)
    assert (settled.published_at, settled.precision) == (expected.published_at, expected.precision)
    assert settled.witness == expected.witness
    assert replace(settled, published_at=None, precision="second", witness="page") == replace(
        offered, published_at=None, precision="second", witness="page"
    )


def test_the_same_time_from_a_better_witness_is_its_word() -> None:
    settled = settle_time(stating("11 09:10:20", witness="file"), ARTICLE, leads=True)
    assert (settled.published_at, settled.witness) == (CST_NINE, "file")


def test_between_equals_the_newspapers_form_has_the_word() -> None:
    other = stating("11 10:10:20")
    assert settle_time(other, ARTICLE, leads=False).published_at == CST_NINE
    assert settle_time(other, ARTICLE, leads=True).published_at == other.published_at


STATEMENTS = st.builds(
    stating,
    st.sampled_from(["11 09:10:20", "11 09:11:00", "11 17:10:20", "12 00:00:00", "12 01:10:20"]),
    st.sampled_from(["second", "minute", "day"]),
    st.sampled_from(["page", "json", "file", "text", "address"]),
    form=st.sampled_from(["media", "rolling"]),
)


@given(st.lists(STATEMENTS, min_size=1, max_size=6))
@settings(max_examples=200)
def test_no_order_of_answers_makes_a_time_vaguer(statements: list[Article]) -> None:
    stored: StoredArticle | None = None
    exactness = {"day": 0, "minute": 1, "second": 2}
    best = 0
    for statement in statements:
        compared = compare(statement, stored)
        stored = as_stored(compared.article, compared.forms, compared.content_hash)
        best = max(best, exactness[statement.precision])
        assert exactness[stored.article.precision] == best
        assert stored.article.published_at in {one.published_at for one in statements}


def as_stored(article: Article, forms: Forms, content_hash: str) -> StoredArticle:
    return StoredArticle(1, article, forms, content_hash, None, NOW, NOW, 1, 1, "archived", None)


# Names, pictures and links.


def after(*arrivals: Article) -> Article:
    """Return what the archive has of an article after these arrivals."""
    stored: StoredArticle | None = None
    for article in arrivals:
        compared = compare(article, stored)
        stored = as_stored(compared.article, compared.forms, compared.content_hash)
    assert stored is not None
    return stored.article


BARE = replace(
    ARTICLE,
    media=None,
    author=None,
    summary=None,
    source_line=None,
    images=(),
    links=(),
    url="http://h.example/b",
)


@pytest.mark.parametrize(
    "field", ["media", "author", "summary", "source_line", "images", "links", "published_at"]
)
@pytest.mark.parametrize("form", ["media", "rolling"])
def test_an_answer_that_leaves_something_out_erases_nothing(field: str, form: str) -> None:
    bare = replace(BARE, form=form)
    for arrivals in permutations((ARTICLE, bare, replace(ARTICLE, form=form))):
        assert getattr(after(*arrivals), field) == getattr(ARTICLE, field)


def test_a_source_line_names_the_newspaper_better_than_a_list_does() -> None:
    other = replace(BARE, media="别家网")
    assert after(ARTICLE, other).media == "瑶湖日报"
    assert after(other, ARTICLE).media == "瑶湖日报"
    renamed = replace(ARTICLE, media="瑶湖晚报", source_line="（文章来源：瑶湖晚报）")
    assert after(ARTICLE, renamed).media == "瑶湖晚报"
    assert keep_names(other, BARE, same_form=True).media == "别家网"


# Real ways into the archive.

FIRST_DAY = replace(
    a_post(3), code="202112082206670003", published_at=datetime.fromisoformat("2021-12-08T10:05:11+08:00")
)
LATE = FIRST_DAY.published_at + timedelta(hours=8)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive") as archive:
        with archive.writing() as connection:
            ensure_source(
                connection,
                Source(
                    "yaohu", "瑶湖日报", "category", "http://h.example/", "Asia/Shanghai", None, enabled=True
                ),
            )
        yield archive


def page_of(post: Post, shown: datetime) -> str:
    body = "".join(f"<p>{line}</p>" for line in post.paragraphs)
    address = f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={post.info_code}"
    return (
        f"<section><small>(GMT+8, CST) {shown:%Y-%m-%d %H:%M:%S}</small><h1>{post.title}</h1>{body}<p>"
        f'<a href="{address}">{address}</a></p>'
        f"<small>tags: <em>{post.media}新闻</em></small></section></html>"
    )


class Ways:
    """The ways by which one post comes into an archive."""

    def __init__(self, archive: Archive, folder: Path, post: Post) -> None:
        self.archive, self.folder, self.post = archive, folder, post

    def dated(self) -> None:
        """Crawl it from a page that Jekyll made from a time without a zone."""
        slug, day = self.post.slug, f"{LATE:%Y/%m/%d}"
        self._crawl(f"http://h.example/{slug}/{day}/{self.post.info_code}.html", LATE)

    def moved(self) -> None:
        """Crawl it from where it was moved."""
        self._crawl(
            f"http://h.example/old_post/2021-12-08-{self.post.info_code}.html", self.post.published_at
        )

    def file(self) -> None:
        """Import its file."""
        path = self.folder / "_posts" / self.post.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(self.post), "utf-8")
        import_posts(self.archive, [path], 100_000, ImportCounts())

    def other_file(self) -> None:
        """Import the file of an earlier, shorter text: the crawled one stands."""
        path = self.folder / "old_post" / self.post.name
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(replace(self.post, paragraphs=self.post.paragraphs[:1])), "utf-8")
        import_posts(self.archive, [path], 100_000, ImportCounts())

    def json(self) -> None:
        """Ask the endpoint, which is a minute off."""
        moment = self.post.published_at + timedelta(seconds=61)
        body = "".join(f"<p>{line}</p>" for line in self.post.paragraphs)
        answer = f'{{"text": "{body}", "content": "{body}", "showtime": "{moment:%Y-%m-%d %H:%M:%S}"}}'
        url = f"http://h.example/get?id={self.post.info_code}"
        self._settle(url, answer, read_article_json(answer, url, self.post.info_code))

    def _crawl(self, url: str, shown: datetime) -> None:
        page = page_of(self.post, shown)
        self._settle(url, page, read_article(page, url))

    def _settle(self, url: str, body: str, draft: object) -> None:
        owed = Owed("yaohu", self.post.info_code, "media", url, self.post.title)
        exchange = Exchange(url, NOW, 200, (), (("Content-Type", "text/html"),), body.encode())
        (settled,) = settle(self.archive, [PendingDelivery(Delivery(owed, exchange, draft), NOW)])  # type: ignore[arg-type]
        assert settled.outcome in {"new", "unchanged", "revised"}

    def known(self) -> tuple[StoredArticle, list[TimeChange]]:
        """Return the article and how its time changed."""
        with self.archive.reading() as connection:
            stored = find_article(connection, self.post.info_code)
            changes = list_time_changes(connection, self.post.info_code)
        assert stored is not None
        return stored, changes


@pytest.mark.parametrize(
    "order",
    [
        *permutations(("dated", "file", "json", "moved")),
        ("dated", "other_file", "dated"),
        ("dated", "json", "dated"),
        ("moved", "dated"),
        ("file", "dated", "dated"),
    ],
    ids="-".join,
)
def test_a_first_day_time_is_exact_once_and_for_all(
    archive: Archive, tmp_path: Path, order: tuple[str, ...]
) -> None:
    ways = Ways(archive, tmp_path, FIRST_DAY)
    times: list[tuple[datetime | None, Precision]] = []
    for way in order:
        getattr(ways, way)()
        stored, _ = ways.known()
        times.append((stored.article.published_at, stored.article.precision))
    stored, changes = ways.known()
    assert stored.article.precision == "second"
    assert stored.article.published_at is not None
    assert abs(stored.article.published_at - FIRST_DAY.published_at) <= timedelta(minutes=2)
    assert [((c.old, c.old_precision), (c.new, c.new_precision)) for c in changes] == [
        (one, other) for one, other in pairwise(times) if one != other
    ]
    assert len(changes) == (order[0] == "dated")


def test_an_older_file_gives_its_time_and_leaves_the_text(archive: Archive, tmp_path: Path) -> None:
    ways = Ways(archive, tmp_path, FIRST_DAY)
    ways.dated()
    before, _ = ways.known()
    ways.other_file()
    stored, (change,) = ways.known()
    assert stored.article.paragraphs == before.article.paragraphs
    assert (stored.capture_id, stored.revision) == (before.capture_id, before.revision)
    assert (stored.article.published_at, stored.article.witness) == (FIRST_DAY.published_at, "file")
    assert (change.old, change.old_precision, change.old_witness) == (LATE, "day", "page")
    assert (change.new, change.new_precision, change.new_witness) == (
        FIRST_DAY.published_at,
        "second",
        "file",
    )
    assert change.capture_id is not None
    assert stored.id != before.id, "ids order by publication"


def test_a_file_that_says_the_same_becomes_the_witness(archive: Archive, tmp_path: Path) -> None:
    ways = Ways(archive, tmp_path, FIRST_DAY)
    ways.moved()
    ways.file()
    stored, changes = ways.known()
    assert (stored.article.published_at, stored.article.witness) == (FIRST_DAY.published_at, "file")
    assert changes == []
    ways.moved()
    stored, _ = ways.known()
    assert stored.article.witness == "file"


def test_an_endpoint_that_is_a_minute_off_moves_nothing(archive: Archive, tmp_path: Path) -> None:
    ways = Ways(archive, tmp_path, FIRST_DAY)
    ways.moved()
    ways.json()
    stored, changes = ways.known()
    assert (stored.article.published_at, changes) == (FIRST_DAY.published_at, [])


def changed_by_file(archive: Archive, folder: Path) -> None:
    ways = Ways(archive, folder, FIRST_DAY)
    ways.dated()
    ways.file()


def test_show_says_how_the_time_changed(archive: Archive, tmp_path: Path, command: Command) -> None:
    changed_by_file(archive, tmp_path)
    with archive.reading() as view:
        shown = read_shown(view, FIRST_DAY.code)
    (change,) = shown["time_changes"]
    assert change.pop("noticed_at").endswith("+08:00")
    assert isinstance(change.pop("capture_id"), int)
    assert change == {
        "old": "2021-12-08T18:05:11+08:00",
        "old_precision": "day",
        "old_witness": "page",
        "new": "2021-12-08T10:05:11+08:00",
        "new_precision": "second",
        "witness": "file",
    }
    assert (shown["published_at"], shown["time_witness"]) == ("2021-12-08T10:05:11+08:00", "file")
    ended = command("--archive", archive.folder, "show", FIRST_DAY.code)
    assert ended.status == 0
    printed = ended.stdout
    assert "2021-12-08 10:05" in printed.splitlines()[1]
    assert "time changed from 2021-12-08 (page) to 2021-12-08T10:05:11+08:00 (file), on " in " ".join(
        printed.split()
    )


def test_a_time_known_to_the_day_is_shown_without_an_hour(
    archive: Archive, tmp_path: Path, command: Command
) -> None:
    Ways(archive, tmp_path, FIRST_DAY).dated()
    for arguments in (["show", FIRST_DAY.code], ["list"]):
        printed = command("--archive", archive.folder, *arguments).stdout
        assert "2021-12-08" in printed
        assert "18:05" not in printed


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", ("How the publication time changed", "stated by its page", "stated by an imported post")),
        ("zh", ("发表时间的更改", "据其页面", "据导入的文件")),
    ],
)
def test_the_reader_says_how_the_time_changed(
    archive: Archive, tmp_path: Path, language: str, says: tuple[str, ...]
) -> None:
    changed_by_file(archive, tmp_path)
    with open_reader(archive.folder, language) as reader:
        page = reader.get(f"/article/{FIRST_DAY.info_code}").text
        answer = reader.get(f"/api/v1/articles/{FIRST_DAY.info_code}").json()
    assert all(one in page for one in says)
    assert '<time datetime="2021-12-08T18:05:11+08:00">2021-12-08</time>' in page
    assert '<time datetime="2021-12-08T10:05:11+08:00">2021-12-08 10:05</time>' in page
    assert [change["witness"] for change in answer["time_changes"]] == ["file"]


def test_a_time_that_never_changed_is_not_spoken_of(archive: Archive, tmp_path: Path) -> None:
    Ways(archive, tmp_path, FIRST_DAY).moved()
    with open_reader(archive.folder) as reader:
        assert "How the publication time changed" not in reader.get(f"/article/{FIRST_DAY.info_code}").text
    with archive.reading() as view:
        assert read_shown(view, FIRST_DAY.code)["time_changes"] == []
