"""Importing posts: every generation, twins, ghosts, both folders, strays, and imports that were cut short."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from support.command_line import PYTHON, Command
from support.crawl_processes import wait_until
from support.import_checks import compare_archives, prove_files, read_contents
from support.newsroom import Newsroom
from support.post_files import GENERATIONS, NOTICE, NOTICE_NAME, a_post, ghost, render, synthetic, write_posts
from support.warc_folder import assert_valid

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.importing import post_batch
from jianbao.importing.counts import ImportCounts
from jianbao.importing.post_folder import FoundFile, Unreadable, find_files, load_file
from jianbao.importing.post_reading import read_posts
from jianbao.importing.posts import import_posts
from pipelines.decide_import import ImportedFile, decide_post
from spiders.readers.article_page import read_article
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.articles.article import find_article
from storage.articles.revision import list_revisions
from storage.ledger.source import ensure_source, save_sources
from storage.records import Delivery, Exchange, Owed, Resource, Source, StoredArticle

POST = a_post(1)
CODE = POST.info_code


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(tmp_path / "archive") as archive:
        yield archive


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return an empty repository of posts."""
    for name in ("_posts", "old_post"):
        (tmp_path / "site" / name).mkdir(parents=True)
    return tmp_path / "site"


def run(archive: Archive, *paths: Path, max_size: int = 100_000) -> ImportCounts:
    counted = ImportCounts()
    import_posts(archive, paths, max_size, counted)
    return counted


def stored(archive: Archive, code: str = CODE) -> StoredArticle:
    with archive.reading() as connection:
        found = find_article(connection, code)
    assert found is not None
    return found


def rows(archive: Archive, statement: str) -> list[Any]:
    with archive.reading() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def warc_bytes(archive: Archive) -> int:
    return sum(path.stat().st_size for path in archive.warc_folder.glob("*.warc.gz"))


def outcomes(counted: ImportCounts) -> dict[str, int]:
    return dict(counted.counts)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_post_becomes_an_article_with_capture_and_listing(
    archive: Archive, repository: Path, generation: int
) -> None:
    post = POST if generation > 2 else POST.twin
    (repository / "old_post" / post.name).write_text(render(post, generation), "utf-8")
    assert outcomes(run(archive, repository)) == {"new": 1}
    article = stored(archive).article
    assert (article.title, article.published_at) == (post.title, post.published_at.astimezone(UTC))
    slug = "emnews" if post.rolling else post.slug
    name = "东财滚动" if post.rolling else post.media
    assert rows(archive, "SELECT slug, name, kind, schedule FROM source") == [(slug, name, "import", None)]
    assert rows(archive, "SELECT source, state, next_try_at FROM listing") == [(slug, "archived", None)]
    (capture,) = rows(archive, "SELECT url, status, content_type, crawl_id FROM capture")
    assert capture == (f"urn:jianbao:post:old_post/{post.name}", 0, "text/markdown", None)
    assert prove_files(archive.folder, repository) == []
    assert_valid(archive.warc_folder)


def test_importing_again_changes_nothing(archive: Archive, repository: Path) -> None:
    write_posts(repository / "_posts", [a_post(number) for number in range(5)])
    assert outcomes(run(archive, repository)) == {"new": 5}
    before, size = read_contents(archive.folder), warc_bytes(archive)
    for path in (repository, repository / "_posts", repository / "_posts" / a_post(1).name):
        assert set(outcomes(run(archive, path))) == {"known"}
    assert read_contents(archive.folder) == before
    assert warc_bytes(archive) == size


def test_a_post_under_a_former_code_is_that_of_today(archive: Archive, repository: Path) -> None:
    today = "paper-20260320.t0123456789abcdef"
    with archive.writing() as connection:
        connection.execute(text(f"INSERT INTO code_alias VALUES ('{CODE}', '{today}')"))
    (repository / "old_post" / POST.name).write_text(render(POST), "utf-8")
    assert outcomes(run(archive, repository)) == {"new": 1}
    assert outcomes(run(archive, repository)) == {"known": 1}
    assert stored(archive, today).article.title == POST.title
    assert rows(archive, "SELECT info_code FROM listing") == [(today,)]


