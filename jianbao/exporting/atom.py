"""Atom feeds (RFC 4287), written entry by entry: for exports and for the reader alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import BinaryIO, cast

from lxml import etree
from w3lib.url import safe_url_string

from jianbao import __version__
from storage.records import StoredArticle

MEDIA_TYPE = "application/atom+xml"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_DEFAULT = cast(dict[str, str], {None: _NAMESPACE})  # the stubs know prefixes only
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# Whatever XML 1.0 has no way to say (section 2.2), not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = re.compile(r"https?://[^\s/?#]", re.IGNORECASE)
_UNNAMED = "jianbao"


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """What a feed says of itself. ``identity`` is a URI that never changes; ``updated`` is aware.

    ``links`` are pairs of relation (``self``, ``alternate``, ``next``) and address. ``subtitle`` says how far
    it is to be trusted.
    """

    identity: str
    title: str
    updated: datetime
    links: tuple[tuple[str, str], ...] = ()
    subtitle: str | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One article in a feed. ``paragraphs`` are plain text; ``updated`` is when this wording was new."""

    identity: str
    title: str
    published: datetime
    updated: datetime
    author: str | None
    categories: tuple[str, ...]
    summary: str | None
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()


def article_identity(info_code: str) -> str:
    """Return the entry id of an article: the same in every feed of every archive, wherever its page moves."""
    return f"tag:jianbao,2026:{info_code}"


def entry_of(stored: StoredArticle, updated: datetime, links: tuple[tuple[str, str], ...] = ()) -> FeedEntry:
    """Return the entry of an archived article, whose author is its reporters or else its newspaper.

    Without ``links`` its alternate is the page that it came from.
    """
    article = stored.article
    return FeedEntry(
        identity=article_identity(article.info_code),
        title=article.title,
        published=article.published_at or stored.first_seen_at,
        updated=updated,
        author=article.author or article.media,
        categories=(article.media,) if article.media else (),
        summary=article.summary,
        paragraphs=tuple(paragraph.text for paragraph in article.paragraphs),
        links=links or (("alternate", article.url),),
    )


def write_feed(out: BinaryIO, facts: FeedFacts, entries: Iterable[FeedEntry]) -> int:
    """Write a feed as UTF-8, holding one entry at a time in memory; return how many there were.

    Characters that XML forbids become U+FFFD. The content is HTML made of escaped paragraphs alone, so it is
    safe whatever an article says; only links to http and https addresses are written.
    """
    count = 0
    with etree.xmlfile(out, encoding="utf-8") as document:
        document.write_declaration()
        with document.element(_name("feed"), nsmap=_DEFAULT):
            for element in _head(facts):
                document.write(element)
            for entry in entries:
                document.write(_entry(entry))
                count += 1
    return count


def _head(facts: FeedFacts) -> list[etree._Element]:
    generator = _element("generator", "jianbao", version=__version__)
    return [
        _element("id", facts.identity),
        _element("title", facts.title),
        *([_element("subtitle", facts.subtitle)] if facts.subtitle else ()),
        _element("updated", _time(facts.updated)),
        _author(_UNNAMED),
        generator,
        *_links(facts.links),
    ]


def _entry(entry: FeedEntry) -> etree._Element:
    element = _element("entry")
    element.set(_LANGUAGE, "zh")
    element.extend(
        [
            _element("id", entry.identity),
            _element("title", entry.title),
            _element("published", _time(entry.published)),
            _element("updated", _time(entry.updated)),
            *([_author(entry.author)] if entry.author else ()),
            *(_element("category", term=category) for category in entry.categories),
            *_links(entry.links),
            *([_element("summary", entry.summary)] if entry.summary else ()),
            _element("content", _html(entry.paragraphs), type="html"),
        ]
    )
    return element


def _author(name: str) -> etree._Element:
    author = _element("author")
    author.append(_element("name", name))
    return author


def _links(links: Iterable[tuple[str, str]]) -> list[etree._Element]:
    return [
        _element("link", rel=relation, href=safe_url_string(address))
        for relation, address in links
        if _WEB.match(address)
    ]


def _html(paragraphs: Iterable[str]) -> str:
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)


def _element(tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    clean = {name: _speakable(value) for name, value in attributes.items()}
    element = etree.Element(_name(tag), clean, nsmap=_DEFAULT)
    element.text = None if text is None else _speakable(text)
    return element


def _speakable(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _name(tag: str) -> str:
    return f"{{{_NAMESPACE}}}{tag}"
