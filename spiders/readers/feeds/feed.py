"""What a feed says: its items as it has them, and where the older ones are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records import Precision

FeedShape = Literal["rss", "atom", "json", "sitemap", "index"]
MOST_ITEMS = 50_000
"""Items of one feed beyond which it is refused: what the protocol allows a sitemap (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed: the article's address, absolute and encoded, and what is told of it.

    ``alias`` is the feed's own name for it (guid, Atom's id). ``published_at`` is aware, in the zone that is
    printed; ``zone`` is that zone's name as printed, None when none is. ``changed_at`` is when the entry, or
    the page that a sitemap names, was last changed: no time of publication. ``content`` is HTML, the whole
    article where the feed has it.
    """

    url: str
    title: str = ""
    alias: str | None = None
    published_at: datetime | None = None
    precision: Precision = "second"
    zone: str | None = None
    changed_at: datetime | None = None
    media: str | None = None
    author: str | None = None
    summary: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class FeedPart:
    """One sitemap of an index, and when it was last changed (aware), where the index tells."""

    url: str
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that was read: each address once, in its order.

    ``unread`` counts the entries without an address; ``parts`` are there in an index alone. ``older`` is the
    address of the page of the feed with the entries before these (RFC 5005), ``title`` its own.
    """

    shape: FeedShape
    items: tuple[FeedItem, ...] = ()
    unread: int = 0
    title: str | None = None
    parts: tuple[FeedPart, ...] = ()
    older: str | None = None