@pytest.mark.parametrize("rolling_first", [True, False])
def test_twins_are_one_article_in_two_forms(archive: Archive, repository: Path, rolling_first: bool) -> None:
    for post in (POST.twin, POST) if rolling_first else (POST, POST.twin):
        path = repository / "old_post" / post.name
        path.write_text(render(post), "utf-8")
        run(archive, path)
    article = stored(archive)
    assert (str(article.forms), article.revision) == ("media rolling", 1)
    assert (article.article.media, article.article.summary) == (POST.media, POST.digest)
    assert article.article.url.startswith("http://finews.zning.xyz/")
    assert rows(archive, "SELECT source, form, state FROM listing ORDER BY source") == [
        ("emnews", "rolling", "archived"),
        (POST.slug, "media", "archived"),
    ]


def test_a_title_that_is_no_yaml_is_imported_as_it_is(archive: Archive, repository: Path) -> None:
    post = replace(POST, title='专家:"这只是\\开始"')
    write_posts(repository / "_posts", [post])
    run(archive, repository)
    assert stored(archive).article.title == post.title


def test_one_code_in_two_categories_is_one_article(archive: Archive, repository: Path) -> None:
    write_posts(repository / "old_post", [POST])
    write_posts(repository / "_posts", [replace(POST, slug="xinjiangwanbao")])
    assert outcomes(run(archive, repository)) == {"new": 1, "unchanged": 1}
    assert {row[0] for row in rows(archive, "SELECT source FROM listing")} == {POST.slug, "xinjiangwanbao"}


# Which text stands.

LATER = replace(POST, paragraphs=(*POST.paragraphs, "编辑后来补充了一段。"))


@pytest.mark.parametrize("order", [("old_post", "_posts"), ("_posts", "old_post")])
def test_of_both_folders_the_current_one_stands(
    archive: Archive, repository: Path, order: tuple[str, str]
) -> None:
    write_posts(repository / "old_post", [POST])
    write_posts(repository / "_posts", [LATER])
    for folder in order:
        run(archive, repository / folder)
    assert tuple(line.text for line in stored(archive).article.paragraphs) == LATER.paragraphs
    assert len(rows(archive, "SELECT * FROM capture")) == 2


def test_what_a_post_had_become_when_it_was_moved_stands(archive: Archive, repository: Path) -> None:
    write_posts(repository / "_posts", [POST])
    run(archive, repository)
    with archive.writing() as connection:
        connection.execute(text("UPDATE capture SET fetched_at = datetime(fetched_at, '-4 days')"))
    (repository / "_posts" / POST.name).unlink()
    write_posts(repository / "old_post", [LATER])
    assert outcomes(run(archive, repository)) == {"revised": 1}


def test_both_folders_at_once_are_two_revisions(archive: Archive, repository: Path) -> None:
    write_posts(repository / "old_post", [POST])
    write_posts(repository / "_posts", [LATER])
    assert outcomes(run(archive, repository)) == {"new": 1, "revised": 1}
    with archive.reading() as connection:
        assert [row.number for row in list_revisions(connection, CODE)] == [1, 2]


@pytest.mark.parametrize("order", [(1, 3, 4), (4, 3, 1), (3, 4, 1), (4, 1, 3)], ids=str)
def test_the_whole_text_stands_whatever_comes_first(
    archive: Archive, repository: Path, order: tuple[int, ...]
) -> None:
    for generation in order:
        path = repository / "old_post" / POST.twin.name
        path.write_text(render(POST.twin, generation), "utf-8")
        run(archive, path)
    article = stored(archive)
    assert tuple(line.text for line in article.article.paragraphs) == POST.paragraphs
    assert len(rows(archive, "SELECT * FROM capture")) == 3


