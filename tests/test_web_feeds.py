"""Feeds: what RFC 4287 demands, what a feed own_reader needs to see news and edits, and hostile articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
from lxml import etree, html
from support.delivered_articles import DeliveredArticles
from support.served_archive import ARTICLES, NOW, fill_archive
from support.web_client import READER, TestClient, open_reader

from storage.articles.article import free_id, insert_article
from storage.ledger.poll import record_listings
from storage.records import Listed, Paragraph

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[DeliveredArticles]:
    """Return the deliveries of a filled archive of one test's own."""
    work = fill_archive(tmp_path)
    with work.archive:
        yield work


@pytest.fixture
def own_reader(work: DeliveredArticles) -> Iterator[TestClient]:
    """Return a client of the own_reader of that archive."""
    with open_reader(work.archive.folder) as client:
        yield client


def read_feed(own_reader: TestClient, path: str) -> etree._Element:
    """Return a feed that is all that RFC 4287 demands."""
    answer = own_reader.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    check_feed(feed)
    assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == [READER + path]
    return feed


def check_feed(feed: etree._Element) -> None:
    """Check a feed against RFC 4287, sections 3 and 4.1."""
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    for element in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert urlsplit(element.findtext(f"{ATOM}id")).scheme
        authors = element.findall(f"{ATOM}author") or feed.findall(f"{ATOM}author")
        assert all((author.findtext(f"{ATOM}name") or "").strip() for author in authors)
        assert authors
        links = [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(links) == 1
        assert all(link.get("href") for link in element.findall(f"{ATOM}link"))
        assert all(category.get("term") for category in element.findall(f"{ATOM}category"))
    for date in feed.iter(f"{ATOM}updated", f"{ATOM}published"):
        assert RFC_3339.fullmatch(date.text or ""), date.text
    for entry in entries:
        assert [content.get("type") for content in entry.findall(f"{ATOM}content")] == ["html"]
        assert datetime.fromisoformat(published(entry)) <= datetime.fromisoformat(updated(entry))
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert {child.tag for child in list(feed)[-len(entries) :]} <= {f"{ATOM}entry"} or not entries
    if entries:
        assert updated(feed) == max(map(updated, entries))


def updated(element: etree._Element) -> str:
    """Return when a feed or an entry was updated."""
    return element.findtext(f"{ATOM}updated") or ""


def published(element: etree._Element) -> str:
    """Return when an entry's article was published."""
    return element.findtext(f"{ATOM}published") or ""


def entry_of(feed: etree._Element, code: str) -> etree._Element:
    """Return an article's entry."""
    (found,) = (e for e in feed.findall(f"{ATOM}entry") if code in (e.findtext(f"{ATOM}id") or ""))
    return found


def test_the_feed_of_all_has_every_article_once_the_newest_first(reader: TestClient) -> None:
    entries = read_feed(reader, "/feeds/all.atom").findall(f"{ATOM}entry")
    assert len(entries) == ARTICLES  # the copy is collapsed
    assert [published(e) for e in entries] == sorted((published(e) for e in entries), reverse=True)


def test_a_feed_holds_fifty_or_as_many_as_are_asked_for(reader: TestClient) -> None:
    assert reader.get("/feeds/all.atom?limit=7").text.count("<entry") == 7
    assert reader.get("/feeds/all.atom?limit=201").status_code == 400


def test_a_source_has_a_feed_of_its_own(delivered: DeliveredArticles, reader: TestClient) -> None:
    slug = delivered.offer.slugs[1]
    feed = read_feed(reader, f"/feeds/source/{slug}.atom")
    terms = [[c.get("term") for c in e.findall(f"{ATOM}category")] for e in feed.findall(f"{ATOM}entry")]
    assert terms == [[slug]] * (ARTICLES // 3)


def test_a_search_has_a_feed(delivered: DeliveredArticles, reader: TestClient) -> None:
    post = delivered.offer.articles[4]
    asked = quote_plus(f'"{post.title}" source:{post.slug}')
    feed = read_feed(reader, f"/feeds/search.atom?q={asked}")
    assert [e.findtext(f"{ATOM}title") for e in feed.findall(f"{ATOM}entry")] == [post.title]
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["alternate"] == f"{READER}/search?q={asked}"
    other = read_feed(reader, f"/feeds/search.atom?q={quote('别的')}")
    assert other.findtext(f"{ATOM}id") != feed.findtext(f"{ATOM}id")


def test_a_search_with_filters_has_a_feed_of_its_own(
    delivered: DeliveredArticles, reader: TestClient
) -> None:
    post, wide = delivered.offer.articles[4], quote_plus(delivered.offer.articles[4].title)
    narrow = f"q={wide}&source={post.slug}&from=2026-01-01"
    feeds = [read_feed(reader, f"/feeds/search.atom?{asked}") for asked in (f"q={wide}", narrow)]
    assert len({feed.findtext(f"{ATOM}id") for feed in feeds}) == 2
    links = {link.get("rel"): link.get("href") for link in feeds[1].findall(f"{ATOM}link")}
    assert links["alternate"] == f"{READER}/search?{narrow}"


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%22", "?q=from:yesterday", "?q=a&source=nobody", "?q=source:nobody"]
)
def test_a_search_that_means_nothing_has_none(reader: TestClient, query: str) -> None:
    answer = reader.get(f"/feeds/search.atom{query}")
    assert (answer.status_code, answer.text.count("\n")) == (400, 1)


def test_an_entry_says_who_wrote_it_and_where_it_is(delivered: DeliveredArticles, reader: TestClient) -> None:
    post = delivered.offer.articles[0]
    entry = entry_of(read_feed(reader, "/feeds/all.atom"), post.info_code)
    assert entry.findtext(f"{ATOM}title") == post.title
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == post.media
    links = {link.get("rel"): link.get("href") for link in entry.findall(f"{ATOM}link")}
    assert links["alternate"] == f"{READER}/article/{post.info_code}"
    assert links["via"] == delivered.stored(post).article.url
    text = html.fromstring(f"<div>{entry.findtext(f'{ATOM}content')}</div>")
    assert [p.xpath("string()") for p in text] == delivered.stored(post).article.text.split("\n")


def test_an_edit_changes_the_update_and_never_the_id(work: DeliveredArticles, own_reader: TestClient) -> None:
    post = work.offer.articles[5]
    before = entry_of(read_feed(own_reader, "/feeds/all.atom"), post.info_code)
    work.now = NOW + timedelta(days=2)
    work.offer.edit(post.code, append="更正：昨日数字有误。")
    work.deliver(work.offer.find(post.code))
    feed = read_feed(own_reader, "/feeds/all.atom")
    after = entry_of(feed, post.info_code)
    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert published(after) == published(before)
    assert updated(after) == updated(feed) == "2026-03-22T09:00:00Z" > updated(before)
    work.now += timedelta(days=1)
    work.deliver(work.offer.find(post.code))
    assert updated(read_feed(own_reader, "/feeds/all.atom")) == updated(feed)  # looked at again, and the same


def test_a_feed_reader_that_has_it_all_is_sent_nothing(
    work: DeliveredArticles, own_reader: TestClient
) -> None:
    first = own_reader.get("/feeds/all.atom")
    assert parsedate_to_datetime(first.headers["last-modified"]) == NOW + timedelta(hours=3)
    by_tag = own_reader.get("/feeds/all.atom", headers={"if-none-match": first.headers["etag"]})
    by_time = own_reader.get("/feeds/all.atom", headers={"if-modified-since": first.headers["last-modified"]})
    assert [by_tag.status_code, by_tag.content, by_time.status_code, by_time.content] == [304, b"", 304, b""]
    work.now = NOW + timedelta(days=2)
    work.deliver(work.offer.publish())
    for headers in ({"if-none-match": first.headers["etag"]}, {"if-modified-since": format_datetime(NOW)}):
        assert own_reader.get("/feeds/all.atom", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Fri, 20 Mar 2026 09:00:00 +9999"],
)
def test_a_date_that_is_none_is_ignored(reader: TestClient, since: str) -> None:
    assert reader.get("/feeds/all.atom", headers={"if-modified-since": since}).status_code == 200


def test_an_empty_feed_is_a_feed_too(tmp_path: Path) -> None:
    with (
        DeliveredArticles.open(tmp_path / "fresh").archive as archive,
        open_reader(archive.folder) as own_reader,
    ):
        for path in ("/feeds/all.atom", "/feeds/source/shangraoribao.atom"):
            feed = read_feed(own_reader, path)
            assert feed.findall(f"{ATOM}entry") == []
            assert updated(feed) == updated(read_feed(own_reader, path))


def test_a_source_that_is_none_is_not_found(reader: TestClient) -> None:
    answer = reader.get("/feeds/source/nowhere.atom")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text == "there is no source nowhere: /api/v1/sources names them all\n"


HOSTILE = "<script>alert(1)</script>\x00\x0b\ufffe & ]]> <img src=x onerror=alert(1)> \u202e倒"


def test_a_hostile_article_is_text(work: DeliveredArticles, own_reader: TestClient) -> None:
    known = work.stored(work.offer.articles[0])
    code = "NW202603209999999999"
    article = replace(
        known.article,
        info_code=code,
        title=HOSTILE,
        media=HOSTILE,
        url="javascript:alert(1)",
        paragraphs=(Paragraph(HOSTILE.replace("\x0b", "")),),
        securities=(),
    )
    slug = work.offer.slugs[0]
    with work.archive.writing() as connection:
        moment = datetime(2026, 3, 20, 23, tzinfo=UTC)
        record_listings(connection, slug, [Listed(code, "media", "http://127.0.0.1/x", "题")], NOW)
        insert_article(
            connection,
            replace(
                known,
                id=free_id(connection, moment),
                article=replace(article, published_at=moment),
                content_hash="hostile",
                first_seen_at=moment,
                last_checked_at=moment,
                capture_id=None,
            ),
        )
    feed = read_feed(own_reader, "/feeds/all.atom")
    entry = entry_of(feed, code)
    assert "javascript" not in etree.tostring(entry, encoding="unicode").replace("alert(1)", "")
    content = html.fromstring(f"<div>{entry.findtext(f'{ATOM}content')}</div>")
    assert [element.tag for element in content.iter()] == ["div", "p"]
    assert str(content.xpath("string()")).startswith("<script>alert(1)</script>\ufffd")
    assert entry.findtext(f"{ATOM}title") == HOSTILE.replace("\x00", "\ufffd").replace(
        "\x0b", "\ufffd"
    ).replace("\ufffe", "\ufffd")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_feed_never_names_a_foreign_host(reader: TestClient, host: str) -> None:
    answer = reader.get("/feeds/all.atom", headers={"host": host})
    assert answer.status_code == 400
    assert host not in answer.text
