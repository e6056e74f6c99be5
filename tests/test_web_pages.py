"""The reader's pages: each answers, in both languages, with what the archive holds."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from support.delivered_articles import DeliveredArticles
from support.ledger_changes import settle_unarchived
from support.served_archive import NOW, fill_archive
from support.web_client import TestClient, open_reader

from jianbao.web.charts.trend import print_share
from jianbao.web.questions.limits import ReaderLimits
from storage.archive.folder import Archive
from storage.events.event import resolve_all_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import finish_crawl, start_crawl
from storage.ledger.owed import list_owed
from storage.ledger.poll import record_listings
from storage.records import Listed, Owed
from storage.records.press_days import press_day
from storage.search import Effort


@pytest.fixture
def own_delivered(tmp_path: Path) -> Iterator[DeliveredArticles]:
    """Return the deliveries of a filled archive of one test's own."""
    work = fill_archive(tmp_path / "own")
    with work.archive:
        yield work


def read(reader: TestClient, path: str, status: int = 200) -> str:
    """Return what a page says, its markup left out."""
    answer = reader.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.rstrip().endswith("</html>")
    body = answer.text[answer.text.index("<main") :]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", body)))


def address_of(delivered: DeliveredArticles, number: int = 0) -> str:
    """Return the page of one of the archive's articles."""
    return f"/article/{delivered.offer.articles[number].info_code}"