def test_a_twins_whole_text_stands_before_the_newspapers_digest(archive: Archive, repository: Path) -> None:
    write_posts(repository / "old_post", [POST], generation=3)
    write_posts(repository / "_posts", [POST.twin])
    run(archive, repository)
    article = stored(archive).article
    assert tuple(line.text for line in article.paragraphs) == POST.paragraphs
    assert (article.title, article.media) == (POST.title, POST.media)


def test_a_digest_that_was_cut_is_no_text(archive: Archive, repository: Path) -> None:
    cut = render(POST.twin, 1).replace(POST.digest, "全市上半年新开工项目...")
    (repository / "old_post" / POST.twin.name).write_text(cut, "utf-8")
    counted = run(archive, repository)
    assert outcomes(counted) == {"quarantined": 1}
    assert counted.errors == [f"old_post/{POST.twin.name} ({CODE}) has no text"]
    assert rows(archive, "SELECT count(*) FROM article") == [(0,)]


# Crawled articles.

PAGE = "https://finews.withounder.com/yaohuribao/2021/12/10/{code}.html"


def a_source(name: str) -> Source:
    """Return a source that is polled."""
    return Source(
        POST.slug, name, "category", "https://x.example/", "Asia/Shanghai", "*/5 * * * *", enabled=True
    )


def crawl(archive: Archive, page_text: str) -> None:
    """Store an article as a crawl does, from its page."""
    url = PAGE.format(code=CODE)
    html = (
        "<html><head></head><body><header></header><section>"
        f"<small>(GMT+8, Asia/Shanghai, CST) {POST.published_at:%Y-%m-%d %H:%M:%S}</small>"
        f"<h1>{POST.title}</h1>{page_text}<small>tags: <em>{POST.media}新闻</em></small>"
        "</section></body></html>"
    )
    now = datetime.now(UTC)
    exchange = Exchange(url, now, 200, (), (("Content-Type", "text/html"),), html.encode())
    row = Source(POST.slug, POST.media, "category", "https://x.example/", "Asia/Shanghai", None, enabled=True)
    with archive.writing() as connection:
        ensure_source(connection, row)
    delivery = Delivery(Owed(POST.slug, CODE, "media", url, ""), exchange, read_article(html, url))
    settle(archive, [PendingDelivery(delivery, now)])


def test_what_was_crawled_stands_before_a_file_that_says_something_else(
    archive: Archive, repository: Path
) -> None:
    crawl(archive, "<p>网站上的新说法已经改过两遍。</p>")
    write_posts(repository / "_posts", [POST])
    assert outcomes(run(archive, repository)) == {"older": 1}
    article = stored(archive)
    assert (article.article.text, article.revision) == ("网站上的新说法已经改过两遍。", 1)
    assert rows(archive, "SELECT kind FROM source") == [("category",)]
    assert len(rows(archive, "SELECT * FROM capture WHERE info_code IS NOT NULL")) == 2


def test_a_file_that_says_the_same_keeps_the_page(archive: Archive, repository: Path) -> None:
    crawl(archive, "".join(f"<p>{line}</p>" for line in POST.paragraphs))
    write_posts(repository / "_posts", [POST])
    assert outcomes(run(archive, repository)) == {"unchanged": 1}
    assert stored(archive).article.url == PAGE.format(code=CODE)


def test_a_page_that_is_gone_stays_gone(archive: Archive, repository: Path) -> None:
    crawl(archive, "<p>网站上的说法。</p>")
    with archive.writing() as connection:
        connection.execute(text("UPDATE article SET status = 'gone'"))
        connection.execute(text("UPDATE listing SET state = 'gone'"))
    write_posts(repository / "_posts", [POST])
    assert outcomes(run(archive, repository)) == {"older": 1}
    assert stored(archive).status == "gone"
    assert rows(archive, "SELECT * FROM event") == []


