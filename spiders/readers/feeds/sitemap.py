"""Sitemaps (sitemaps.org), those of news among them, and indexes of sitemaps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from lxml import etree

from spiders.readers.feeds.address import web_address
from spiders.readers.feeds.feed import Feed, FeedItem, FeedPart
from spiders.readers.feeds.feed_time import read_feed_time
from spiders.readers.feeds.plain import plain_name, plain_title
from spiders.readers.feeds.xml_text import name_of


def read_sitemap(root: etree._Element, url: str, zone: tzinfo) -> Feed:
    """Return what a sitemap says. Only one of news tells titles and times of publication."""
    entries = [_texts(entry) for entry in root.iter() if name_of(entry) == "url"]
    items = [_item(texts, url, zone) for texts in entries]
    read = tuple(item for item in items if item is not None)
    return Feed("sitemap", read, unread=len(items) - len(read))


def read_index(root: etree._Element, url: str, zone: tzinfo) -> Feed:
    """Return the sitemaps that an index names, each once."""
    parts: dict[str, FeedPart] = {}
    for entry in root.iter():
        if name_of(entry) == "sitemap":
            texts = _texts(entry)
            address = web_address(url, texts.get("loc"))
            if address is not None and address != url:
                parts.setdefault(address, FeedPart(address, _changed(texts, zone)))
    return Feed("index", parts=tuple(parts.values()))


def _item(texts: dict[str, str], url: str, zone: tzinfo) -> FeedItem | None:
    address = web_address(url, texts.get("loc"))
    if address is None:
        return None
    published = read_feed_time(texts.get("news/publication_date", ""), zone)
    return FeedItem(
        address,
        plain_title(texts.get("news/title")),
        published_at=published.at if published else None,
        precision=published.precision if published else "second",
        zone=published.zone if published else None,
        changed_at=_changed(texts, zone),
        media=plain_name(texts.get("publication/name")),
    )


def _changed(texts: dict[str, str], zone: tzinfo) -> datetime | None:
    changed = read_feed_time(texts.get("lastmod", ""), zone)
    return changed.at if changed else None


def _texts(entry: etree._Element) -> dict[str, str]:
    """Return the texts of an entry by name, those of news under their parent's name; the first of each."""
    found: dict[str, str] = {}
    for name, text in _leaves(entry):
        found.setdefault(name, text)
    return found


def _leaves(entry: etree._Element) -> Iterator[tuple[str, str]]:
    for child in entry:
        name = name_of(child)
        if name in {"loc", "lastmod"}:
            yield name, (child.text or "").strip()
        elif name == "news":
            yield from _of_news(child)


def _of_news(news: etree._Element) -> Iterator[tuple[str, str]]:
    for child in news:
        name = name_of(child)
        if name == "publication":
            yield from ((f"publication/{name_of(one)}", (one.text or "").strip()) for one in child)
        else:
            yield f"news/{name}", (child.text or "").strip()
