"""RSS and Atom, in every version that feedparser knows.

It is given a document that was mended, as bytes and never as an address, which it would ask for.
Addresses, ids and times are taken as printed: its sanitising and its own reading of times are left aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from io import BytesIO
from typing import Any

import feedparser

from spiders.readers.feeds.address import web_address
from spiders.readers.feeds.feed import Feed, FeedItem
from spiders.readers.feeds.feed_time import FeedTime, read_feed_time
from spiders.readers.feeds.plain import plain_name, plain_summary, plain_title
from spiders.readers.feeds.xml_text import mend_xml
from storage.records import SetAside
from storage.records.saying import say

_OLDER = ("prev-archive", "next")


def read_rss(text: str, url: str, zone: tzinfo) -> Feed:
    """Return what an RSS or Atom document says; raise `SetAside` where it is neither."""
    said = _parse(text)
    version = said.get("version")
    if not version:
        raise SetAside(say("page.xml_no_feed"))
    entries = [(entry, _item(entry, url, zone)) for entry in said.entries]
    items = tuple(item for _, item in entries if item is not None)
    return Feed(
        "atom" if version.startswith("atom") else "rss",
        items,
        unread=len(entries) - len(items),
        title=plain_title(_said(said.feed, "title")) or None,
        older=_older(said.feed, url),
    )


def _parse(text: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}  # with an address, a bare guid would be one
    try:
        return feedparser.parse(
            BytesIO(mend_xml(text).encode()),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except SetAside:
        raise
    except Exception as error:
        raise SetAside(say("page.feed_unreadable", type=type(error).__name__, error=str(error))) from error


def _item(entry: Mapping[str, Any], url: str, zone: tzinfo) -> FeedItem | None:
    address = web_address(url, _link(entry))
    if address is None:
        return None
    published = _time(entry, ("published", "created", "updated"), zone)
    changed = _time(entry, ("updated",), zone)
    content = _content(entry)
    return FeedItem(
        address,
        plain_title(_said(entry, "title")),
        alias=_said(entry, "id"),
        published_at=published.at if published else None,
        precision=published.precision if published else "second",
        zone=published.zone if published else None,
        changed_at=changed.at if changed else None,
        media=plain_name(_said(_part(entry, "source"), "title") or _said(entry, "publisher")),
        author=plain_name(_said(entry, "author")),
        summary=plain_summary(_said(entry, "summary")) if content != _said(entry, "summary") else None,
        content=content,
    )


def _link(entry: Mapping[str, Any]) -> str | None:
    """Return where an entry's article is; a guid is an address only where it is written as one."""
    original = _said(entry, "feedburner_origlink")
    link = original or _said(entry, "link")
    if entry.get("guidislink") and not (link or "").lower().startswith(("http://", "https://")):
        return None
    alias = _said(entry, "id") or ""
    return link or (alias if alias.lower().startswith(("http://", "https://")) else None)


def _content(entry: Mapping[str, Any]) -> str | None:
    """Return the longest HTML that an entry has, which its summary may be."""
    parts = entry.get("content")
    values = [_said(part, "value") for part in parts] if isinstance(parts, list) else []
    return max((*filter(None, values), _said(entry, "summary") or ""), key=len) or None


def _time(entry: Mapping[str, Any], names: Iterable[str], zone: tzinfo) -> FeedTime | None:
    times = (read_feed_time(text, zone) for name in names if (text := _said(entry, name)))
    return next(filter(None, times), None)


def _older(feed: Mapping[str, Any], url: str) -> str | None:
    found = dict(_relations(feed, url))
    return next((found[name] for name in _OLDER if name in found), None)


def _relations(feed: Mapping[str, Any], url: str) -> Iterator[tuple[str, str]]:
    links = feed.get("links")
    for link in links if isinstance(links, list) else ():
        address = web_address(url, _said(link, "href"))
        if address is not None and address != url:
            yield (_said(link, "rel") or ""), address


def _part(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = dict(entry).get(name)
    return part if isinstance(part, Mapping) else {}


def _said(entry: Mapping[str, Any], name: str) -> str | None:
    """Return a text of an entry as it is there: feedparser's own look-up makes one name stand for another."""
    value = dict.get(entry, name) if isinstance(entry, dict) else None
    return value.strip() or None if isinstance(value, str) else None