# Ghosts.


def test_a_ghost_is_set_aside_and_never_published(archive: Archive, repository: Path) -> None:
    name, content = ghost(POST)
    (repository / "_posts" / name).write_text(content, "utf-8")
    counted = run(archive, repository)
    assert (outcomes(counted), counted.status) == ({"quarantined": 1}, "failed")
    assert rows(archive, "SELECT count(*) FROM article") == [(0,)]
    assert rows(archive, "SELECT source, state FROM listing") == [("emnews", "quarantined")]
    assert outcomes(run(archive, repository)) == {"known": 1}


@pytest.mark.parametrize("twin", [POST, POST.twin], ids=["media", "rolling"])
@pytest.mark.parametrize("together", [True, False], ids=["together", "later"])
def test_a_ghost_is_merged_when_its_twin_is_known(
    archive: Archive, repository: Path, twin: Any, together: bool
) -> None:
    name, content = ghost(POST)
    (repository / "_posts" / name).write_text(content, "utf-8")
    if not together:
        run(archive, repository)
    write_posts(repository / "old_post", [twin])
    counted = run(archive, repository)
    assert counted.counts["new"] == 1
    article = stored(archive)
    assert (article.article.title, article.article.summary) == (POST.title, POST.digest)
    assert article.article.published_at == POST.published_at
    assert article.article.url.startswith("http")
    assert {row[0] for row in rows(archive, "SELECT state FROM listing")} == {"archived"}
    assert len(rows(archive, "SELECT * FROM capture")) == 2
    assert set(outcomes(run(archive, repository))) == {"known"}


# What is no post, or can't be read.


def test_everything_in_a_folder_ends_in_an_outcome_and_a_sentence(
    archive: Archive, repository: Path, tmp_path: Path
) -> None:
    posts = repository / "_posts"
    write_posts(posts, [POST])
    (posts / NOTICE_NAME).write_text(NOTICE, "utf-8")
    (posts / "README.md").write_text("# 说明\n", "utf-8")
    (posts / "photo.jpg").write_bytes(b"\xff\xd8")
    (posts / ".hidden.md").write_text("x", "utf-8")
    (posts / "huge.md").write_text("x" * 100_001, "utf-8")
    (posts / "nocode.md").write_text(render(POST).replace(POST.code, "x"), "utf-8")
    (posts / a_post(2).name).write_bytes(
        render(a_post(2)).encode()[:-100].replace("。".encode(), b"\xe3\x80")
    )
    outside = tmp_path / "secret.md"
    outside.write_text(render(a_post(3)), "utf-8")
    (posts / "link.md").symlink_to(outside)
    (posts / "loop.md").symlink_to("loop.md")
    os.mkfifo(posts / "pipe.md")
    counted = run(archive, repository)
    assert outcomes(counted) == {"new": 1, "passed_over": 3, "failed": 5, "quarantined": 1}
    assert counted.status == "partial"
    said = "\n".join(counted.errors)
    for name, reason in (
        ("huge.md", "is larger than http.max_size allows"),
        ("nocode.md", "names no info code"),
        ("link.md", "is a link that leads out of the folder"),
        ("loop.md", "cannot be read|leads out"),
        ("pipe.md", "is no regular file"),
        (a_post(2).name, "broken bytes"),
    ):
        assert re.search(rf"^_posts/{name} (\(NW\d+\) )?.*({reason})", said, re.MULTILINE), (name, said)


def test_a_link_inside_the_folder_is_a_post(archive: Archive, repository: Path) -> None:
    write_posts(repository / "old_post", [POST])
    (repository / "_posts" / POST.name).symlink_to(repository / "old_post" / POST.name)
    assert outcomes(run(archive, repository)) == {"new": 1, "unchanged": 1}


