"""A feed of any shape: what it is, and what it says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

from spiders.readers.feeds.feed import MOST_ITEMS, Feed, FeedItem
from spiders.readers.feeds.feed_time import zone_named
from spiders.readers.feeds.json_feed import read_json_feed
from spiders.readers.feeds.rss import read_rss
from spiders.readers.feeds.sitemap import read_index, read_sitemap
from spiders.readers.feeds.xml_text import parse_xml
from spiders.readers.section import with_name
from storage.records import SetAside
from storage.records.saying import say

_FEED = re.compile(
    r"<(?:[A-Za-z][\w-]{0,30}:)?(?P<name>rss|rdf|feed|channel|urlset|sitemapindex)[\s>/]", re.IGNORECASE
)
_PAGE = re.compile(r"<(?:!doctype\s{1,9}html|html|head|body)[\s>]", re.IGNORECASE)
_SAMPLE = 5_000  # characters in which a document must say what it is
_AHEAD = timedelta(minutes=10)
"""How far ahead of the moment of fetching an item may be printed, for clocks that are fast."""


def is_feed(text: str) -> bool:
    """Return whether a text says at its beginning that that it is a feed, readable or not."""
    head = text[:_SAMPLE]
    found, page = _FEED.search(head), _PAGE.search(head)
    if found is not None:
        return page is None or found.start() < page.start()
    return head.lstrip().startswith("{") and "jsonfeed.org/version/" in head


def read_feed(text: str, url: str, zone: tzinfo, fetched_at: datetime | None = None) -> Feed:
    """Return what a feed says, each address once; ``zone`` is that of times without one.

    An item can't be published after it was fetched (aware): where times in GMT would be, the whole feed's
    times in GMT are clocks of ``zone``, as some newspapers print them. Raises `SetAside` where it is no feed,
    an error page for one, or has more items than any.
    """
    feed = _read(text, url, zone)
    if len(feed.items) > MOST_ITEMS or len(feed.parts) > MOST_ITEMS:
        raise SetAside(say("page.feed_too_long", most=MOST_ITEMS))
    items = _once_each(feed.items)
    if fetched_at is not None and any(_is_ahead(item, fetched_at) for item in items):
        items = tuple(_clock_in(item, zone) for item in items)
    return replace(feed, items=items)


def _read(text: str, url: str, zone: tzinfo) -> Feed:
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith(("{", "[")):
        return read_json_feed(text, url, zone)
    found = _FEED.search(text[:_SAMPLE])
    page = _PAGE.search(text[:_SAMPLE])
    if found is None or (page is not None and page.start() < found.start()):
        raise SetAside(with_name(say("page.page_not_feed" if page else "page.not_feed"), text))
    return _of_root(found["name"].lower(), _from_declaration(text, found.start()), url, zone)


def _from_declaration(text: str, start: int) -> str:
    """Return a document from its first element on, the document type before it included; warnings go."""
    before = text[:start]
    doctype = before.upper().find("<!DOCTYPE")
    return text[doctype if doctype >= 0 else start :]


def _of_root(name: str, text: str, url: str, zone: tzinfo) -> Feed:
    match name:
        case "urlset":
            return read_sitemap(parse_xml(text), url, zone)
        case "sitemapindex":
            return read_index(parse_xml(text), url, zone)
        case _:
            return read_rss(text, url, zone)


def _once_each(items: tuple[FeedItem, ...]) -> tuple[FeedItem, ...]:
    found: dict[str, FeedItem] = {}
    for item in items:
        found.setdefault(item.url, item)
    return tuple(found.values())


def _is_gmt(item: FeedItem) -> bool:
    return item.zone is not None and zone_named(item.zone) is UTC


def _is_ahead(item: FeedItem, fetched_at: datetime) -> bool:
    return _is_gmt(item) and item.published_at is not None and item.published_at > fetched_at + _AHEAD


def _clock_in(item: FeedItem, zone: tzinfo) -> FeedItem:
    if not _is_gmt(item) or item.published_at is None:
        return item
    return replace(item, published_at=item.published_at.replace(tzinfo=zone))
