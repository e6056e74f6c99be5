"""Atom feeds: valid, safe whatever an article says, and written without holding them in memory."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jianbao.exporting.atom import FeedEntry, FeedFacts, article_identity, write_feed

NOON = datetime(2026, 3, 20, 12, 0, 30, 999_999, tzinfo=UTC)
FACTS = FeedFacts(
    "tag:jianbao,2026:all", "信江两岸 & <所有>", NOON, (("self", "http://127.0.0.1/feed?a=1&b=2"),)
)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def an_entry(*paragraphs: str, title: str = "春耕忙", link: str = "http://127.0.0.1/1.html") -> FeedEntry:
    return FeedEntry(
        identity=article_identity("NW202603201234567890"),
        title=title,
        published=NOON,
        updated=NOON,
        author="张平、李萍",
        categories=("上饶日报",),
        summary=None,
        paragraphs=paragraphs,
        links=(("alternate", link),),
    )


def fed(*entries: FeedEntry) -> etree._Element:
    out = io.BytesIO()
    assert write_feed(out, FACTS, entries) == len(entries)
    return etree.fromstring(out.getvalue())


def texts(feed: etree._Element, path: str) -> list[str]:
    found = feed.xpath(path, namespaces=ATOM)
    assert isinstance(found, list)
    return [str(one) for one in found]


class Tags(HTMLParser):
    """The tags and the text of some HTML, as a reader would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_feed_has_what_rfc_4287_asks_for() -> None:
    feed = fed(an_entry("清晨的田埂上，拖拉机已经开动。"))
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for path in ("a:id", "a:title", "a:updated", "a:entry/a:id", "a:entry/a:title", "a:entry/a:updated"):
        assert len(texts(feed, f"{path}/text()")) == 1, path
    assert texts(feed, "a:entry/a:author/a:name/text()") == ["张平、李萍"]
    assert texts(feed, "a:updated/text()") == ["2026-03-20T12:00:30Z"]
    assert texts(feed, "a:entry/a:id/text()") == ["tag:jianbao,2026:NW202603201234567890"]
    assert texts(feed, "a:entry/a:link/@href") == ["http://127.0.0.1/1.html"]
    assert texts(feed, "a:entry/@xml:lang") == ["zh"]


def test_a_feed_without_entries_is_whole() -> None:
    assert texts(fed(), "a:entry") == []


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "urn:x:y", "file:///etc/passwd", "http://", "//x/y", ""],
)
def test_only_addresses_of_the_web_are_linked(link: str) -> None:
    assert texts(fed(an_entry("正文。", link=link)), "a:entry/a:link/@href") == []


def test_an_address_with_blanks_and_chinese_is_encoded() -> None:
    feed = fed(an_entry("正文。", link="http://127.0.0.1/首页 1.html"))
    assert texts(feed, "a:entry/a:link/@href") == ["http://127.0.0.1/%E9%A6%96%E9%A1%B5%201.html"]


def test_what_an_article_says_stays_text() -> None:
    hostile = '<script>alert(1)</script> ]]> &amp; <img src=x onerror="y">'
    (content,) = texts(fed(an_entry(hostile, "第二段。")), "a:entry/a:content/text()")
    read = Tags()
    read.feed(content)
    read.close()
    assert read.tags == ["p", "p"]
    assert read.words == f"{hostile}第二段。"


@given(st.text(), st.text())
def test_any_text_makes_a_feed_that_parses(title: str, paragraph: str) -> None:
    feed = fed(an_entry(paragraph, title=title))
    (content,) = texts(feed, "a:entry/a:content/text()")
    shown = unescape(content.removeprefix("<p>").removesuffix("</p>"))
    assert len(shown) == len(paragraph)
    assert all(one in (other, "\ufffd") for one, other in zip(shown, paragraph, strict=True))
