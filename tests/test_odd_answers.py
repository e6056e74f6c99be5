"""Answers that do not fit their question, pages that moved or never were, and what is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import Response
from support.command_line import Command, run_process
from support.newsroom import Newsroom, small_press
from support.raw_server import serve_raw

from jianbao.demo import DemoSite
from spiders.middleware.unasked import Unasked, UnaskedAnswersMiddleware
from spiders.middleware.wholeness import is_whole
from spiders.readers.article_page import read_article
from spiders.readers.base_address import base_of
from spiders.readers.listing_page import read_listing
from storage.ledger.poll import _is_due_again

URL = "http://news.example/category/a.html"

# -- an answer without its question ---------------------------------------------------------------


def answer(status: int, asked: dict[str, str] | None = None, **headers: str) -> Request | Response:
    """Return what becomes of an answer to a request with these headers."""
    request = Request(URL, headers=asked or {})
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return UnaskedAnswersMiddleware().process_response(request, Response(URL, status, told, b"<ul>"))


FITS = {
    "304-unasked": (304, {}, {}, False),
    "304-of-the-version": (304, {"If-None-Match": '"a"'}, {"ETag": '"a"'}, True),
    "304-weak": (304, {"If-None-Match": 'W/"a"'}, {"ETag": '"a"'}, True),
    "304-without-tag": (304, {"If-None-Match": '"a"'}, {}, True),
    "304-by-date": (304, {"If-Modified-Since": "Fri, 18 Mar 2022 00:00:00 GMT"}, {}, True),
    "304-of-another": (304, {"If-None-Match": '"a"'}, {"ETag": '"b"'}, False),
    "412-unasked": (412, {}, {}, False),
    "206-part": (206, {}, {"Content_Range": "bytes 0-99/500"}, False),
    "206-end": (206, {}, {"Content_Range": "bytes 100-499/500"}, False),
    "206-unstated": (206, {}, {}, False),
    "206-unknown-length": (206, {}, {"Content_Range": "bytes 0-99/*"}, False),
    "206-whole": (206, {}, {"Content_Range": "bytes 0-499/500"}, True),
    "416": (416, {}, {"Content_Range": "bytes */500"}, False),
    "200": (200, {}, {}, True),
    "203": (203, {}, {}, True),
    "404": (404, {}, {}, True),
}


@pytest.mark.parametrize(("status", "asked", "told", "fits"), FITS.values(), ids=FITS)
def test_what_does_not_fit_is_asked_again(
    status: int, asked: dict[str, str], told: dict[str, str], *, fits: bool
) -> None:
    found = answer(status, asked, **told)
    assert isinstance(found, Response) is fits
    if isinstance(found, Request):
        assert found.headers["Cache-Control"] == b"no-cache"
        assert not {b"If-None-Match", b"If-Modified-Since"} & set(found.headers)
        with pytest.raises(Unasked, match=str(status)):
            UnaskedAnswersMiddleware().process_response(found, Response(URL, status))


@pytest.mark.parametrize(
    ("status", "whole"), [(200, True), (203, True), (204, False), (205, False), (206, False)]
)
def test_which_answers_are_whole(status: int, *, whole: bool) -> None:
    assert is_whole(Response(URL, status)) is whole


def test_an_unasked_304_is_asked_again_without_caches(newsroom: Newsroom) -> None:
    code = newsroom.site.articles[0].info_code
    newsroom.site.misbehave(code, "status", times=1, status=304)
    assert newsroom.crawl().total("new") == 2
    first, again = (request for request in newsroom.site.requests if code in request.path)
    assert (first.header("Cache-Control"), again.header("Cache-Control")) == (None, "no-cache")


@pytest.mark.parametrize("status", [304, 206, 204, 205])
def test_a_page_that_is_never_answered_whole_has_failed(newsroom: Newsroom, status: int) -> None:
    slug = newsroom.site.slugs[0]
    newsroom.site.misbehave(newsroom.site.category_path(slug), "status", status=status)
    assert f"answered {status}" in newsroom.crawl(status=1).errors
    assert newsroom.events() == ["poll_failed"]
    newsroom.site.behave()
    assert newsroom.crawl().total("new") == 2
    assert newsroom.events() == []


@pytest.mark.parametrize(
    "head", ["203 Non-Authoritative", "206 Partial\r\nContent-Range: bytes 0-{last}/{size}"]
)
def test_203_and_a_whole_206_are_answers(command: Command, tmp_path: Path, head: str) -> None:
    with DemoSite(small_press()) as site:
        body = site.answer(site.category_path(site.slugs[0])).body
    told = head.format(last=len(body) - 1, size=len(body))
    raw = f"HTTP/1.1 {told}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    with serve_raw(raw.encode() + body) as url:
        file = tmp_path / "jianbao.toml"
        file.write_text(
            f'[[sources]]\nslug = "a"\nname = "a"\nkind = "category"\nurl = "{url}/a.html"\n'
            '[http]\ndelay = 0\nobey_robots = false\ncontact = "mailto:desk@example.org"\n',
            "utf-8",
        )
        (source,) = command("--config", file, "crawl", "--json").json["sources"]
    assert (source["poll"], source["listed"]) == ("changed", 2)


# -- what is asked for, and where -----------------------------------------------------------------


def test_pages_are_asked_for_in_chinese(newsroom: Newsroom) -> None:
    newsroom.crawl()
    asked = {request.header("Accept-Language") for request in newsroom.site.requests}
    assert asked == {"zh-CN,zh;q=0.9"}


def test_a_source_with_an_international_name(tmp_path: Path) -> None:
    with DemoSite(small_press()) as site:
        body = site.answer(site.category_path(site.slugs[0])).body
    raw = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    file = tmp_path / "jianbao.toml"
    file.write_text(
        '[[sources]]\nslug = "a"\nname = "a"\nkind = "category"\nurl = "http://江西日报.中国/a.html"\n'
        '[http]\ndelay = 0\nretries = 0\nobey_robots = false\ncontact = "mailto:desk@example.org"\n',
        "utf-8",
    )
    with serve_raw(raw.encode() + body) as proxy:
        ended = run_process("--config", file, "crawl", "--json", **{**os.environ, "http_proxy": proxy})
    (source,) = ended.json["sources"]
    assert (source["poll"], source["listed"]) == ("changed", 2)


BASES = {
    "none": ("", URL),
    "absolute": ('<base href="http://img.example/x/">', "http://img.example/x/"),
    "relative": ('<base href="/news/">', "http://news.example/news/"),
    "no-scheme": ("<BASE target=_top HREF=//img.example/>", "http://img.example/"),
    "single-quotes": ("<base href='/a/'/>", "http://news.example/a/"),
    "first-counts": ('<base href="/a/"><base href="/b/">', "http://news.example/a/"),
    "target-only": ('<base target="_blank">', URL),
    "commented": ('<!-- <base href="/a/"> -->', URL),
    "script": ('<base href="javascript:void(0)">', URL),
    "data": ('<base href="data:text/html,x">', URL),
    "no-port": ('<base href="http://img.example:99999/">', URL),
    "port-0": ('<base href="http://img.example:0/">', URL),
    "broken": ('<base href="http://[">', URL),
    "in-the-body": ('</head><body><base href="/a/">', URL),
    "blanks": ('<base href=" /a/ ">', "http://news.example/a/"),
}


@pytest.mark.parametrize(("head", "base"), BASES.values(), ids=BASES)
def test_where_relative_addresses_start(head: str, base: str) -> None:
    assert base_of(f"<html><head>{head}<title>x</title></head><body></body></html>", URL) == base


def test_listed_addresses_start_at_the_base() -> None:
    html = (
        '<html><head><base href="http://news.example/press/"></head><body><header></header><section><ul>'
        '<li><a href="2022/03/18/NW202203182301200012.html">湿地</a></li></ul></section></body></html>'
    )
    listed = read_listing(html, URL)
    assert [entry.url for entry in listed] == [
        "http://news.example/press/2022/03/18/NW202203182301200012.html"
    ]


def test_an_articles_addresses_start_at_the_base(newsroom: Newsroom) -> None:
    site = newsroom.site
    post = site.articles[0]
    page = site.answer(post.dated_path).body.decode()
    based = page.replace("<head>", '<head><base href="http://img.example/x/">')
    assert read_article(page, site.url + post.dated_path).base is None
    assert read_article(based, site.url + post.dated_path).base == "http://img.example/x/"


# -- a page's address -----------------------------------------------------------------------------


def test_a_new_source_without_a_page_is_told(newsroom: Newsroom) -> None:
    site = newsroom.site
    path = site.category_path(site.slugs[0])
    site.misbehave(path, "status", status=404)
    newsroom.crawl()
    assert newsroom.events() == ["page_missing"]
    (message,) = newsroom.rows("SELECT message FROM event")
    assert f"{site.url}{path} answers that there is no such page: compare the source's url" in message
    newsroom.crawl()
    assert newsroom.rows("SELECT times FROM event") == [2]
    site.behave()
    newsroom.crawl()
    assert newsroom.events() == []
    site.misbehave(path, "status", status=404)
    newsroom.crawl()
    assert newsroom.events() == [], "a paper that has listed before may print nothing for days"


@pytest.mark.parametrize(("status", "told"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_page_that_moved_for_good_is_polled_and_told(
    open_newsroom: Callable[..., Newsroom], status: int, *, told: bool
) -> None:
    newsroom = open_newsroom(small_press())
    site = newsroom.site
    path = site.category_path(site.slugs[0])
    old = f"/papers/{path.rpartition('/')[2]}"
    site.misbehave(old, "redirect", location=path, status=status)
    newsroom.config.write_text(newsroom.config.read_text("utf-8").replace(path, old), "utf-8")
    assert newsroom.crawl().total("new") == 2
    assert newsroom.events() == (["page_moved"] if told else [])
    if told:
        (message,) = newsroom.rows("SELECT message FROM event")
        assert message.endswith(f"from {site.url}{old}: write {site.url}{path} into the source's url")
    newsroom.configure()
    newsroom.crawl()
    assert newsroom.events() == []


def test_a_page_that_moved_under_another_name_is_told_and_not_believed(newsroom: Newsroom) -> None:
    site = newsroom.site
    path = site.category_path(site.slugs[0])
    site.misbehave("/category/other.html", "redirect", location=path, status=301)
    newsroom.config.write_text(
        newsroom.config.read_text("utf-8").replace(path, "/category/other.html"), "utf-8"
    )
    errors = newsroom.crawl(status=1).errors
    assert f"it has moved to {site.url}{path} for good: if that is its page now, write it into" in errors
    assert newsroom.events() == ["poll_failed"]


# -- counters behind a title ----------------------------------------------------------------------


TITLES = {
    "counter": ("湿地飞来东方白鹳(123)", "湿地飞来东方白鹳(124)", False),
    "wide": ("湿地飞来东方白鹳（9）", "湿地飞来东方白鹳（10）", False),
    "square": ("湿地飞来东方白鹳[123]", "湿地飞来东方白鹳[200]", False),
    "lens": ("湿地飞来东方白鹳【5】", "湿地飞来东方白鹳【6】", False),
    "blank-before": ("湿地飞来东方白鹳 (1)", "湿地飞来东方白鹳  (2) ", False),
    "first-counter": ("湿地飞来东方白鹳", "湿地飞来东方白鹳(1)", False),
    "counter-gone": ("湿地飞来东方白鹳(1)", "湿地飞来东方白鹳", False),
    "thousands": ("湿地飞来东方白鹳(1,023)", "湿地飞来东方白鹳(1.2万)", False),
    "words": ("湿地飞来东方白鹳(阅读：12)", "湿地飞来东方白鹳(13人评论)", False),
    "two": ("湿地飞来东方白鹳(12)[3]", "湿地飞来东方白鹳(13)[4]", False),
    "another-title": ("湿地飞来东方白鹳(123)", "湿地飞来白鹤(123)", True),
    "corrected": ("湿地飞来东方白鹳", "湿地飞来东方白鹤", True),
    "number-in-the-title": ("湿地飞来118只白鹳", "湿地飞来119只白鹳", True),
    "bracket-of-words": ("湿地飞来东方白鹳(图)", "湿地飞来东方白鹳(组图)", True),
    "number-within": ("湿地(1)飞来东方白鹳", "湿地(2)飞来东方白鹳", True),
    "wholly-another": ("(1)", "湿地", True),
}


@pytest.mark.parametrize(("before", "after", "again"), TITLES.values(), ids=TITLES)
def test_a_counter_behind_a_title_is_no_news(before: str, after: str, *, again: bool) -> None:
    assert _is_due_again({"title": after}, ("archived", before)) is again
    assert _is_due_again({"title": after}, ("gone", before))