@pytest.mark.parametrize("named", ["the link", "its folder"])
def test_no_link_out_of_its_folder_is_followed(
    archive: Archive, repository: Path, tmp_path: Path, named: str
) -> None:
    write_posts(tmp_path / "elsewhere", [POST])
    link = repository / "_posts" / POST.name
    link.symlink_to(tmp_path / "elsewhere" / POST.name)
    counted = run(archive, link if named == "the link" else repository)
    assert outcomes(counted) == {"failed": 1}
    assert counted.errors == [f"_posts/{POST.name} is a link that leads out of the folder"]


def test_a_link_that_took_a_files_place_is_not_followed(repository: Path, tmp_path: Path) -> None:
    write_posts(repository / "_posts", [POST])
    write_posts(tmp_path / "elsewhere", [POST])
    (found,) = find_files(repository)
    assert isinstance(found, FoundFile)
    found.path.unlink()
    found.path.symlink_to(tmp_path / "elsewhere" / POST.name)
    with pytest.raises(Unreadable, match="links are not followed"):
        load_file(found, 100_000)


def test_many_that_are_set_aside_leave_one_event(archive: Archive, repository: Path) -> None:
    for number in range(30):
        name, content = ghost(a_post(number))
        (repository / "_posts" / name).write_text(content, "utf-8")
    counted = run(archive, repository)
    assert (len(counted.errors), counted.unsaid) == (20, 10)
    assert [row[0] for row in rows(archive, "SELECT kind FROM event")] == ["quarantine"]