def every_page(delivered: DeliveredArticles) -> list[str]:
    """Return an address of every kind of page."""
    post = delivered.offer.articles[3]
    day = press_day(post.published_at)
    return [
        "/",
        "/search",
        "/search?q=%E5%B8%82",
        "/search?q=%E5%B8%82&order=relevance",
        f"/search?q=%E5%B8%82&source={post.slug}&from=2020&to=2030&media=x&security=600519&order=oldest",
        "/trend",
        "/trend?q=%E5%B8%82&by=day",
        "/trend?q=%E5%B8%82&by=week&share=1&split=1",
        f"/article/{post.info_code}",
        f"/article/{post.info_code}?revision=1",
        f"/article/{post.info_code}?images=1&q=%E5%B8%82",
        f"/article/{post.info_code}/original",
        "/sources",
        f"/source/{post.slug}",
        f"/source/{post.slug}?year=2025",
        f"/source/{post.slug}/{day}",
        f"/day/{day}",
        f"/day/{day}?media={post.media}",
        "/day/1999-01-01",
        "/crawls",
        "/crawls?before=3",
        "/crawl/1",
        "/events",
        "/events?before=99",
        "/about",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_answers_in_both_languages(delivered: DeliveredArticles, language: str) -> None:
    with open_reader(delivered.archive.folder, language) as reader:
        for path in every_page(delivered):
            answer = reader.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert f'<html lang="{"zh-CN" if language == "zh" else "en"}">' in answer.text
            assert answer.headers["content-language"] == language
            assert "style=" not in answer.text, path
            assert "<script" not in answer.text, path
            assert len(re.findall(r"<h1[ >]", answer.text)) == 1, path


def test_links_on_pages_lead_somewhere(delivered: DeliveredArticles, reader: TestClient) -> None:
    seen: dict[str, int] = {}
    for path in every_page(delivered):
        for link in re.findall(r'(?:href|action)="(/[^"#]*)', reader.get(path).text):
            address = html.unescape(link)
            if address not in seen and len(seen) < 400:
                seen[address] = reader.get(address).status_code
    assert len(seen) > 60
    assert {path: status for path, status in seen.items() if status != 200} == {}


def test_ids_on_a_page_are_its_own(delivered: DeliveredArticles, reader: TestClient) -> None:
    for path in every_page(delivered):
        ids = re.findall(r'\sid="([^"]*)"', reader.get(path).text)
        assert len(ids) == len(set(ids)), path
        labels = re.findall(r'(?:for|aria-labelledby)="([^"]*)"', reader.get(path).text)
        assert set(labels) <= set(ids), path


def test_the_front_page_shows_the_newest_day_and_what_is_wrong(
    delivered: DeliveredArticles, reader: TestClient
) -> None:
    text = read(reader, "/")
    newest = max(delivered.offer.articles, key=lambda post: post.published_at)
    assert newest.title in text
    assert "nothing new for 4 days" in text
    assert "Somebody should look" in text
    assert "31 articles in the archive" in text


def test_the_front_page_is_calm_when_all_is_well(own_delivered: DeliveredArticles) -> None:
    with own_delivered.archive.writing() as connection:
        resolve_all_events(connection, own_delivered.now)
    with open_reader(own_delivered.archive.folder) as reader:
        assert "Somebody should look" not in read(reader, "/")
        assert "Nothing is open: all well." in read(reader, "/events")


def test_an_empty_archive_says_how_to_fill_it(tmp_path: Path) -> None:
    Archive.open(tmp_path).close()
    with open_reader(tmp_path) as reader:
        assert "jianbao crawl" in read(reader, "/")
        for path in ("/search?q=a", "/trend?q=a", "/sources", "/crawls", "/events", "/day/2026-03-20"):
            read(reader, path)


def test_the_counters_follow_the_archive(own_delivered: DeliveredArticles) -> None:
    post = own_delivered.offer.articles[0]
    with open_reader(own_delivered.archive.folder) as reader:
        assert "not in the archive" not in read(reader, "/")
        code = "NW202603200000009999"
        with own_delivered.archive.writing() as connection:
            listed = Listed(code, "media", "http://127.0.0.1/x.html", "未入档的文章")
            record_listings(connection, post.slug, [listed], own_delivered.now)
        assert "1 listed article is not in the archive · 1 owed" in read(reader, "/")
        assert "未入档的文章" in read(reader, f"/source/{post.slug}")
        assert "未入档的文章" in read(reader, f"/source/{post.slug}/2026-03-20")
        assert "jianbao recrawl --code " + code in read(reader, f"/article/{code}", 404)


def test_what_the_ledger_knows_of_an_article_that_was_set_aside(own_delivered: DeliveredArticles) -> None:
    post = own_delivered.offer.articles[0]
    listed = Listed("NW202603200000009999", "media", "http://127.0.0.1/x.html", "坏了的文章")
    with own_delivered.archive.writing() as connection:
        record_listings(connection, post.slug, [listed], own_delivered.now)
    owed = next(entry for entry in _owed(own_delivered, post.slug) if entry.info_code == listed.info_code)
    with own_delivered.archive.writing() as connection:
        settle_unarchived(connection, owed, "this page has no text", own_delivered.now, capture_id=1)
    with open_reader(own_delivered.archive.folder) as reader:
        text = read(reader, f"/article/{listed.info_code}", 404)
        assert "set aside" in text
        assert "this page has no text" in text


def _owed(delivered: DeliveredArticles, slug: str) -> list[Owed]:
    with delivered.archive.reading() as connection:
        return list(list_owed(connection, slug, None))


def test_a_day_leads_to_its_neighbours(delivered: DeliveredArticles, reader: TestClient) -> None:
    days = sorted({press_day(post.published_at) for post in delivered.offer.articles})
    assert len(days) > 1
    page = reader.get(f"/day/{days[0]}").text
    assert f'rel="next" href="/day/{days[1]}"' in page
    assert 'rel="prev"' not in page


def test_a_source_has_a_cell_for_each_day_and_says_what_arrived(
    delivered: DeliveredArticles, reader: TestClient
) -> None:
    slug = delivered.offer.articles[0].slug
    mine = [post for post in delivered.offer.articles if post.slug == slug]
    day = press_day(mine[0].published_at)
    count = sum(press_day(post.published_at) == day for post in mine)
    with time_machine.travel(delivered.now):
        page = reader.get(f"/source/{slug}?year={day.year}").text
    cell = re.search(rf'<a href="/source/[^"]*/{day}" tabindex="-1"><title>([^<]*)', page)
    assert cell
    assert f"{count} article" in cell[1]
    assert len(re.findall(r'<rect class="day', page)) >= 365
    listed = read(reader, f"/source/{slug}/{day}")
    assert all(post.title in listed for post in mine if press_day(post.published_at) == day)


def test_days_on_which_nobody_looked_are_marked(own_delivered: DeliveredArticles) -> None:
    slug = own_delivered.offer.articles[0].slug
    long_ago = own_delivered.now - timedelta(days=40)
    with own_delivered.archive.writing() as connection:
        connection.exec_driver_sql("UPDATE source SET added_at = ? WHERE slug = ?", (_stored(long_ago), slug))
    with (
        time_machine.travel(own_delivered.now + timedelta(days=4)),
        open_reader(own_delivered.archive.folder) as reader,
    ):
        page = reader.get(f"/source/{slug}?year={long_ago.year}").text
    unseen = set(re.findall(r'/(\d{4}-\d\d-\d\d)" tabindex="-1"><title>[^<]*nobody looked in time', page))
    assert str(press_day(long_ago) + timedelta(days=3)) in unseen
    assert str(press_day(own_delivered.now)) not in unseen  # crawls ran that day
    assert (
        str(press_day(own_delivered.now) - timedelta(days=2)) not in unseen
    )  # and its page still had this day
    assert str(press_day(own_delivered.now) - timedelta(days=3)) in unseen
    assert str(press_day(own_delivered.now) + timedelta(days=2)) not in unseen  # there is still time
    assert f'{press_day(own_delivered.now) + timedelta(days=2)}" tabindex="-1"><title>' in page


@pytest.mark.parametrize(("hours", "said"), [(10, "nothing yet"), (34, "nothing printed")])
def test_a_day_that_is_not_over_is_not_said_to_have_brought_nothing(
    own_delivered: DeliveredArticles, hours: int, said: str
) -> None:
    slug, looked = own_delivered.offer.slugs[0], NOW + timedelta(hours=9)  # in the night to the next day
    counted = CrawlCounts()
    counted.of(slug).poll = "unchanged"
    with own_delivered.archive.writing() as connection:
        connection.exec_driver_sql("UPDATE source SET added_at = ? WHERE slug = ?", (_stored(NOW), slug))
        crawl_id = start_crawl(connection, "manual", [slug], looked, version="1")
        finish_crawl(connection, crawl_id, counted, looked)
    with (
        time_machine.travel(NOW + timedelta(hours=hours)),
        open_reader(own_delivered.archive.folder) as reader,
    ):
        page = reader.get(f"/source/{slug}").text
    (title,) = re.findall(rf'/{press_day(looked)}" tabindex="-1"><title>([^<]*)', page)
    assert said in title


def _stored(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(" ")


def test_search_pages_go_through_all_that_matches(delivered: DeliveredArticles, reader: TestClient) -> None:
    path, codes = "/search", []
    for _ in range(10):
        page = reader.get(path).text
        codes += re.findall(r'<h3 lang="zh-CN"><a href="/article/(NW\d{18})', page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        if not following:
            break
        path = html.unescape(following[1])
    assert len(codes) == len(set(codes)) == 30  # the copy is collapsed


def test_search_marks_its_hits_and_counts_them(delivered: DeliveredArticles, reader: TestClient) -> None:
    title = delivered.offer.articles[5].title
    word = title[:2]
    page = reader.get("/search", params={"q": word}).text
    assert f"<mark>{word}</mark>" in page
    assert re.search(r'id="total" class="total">[\d,]+ articles?<', page)
    assert f'value="{word}"' in page


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/search?q=%22", "cannot be understood"),
        ("/search?q=a+OR", "cannot be understood"),
        ("/search?from=yesterday", "yesterday is not a day"),
        ("/search?q=a&order=sideways", "order=sideways means nothing"),
        ("/search?q=a&after=nonsense", "cannot be understood"),
        ("/trend?q=a&by=century", "by=century means nothing"),
        ("/trend?q=-", "cannot be understood"),
        ("/trend?source=nobody", "has no source 'nobody'"),
        ("/search?q=-source:nobody", "has no source 'nobody'"),
        ("/search?page=0", "page"),
        ("/day/tomorrow", "tomorrow is not a day"),
        ("/day/2026-02-30", "2026-02-30 is not a day"),
        ("/day/2026-02", "2026-02 is not a day"),
        ("/day/0001-01-01", "out of range"),
        ("/crawl/x", "number"),
        ("/crawls?before=x", "before"),
        ("/events?before=-1", "before"),
        ("/source/{slug}?year=10000", "year"),
    ],
)
def test_addresses_that_mean_nothing_get_one_sentence(
    delivered: DeliveredArticles, reader: TestClient, path: str, sentence: str
) -> None:
    text = read(reader, path.replace("{slug}", delivered.offer.slugs[0]), 400)
    assert sentence in text


@pytest.mark.parametrize(
    "path", ["/nothing", "/crawl/99", "/source/nobody", "/source/nobody/2026-03-20", "/article/x"]
)
def test_what_is_not_there_is_a_page_that_says_what_to_do(reader: TestClient, path: str) -> None:
    assert "There is no such page" in read(reader, path, 404)


def test_a_trend_has_a_bar_and_a_row_for_each_span(delivered: DeliveredArticles, reader: TestClient) -> None:
    page = reader.get("/trend", params={"q": delivered.offer.articles[5].title[:2], "by": "day"}).text
    bars = len(re.findall(r'<g class="bar">', page))
    rows = len(re.findall(r'<tr><th scope="row">', page))
    days = [press_day(post.published_at) for post in delivered.offer.articles]
    assert bars == rows == (max(days) - min(days)).days + 1


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.0, "0 %"), (0.0312, "0.031 %"), (4.25, "4.2 %"), (9.96, "10 %"), (72.13, "72 %"), (100.0, "100 %")],
)
def test_a_share_is_printed_as_people_write_it(value: float, printed: str) -> None:
    assert print_share(value) == printed


