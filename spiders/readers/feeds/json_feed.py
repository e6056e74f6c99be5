"""JSON Feed (jsonfeed.org, versions 1 and 1.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import tzinfo
from html import escape
from typing import Any

from spiders.readers.feeds.address import web_address
from spiders.readers.feeds.feed import Feed, FeedItem
from spiders.readers.feeds.feed_time import read_feed_time
from spiders.readers.feeds.plain import plain_name, plain_summary, plain_title
from storage.records import SetAside
from storage.records.saying import say


def read_json_feed(text: str, url: str, zone: tzinfo) -> Feed:
    """Return what a JSON Feed says; raise `SetAside` for other JSON, and for what is none."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SetAside(say("page.broken_json")) from error
    entries = said.get("items") if isinstance(said, dict) else None
    if not isinstance(entries, list) or not is_json_feed(said):
        raise SetAside(say("page.no_json_feed"))
    items = [_item(entry, url, zone) for entry in entries]
    read = tuple(item for item in items if item is not None)
    older = web_address(url, _text(said, "next_url"))
    return Feed(
        "json",
        read,
        unread=len(items) - len(read),
        title=plain_title(_text(said, "title")) or None,
        older=older if older != url else None,
    )


def is_json_feed(said: object) -> bool:
    """Return whether a JSON document calls itself a JSON Feed."""
    return isinstance(said, dict) and "jsonfeed.org/version/" in str(said.get("version", ""))


def _item(entry: object, url: str, zone: tzinfo) -> FeedItem | None:
    if not isinstance(entry, dict):
        return None
    alias = _text(entry, "id")
    named = alias if alias and alias.lower().startswith(("http://", "https://")) else None
    address = web_address(url, _text(entry, "url") or _text(entry, "external_url") or named)
    if address is None:
        return None
    published = read_feed_time(_text(entry, "date_published") or "", zone)
    changed = read_feed_time(_text(entry, "date_modified") or "", zone)
    return FeedItem(
        address,
        plain_title(_text(entry, "title")),
        alias=alias,
        published_at=published.at if published else None,
        precision=published.precision if published else "second",
        zone=published.zone if published else None,
        changed_at=changed.at if changed else None,
        author=_author(entry),
        summary=plain_summary(_text(entry, "summary")),
        content=_content(entry),
    )


def _author(entry: Mapping[str, Any]) -> str | None:
    authors = entry.get("authors")
    found = authors if isinstance(authors, list) else [entry.get("author")]
    names = [name for one in found if isinstance(one, dict) and (name := plain_name(_text(one, "name")))]
    return plain_name("、".join(names))


def _content(entry: Mapping[str, Any]) -> str | None:
    if html := _text(entry, "content_html"):
        return html
    lines = (_text(entry, "content_text") or "").splitlines()
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line.strip()) or None


def _text(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value.strip() or None if isinstance(value, str) else None