def test_a_post_that_cannot_be_stored_costs_only_itself(
    archive: Archive, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_posts(repository / "_posts", [a_post(number) for number in range(4)])

    def odd(file: ImportedFile, *rest: Any) -> Any:
        if file.owed.info_code == a_post(2).info_code:
            raise ValueError("an odd one")
        return decide_post(file, *rest)

    monkeypatch.setattr(post_batch, "decide_post", odd)
    counted = run(archive, repository)
    assert outcomes(counted) == {"new": 3, "failed": 1}
    assert counted.errors == [f"_posts/{a_post(2).name} could not be stored (ValueError: an odd one)"]


def test_an_archive_that_cannot_be_written_ends_the_import(
    archive: Archive, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_posts(repository / "_posts", [POST])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.warc.writer.WarcWriter.sync", full)
    with pytest.raises(OSError, match="No space left"):
        run(archive, repository)
    monkeypatch.undo()
    assert rows(archive, "SELECT count(*) FROM capture") == [(0,)]


# Sources.


def test_a_source_of_imports_is_never_polled_and_never_late(newsroom: Newsroom, repository: Path) -> None:
    write_posts(repository / "_posts", [POST])
    (repository / "_posts" / ghost(a_post(9))[0]).write_text(ghost(a_post(9))[1], "utf-8")
    assert newsroom.run("import", "posts", str(repository)).status == 1
    newsroom.run("status", "--resolve")
    newsroom.crawl()
    asked = [path for path in newsroom.crawl().paths if "category" not in path]
    assert asked == []
    status = newsroom.ask("status")
    by_slug = {source["slug"]: source for source in status["sources"]}
    assert by_slug[POST.slug]["enabled"]
    assert by_slug[POST.slug]["next_run"] is by_slug[POST.slug]["overdue_since"] is None
    assert status["events"] == []
    assert newsroom.states()["quarantined"] == 1


def test_a_source_of_the_configuration_takes_its_posts(archive: Archive, repository: Path) -> None:
    row = Source(
        POST.slug, "报", "category", "https://x.example/", "Asia/Shanghai", "*/5 * * * *", enabled=True
    )
    with archive.writing() as connection:
        save_sources(connection, [row])
    write_posts(repository / "_posts", [POST])
    run(archive, repository)
    assert rows(archive, "SELECT slug, kind, name FROM source") == [(POST.slug, "category", "报")]


def test_a_source_of_imports_is_polled_once_it_is_configured(archive: Archive, repository: Path) -> None:
    write_posts(repository / "_posts", [POST])
    run(archive, repository)
    states = []
    for configured in ([], [a_source("报")], []):
        with archive.writing() as connection:
            save_sources(connection, configured)
        states += rows(archive, "SELECT kind, enabled FROM source")
    assert states == [("import", 1), ("category", 1), ("category", 0)]


def test_a_category_that_can_be_no_source_is_imported_all_the_same(
    archive: Archive, repository: Path
) -> None:
    write_posts(repository / "_posts", [replace(POST, slug="infocode"), replace(a_post(2), slug="a/b")])
    assert outcomes(run(archive, repository)) == {"new": 2}
    assert {row[0] for row in rows(archive, "SELECT source FROM listing")} == {"imported"}


# The command.


def test_the_command_reports_in_json_and_for_people(
    tmp_path: Path, repository: Path, command: Command
) -> None:
    write_posts(repository / "_posts", [POST])
    first = command("--archive", tmp_path / "a", "import", "posts", repository, "--json")
    assert (first.status, first.json["status"], first.json["new"]) == (0, "ok", 1)
    assert first.json["sources"] == [{"slug": POST.slug, "new": 1}]
    (repository / "_posts" / "nocode.md").write_text(render(POST).replace(POST.code, "x"), "utf-8")
    again = command("--archive", tmp_path / "a", "import", "posts", repository)
    assert again.status == 1
    assert "2 files, 1 known, 1 failed" in again.stdout
    assert "_posts/nocode.md names no info code" in again.stderr


def test_a_path_that_is_not_there_is_a_sentence(tmp_path: Path, command: Command) -> None:
    ended = command("--archive", tmp_path / "a", "import", "posts", tmp_path / "nowhere")
    assert (ended.status, ended.stdout) == (1, "")
    assert "nowhere cannot be used: no such file or directory" in ended.stderr


# Imports that are cut short.


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a repository of a few hundred posts, and an archive of it that nobody interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    for part in ("_posts", "old_post"):
        (folder / "site" / part).mkdir(parents=True)
    for name, content in synthetic(700):
        (folder / "site" / name).write_text(content, "utf-8")
    with Archive.open(folder / "archive") as archive:
        counted = run(archive, folder / "site")
    assert counted.counts["failed"] == 0
    return folder / "site", folder / "archive"


def start_import(archive: Path, posts: Path, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    command = [*PYTHON, "-m", "jianbao", "--archive", str(archive), "import", "posts", str(posts)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=stderr)


# Says when it has kept so many files, and goes on once its stdin ends.
SAYING = """
import sys
from storage.archive import applying
keep, kept = applying._keep_one, []
def keep_and_say(*arguments):
    kept.append(keep(*arguments))
    if len(kept) == KEPT:
        print("there", flush=True)
        sys.stdin.read()
    return kept[-1]
applying._keep_one = keep_and_say
from jianbao.cli import main
main()
"""


@contextmanager
def import_until(archive: Path, posts: Path, kept: int) -> Iterator[subprocess.Popen[bytes]]:
    """An import that has just kept so many files, within a transaction, and waits for its stdin to end."""
    words = ["--archive", str(archive), "import", "posts", str(posts)]
    program = SAYING.replace("KEPT", str(kept))
    pipe = subprocess.PIPE
    with subprocess.Popen([*PYTHON, "-c", program, *words], stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"there\n"
        yield process


def test_files_are_not_read_far_ahead_of_what_is_stored() -> None:
    pulled, longest = 0, 0

    def chunks() -> Iterator[list[Resource]]:
        nonlocal pulled
        for number in range(40):
            pulled += 1
            post = a_post(number)
            yield [Resource(f"urn:x:{post.name}", datetime.now(UTC), "text/markdown", render(post).encode())]

    for yielded, posts in enumerate(read_posts(chunks()), 1):
        assert posts[0].resource.body == render(a_post(yielded - 1)).encode()
        longest = max(longest, pulled - yielded)
    assert pulled == 40
    assert longest < 10


def test_an_import_in_two_processes_keeps_every_file(whole: tuple[Path, Path]) -> None:
    assert prove_files(whole[1], whole[0]) == []
    assert_valid(whole[1] / "warc")


def test_kills_lose_and_double_nothing(
    whole: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, expected = whole
    random = Random(1)
    for batches in (0, 1, 0, 1):  # of 256 files, committed before the kill
        kept = 256 * batches + random.randint(1, 150)
        with import_until(tmp_path / "archive", site, kept) as process:
            process.kill()
    with Archive.open(tmp_path / "archive") as archive:
        run(archive, site)
    assert compare_archives(expected, tmp_path / "archive") == []
    assert prove_files(tmp_path / "archive", site) == []
    assert_valid(tmp_path / "archive" / "warc")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_at_once_and_the_rest_comes_later(
    whole: tuple[Path, Path], tmp_path: Path, number: signal.Signals
) -> None:
    site, expected = whole
    with import_until(tmp_path / "archive", site, 300) as process:
        process.send_signal(number)
        assert process.wait(120) == 130
    with Archive.open(tmp_path / "archive") as archive:
        run(archive, site)
    assert compare_archives(expected, tmp_path / "archive") == []


def test_no_reader_outlives_the_import(whole: tuple[Path, Path], tmp_path: Path) -> None:
    process = start_import(tmp_path / "archive", whole[0])
    children = _wait_for_children(process)
    process.kill()
    process.wait()
    wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children), "the readers' end")


def test_a_reader_that_dies_is_a_sentence(whole: tuple[Path, Path], tmp_path: Path) -> None:
    with start_import(tmp_path / "archive", whole[0], subprocess.PIPE) as process:
        reader = _wait_for_reader(process)
        os.kill(reader, signal.SIGKILL)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert process.returncode == 1
    assert said.startswith("jianbao: the process that reads posts died")
    assert "Traceback" not in said


def _wait_for_reader(process: subprocess.Popen[bytes]) -> int:
    """Return the process that reads, and not the one that keeps track of what the two share."""
    while process.poll() is None:
        for child in _wait_for_children(process):
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                return int(child)
        time.sleep(0.01)
    raise AssertionError("the import ended without a reader")


def _wait_for_children(process: subprocess.Popen[bytes]) -> list[str]:
    while process.poll() is None:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        if children:
            return children
        time.sleep(0.01)
    raise AssertionError("the import ended without a reader")


# The real posts.


@pytest.mark.shared
def test_the_real_posts_are_imported_with_all_their_paragraphs(
    archive: Archive, repository: Path, shared: Path
) -> None:
    facts = {}
    for seed in sorted((shared / "seeds").glob("*.txt")):
        content = seed.read_text("utf-8")
        if content.startswith("---\nlayout: post"):
            code = re.findall(r"infoCode=(NW\d{18})", content)[-1]
            fields = dict(line.split(": ", 1) for line in content.splitlines()[1:6])
            (repository / "old_post" / f"{fields['date'][:10]}-{code}.md").write_bytes(seed.read_bytes())
            body = re.findall(r"<p>(.*?)</p>", content, re.DOTALL)
            facts[code] = (fields, [line.strip() for line in body if line.strip()])
    assert outcomes(run(archive, repository)) == {"new": 4}
    for code, (fields, paragraphs) in facts.items():
        article = stored(archive, code).article
        assert article.title == fields["title"].strip('"')
        assert article.media == fields["tags"].removesuffix("新闻")
        assert article.published_at == datetime.strptime(fields["date"], "%Y-%m-%d %H:%M:%S %z")
        assert [line.text for line in article.paragraphs] == paragraphs
    assert sorted(len(paragraphs) for _, paragraphs in facts.values()) == [12, 16, 16, 39]
    assert {row[0] for row in rows(archive, "SELECT source FROM listing")} == {
        "shangraoribao",
        "nanchangribao",
    }
