"""What a feed is declared as: whether it has whole articles, which addresses of a sitemap are articles."""

from __future__ import annotations

import re

from spiders.kinds.kind import Answer
from spiders.readers.feeds.feed import Feed, FeedItem
from spiders.readers.feeds.plain import plain_title
from spiders.recognition.address_shape import Piece, Shape, has_article_name, shape_of
from spiders.recognition.finding import Finding
from spiders.recognition.link_pattern import pattern_of

_CALLED = {
    "rss": "RSS",
    "atom": "Atom",
    "json": "JSON Feed",
    "sitemap": "a sitemap",
    "index": "an index of sitemaps",
}
_WHOLE = 400
"""Characters of what a feed says of an article, from which on it may be the whole of it."""
_BLOCK = re.compile(r"</p>|<br\b", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.{3,}|\[…\]|阅读全文|查看全文|阅读原文|(?:read\s+)?more)\W*\Z", re.IGNORECASE)
_MOST = 2_000


def describe_feed(feed: Feed, inner: Feed | None, answer: Answer) -> Finding:
    """Return the declaration of a feed; ``inner`` is the first sitemap of an index."""
    items = (inner or feed).items
    keys: dict[str, object] = {}
    if feed.shape in ("rss", "atom", "json") and items and all(_is_whole(item) for item in items):
        keys["full"] = True
    if feed.shape in ("sitemap", "index") and (link := _link_of(items)):
        keys |= link
    count = f"{len(feed.parts)} sitemaps" if feed.parts else f"{len(items)} entries"
    reasons = [f"{_CALLED[feed.shape]} with {count}"]
    if keys.get("full"):
        reasons.append("its entries have the whole articles")
    return Finding("feed", answer.url, feed.title, keys, tuple(reasons))


def _is_whole(item: FeedItem) -> bool:
    content = item.content or ""
    text = plain_title(content[-1_000:])
    return len(content) >= _WHOLE and len(_BLOCK.findall(content)) > 1 and not _CUT.search(text)


def _link_of(items: tuple[FeedItem, ...]) -> dict[str, object]:
    """Return the pattern of most of a sitemap's addresses that have a number; nothing for one of news."""
    if not items or all(item.title for item in items):
        return {}
    groups: dict[Shape, list[tuple[Piece, ...]]] = {}
    for item in items[:_MOST]:
        shape, pieces = shape_of(item.url)
        if has_article_name(pieces):
            groups.setdefault(shape, []).append(pieces)
    if not groups:
        return {}
    shape, samples = max(groups.items(), key=lambda pair: len(pair[1]))
    pattern = pattern_of(shape, samples)
    keys: dict[str, object] = {"link": pattern.link}
    if pattern.identity:
        keys["id"] = pattern.identity
    return keys