def test_a_defect_is_a_page_without_a_trace(
    delivered: DeliveredArticles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("jianbao.web.pages.events.list_open_events", break_down)
    with open_reader(delivered.archive.folder, raises=False) as reader:
        answer = reader.get("/events")
    assert answer.status_code == 500
    assert "Something is broken" in answer.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_search_without_its_index_says_what_to_run(own_delivered: DeliveredArticles) -> None:
    with own_delivered.archive.writing() as connection:
        connection.exec_driver_sql("UPDATE search_state SET version = 'older'")
    word = own_delivered.offer.articles[5].title[:2]
    with open_reader(own_delivered.archive.folder) as reader:
        assert word in read(reader, f"/search?q={word}")  # few texts are read as they are
    with open_reader(own_delivered.archive.folder, limits=ReaderLimits(readable=10)) as reader:
        for path in ("/search", "/trend"):
            assert "jianbao reindex" in read(reader, f"{path}?q={word}&to=2026", 503)
        for path in ("/api/v1/search", "/api/v1/trends", "/feeds/search.atom"):
            answer = reader.get(f"{path}?q={word}")
            assert (answer.status_code, "jianbao reindex" in answer.text) == (503, True)


def test_a_common_word_is_split_by_source_when_asked_again(delivered: DeliveredArticles) -> None:
    limits = ReaderLimits(trend=Effort(indexed=20_000, rows=1, texts=64))
    asked = {"q": delivered.offer.articles[5].title[:2], "by": "day", "split": "1"}
    with open_reader(delivered.archive.folder, limits=limits) as reader:
        page = reader.get("/trend", params=asked).text
        assert "too common to be split" in page
        assert page.count('<section class="trend">') == 1
        (address,) = re.findall(r'<a href="([^"]*exact=1[^"]*)">Split it anyway', page)
        page = reader.get(html.unescape(address)).text
    assert "too common" not in page
    assert page.count('<section class="trend">') > 1


def test_an_estimated_trend_says_so_and_counts_when_asked_again(delivered: DeliveredArticles) -> None:
    limits = ReaderLimits(trend=Effort(indexed=40, rows=8, texts=2, glance=2))
    with open_reader(delivered.archive.folder, "zh", limits=limits) as reader:
        page = reader.get("/trend", params={"q": "1*"}).text
        assert "估计值" in page
        (address,) = re.findall(r'<a href="([^"]*exact=1[^"]*)">精确统计', page)
        page = reader.get(html.unescape(address)).text
    assert "估计值" not in page
