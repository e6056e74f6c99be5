"""The kind ``feed``: RSS, Atom, JSON Feed, sitemaps; articles are read at their pages, or in the feed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from spiders.declared.identity import code_of, day_of, groups_of
from spiders.declared.listed_item import ListedItem, as_listed
from spiders.declared.patterns import search_pattern
from spiders.declared.rules import ListRules
from spiders.kinds.declared_encoding import decode_as_declared
from spiders.kinds.kind import Answer, Ask, KindContext, Listing, NotTheList, Steps
from spiders.kinds.list_troubles import Troubles
from spiders.kinds.page import PageKind
from spiders.readers.feeds.feed import Feed, FeedItem, FeedPart
from spiders.readers.feeds.packed import unpack
from spiders.readers.feeds.plain import plain_title
from spiders.readers.feeds.reading import read_feed
from storage.records import (
    BackOrder,
    BadInfoCode,
    Draft,
    Headway,
    Listed,
    Owed,
    PollOrder,
    SetAside,
    Told,
)
from storage.records.saying import say

FEED = "feed"
"""By which rule a field was found that the feed itself says."""
_SAID = ("title", "published_at", "media", "author", "summary")
_FEWEST_PARTS = 3
"""Sitemaps of an index that a poll looks at, at least: the newest by their times, or by their names."""
_RECENT = timedelta(days=7)
"""How long ago a page of a plain sitemap may have changed, to be one that a poll lists."""
_INDEX = re.compile(r"sitemap|\.gz$", re.IGNORECASE)
_CUT = re.compile(r"(?:…|\.{3,}|\[…\]|阅读全文|查看全文|阅读原文|(?:read\s+)?more)\W*\Z", re.IGNORECASE)
_BLOCK = re.compile(r"</(?:p|div|li|h\d)>|<br\b", re.IGNORECASE)
_SHORTEST = 60
"""Characters of an article that a feed has whole, at least; a digest is as long, and is one paragraph."""
_MOST_STEPS = 20_000
_MOST_LINE = 2_000


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a step back begins: a page of the feed, or the sitemaps that are left."""

    address: str | None = None
    asked: Sequence[str] = ()
    line: Sequence[str] | None = None
    done: int = 0

    def write(self) -> str:
        """Return the cursor as it is stored."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})


class FeedKind(PageKind):
    """Feeds of every shape. With ``full``, what a feed has of an article is the article."""

    def __init__(self, context: KindContext) -> None:
        super().__init__(context)
        self._held: dict[tuple[str, str], tuple[Draft, str]] = {}

    def poll(self, order: PollOrder) -> Steps:
        """Ask for the feed, and for the newest sitemaps of an index.

        A feed that is not there is no empty one; an error page is set aside, and so is a feed of which no
        entry is an article as its source declares them.
        """
        source = self._source(order)
        address = source.lists[0]
        answer = yield Ask(address, only_if_changed=_INDEX.search(urlsplit(address).path) is None)
        feed = _read(answer, source.rules)
        pairs = [(answer, feed)]
        troubles = Troubles()
        for part in _newest(feed.parts, max(source.rules.pages, _FEWEST_PARTS)):
            try:
                answer = yield Ask(part.url)
                if not answer.is_missing:
                    pairs.append((answer, _read(answer, source.rules)))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a sitemap, the others are read
                troubles.note(part.url, error)
        listed: dict[str, Listed] = {}
        for came, one in pairs:
            recent = replace(one, items=tuple(item for item in one.items if _is_recent(item, one, order)))
            for article in self._list(came, recent, order.source, source.rules):
                listed.setdefault(article.info_code, article)
        unread = sum(one.unread for _, one in pairs)
        if not listed and not troubles and any(one.items for _, one in pairs) and not _is_plain(feed):
            raise SetAside(say("page.no_entry"))
        return troubles.tell(Listing(tuple(listed.values()), len(listed) + unread, unread))

    def poll_back(self, order: BackOrder) -> Steps:
        """Go one sitemap back, or one page of a feed that names the page before it (RFC 5005)."""
        source = self._source(order)
        at = _Cursor(**json.loads(order.cursor)) if order.cursor else _begin(source.rules)
        address, rest = at.address or source.lists[0], at.line
        if at.line is not None:
            address, *rest = at.line
        answer = yield Ask(address)
        done = at.done + 1
        if answer.is_missing:
            following = replace(at, line=rest, done=done) if rest else None
            return _stepped((), following, done, rest)
        feed = _read(answer, source.rules)
        listed = self._list(answer, feed, order.source, source.rules)
        following = _following(replace(at, line=rest, done=done), address, feed, order)
        if rest is None and not feed.parts and _all_before(listed, source.rules, order.first):
            following = None
        wanted = tuple(one for one in listed if _is_within(one, source.rules, order))
        return _stepped(wanted, following, done, following.line if following else None)

    @property
    def has_articles_at_hand(self) -> bool:
        """Whether a feed that this crawl polled has whole articles."""
        return bool(self._held)

    def at_hand(self, owed: Owed) -> tuple[Draft, str] | None:
        """Return the draft of an article that the feed of this crawl has whole, and the feed's address."""
        return self._held.pop((owed.source, owed.info_code), None)

    def read_kept(self, answer: Answer, owed: Owed) -> Draft:
        """Read a kept answer: the feed itself, where that had the article whole."""
        declared = self.context.sources.get(owed.source)
        rules = declared.rules if declared is not None else None
        if isinstance(rules, ListRules) and rules.full and answer.url != owed.url:
            with suppress(SetAside):
                self._list(answer, _read(answer, rules), owed.source, rules)
            held = self.at_hand(owed)
            self._held.clear()
            if held is not None:
                return held[0]
        return self.read(answer, owed)

    def _list(self, answer: Answer, feed: Feed, slug: str, rules: ListRules) -> tuple[Listed, ...]:
        """Return the articles that a feed lists; hold what it has whole of them, where the source says so."""
        site = self.context.sources[slug].site or ""
        pairs = list(_items_of(feed, rules))
        if rules.full:
            for item, entry in pairs:
                if (draft := _draft_of(entry, _code_of(site, item, rules))) is not None:
                    self._held.setdefault((slug, draft.info_code or ""), (draft, answer.url))
        return as_listed((item for item, _ in pairs), site, rules, answer.url)


def _read(answer: Answer, rules: ListRules) -> Feed:
    if answer.is_missing:
        raise NotTheList(say("page.no_feed_there", status=answer.status))
    unpacked = unpack(answer.body)
    if unpacked is not answer.body:
        answer = replace(answer, body=unpacked)
    page = decode_as_declared(answer, rules.encoding)
    return read_feed(page.text, answer.url, rules.zone, answer.fetched_at)


def _items_of(feed: Feed, rules: ListRules) -> Iterator[tuple[ListedItem, FeedItem]]:
    """Yield the entries that are articles: those whose address ``link`` matches, or all without one."""
    for entry in feed.items:
        groups = search_pattern(rules.link, entry.url) if rules.link and rules.link_on == "address" else {}
        if groups is not None:
            yield ListedItem(entry.url, entry.title, groups, _told(entry), day_of(groups)), entry


def _told(entry: FeedItem) -> Told:
    return Told(
        published_at=entry.published_at,
        precision=entry.precision,
        media=entry.media,
        author=entry.author,
        summary=entry.summary,
    )


def _code_of(site: str, item: ListedItem, rules: ListRules) -> str | None:
    try:
        return code_of(site, item.address, item.groups, rules)
    except BadInfoCode:
        return None


def _draft_of(entry: FeedItem, code: str | None) -> Draft | None:
    """Return the article that a feed has whole; None for a digest, and for what lacks title or time."""
    if code is None or not entry.content or entry.published_at is None or not entry.title:
        return None
    text = plain_title(entry.content[:2_000] + entry.content[-2_000:])
    is_whole = len(text) >= _SHORTEST and len(_BLOCK.findall(entry.content)) > 1
    if not is_whole or _CUT.search(text):
        return None
    return Draft(
        code,
        entry.url,
        "media",
        title=entry.title,
        published_at=entry.published_at,
        precision=entry.precision,
        media=entry.media,
        author=entry.author,
        summary=entry.summary,
        body_html=entry.content,
        found_by=(*((name, FEED) for name in _SAID if getattr(entry, name)), ("body", FEED)),
    )


def _is_plain(feed: Feed) -> bool:
    """Return whether a feed is a sitemap, which lists other pages too and may have no new article."""
    return feed.shape in ("sitemap", "index")


def _is_recent(item: FeedItem, feed: Feed, order: PollOrder) -> bool:
    """Return whether a poll lists an entry: of a plain sitemap what changed lately, or tells no time."""
    if feed.shape != "sitemap" or item.published_at or item.changed_at is None or order.now is None:
        return True
    return item.changed_at > order.now - _RECENT


def _newest(parts: Sequence[FeedPart], most: int) -> list[FeedPart]:
    """Return the newest sitemaps of an index: those of the latest changes, else of the latest names."""
    if parts and all(part.changed_at is not None for part in parts):
        return sorted(parts, key=_changed_at, reverse=True)[:most]
    return sorted(parts, key=_numbers, reverse=True)[:most]


def _numbers(part: FeedPart) -> list[int]:
    return [int(number) for number in re.findall(r"\d{1,12}", part.url)]


def _changed_at(part: FeedPart) -> datetime:
    return part.changed_at or datetime.min.replace(tzinfo=UTC)


def _begin(rules: ListRules) -> _Cursor:
    return _Cursor(line=list(rules.sitemap)) if rules.sitemap else _Cursor()


def _following(at: _Cursor, address: str, feed: Feed, order: BackOrder) -> _Cursor | None:
    """Return where the next step begins; None at the end of what the site still has."""
    if at.done >= _MOST_STEPS:
        return None
    if feed.parts:
        asked = (
            [*at.asked, address] if at.line is not None else [address]
        )  # indexes, which may name each other
        parts = [
            part.url for part in feed.parts if part.url not in asked and not _is_before(part, order.first)
        ]
        line = [*(reversed(parts) if order.newest_first else parts), *(at.line or ())]
        line = list(dict.fromkeys(line))[:_MOST_LINE]
        return replace(at, address=None, asked=asked[-_MOST_LINE:], line=line) if line else None
    if at.line is not None:
        return at if at.line else None
    asked = [*at.asked, address]
    if feed.older is None or feed.older in asked:
        return None
    return replace(at, address=feed.older, asked=asked[-_MOST_LINE:])


def _stepped(
    listed: tuple[Listed, ...], cursor: _Cursor | None, done: int, line: Sequence[str] | None
) -> Listing:
    of = done if cursor is None else done + len(line) if line is not None else None
    return Listing(listed, len(listed), headway=Headway(cursor.write() if cursor else None, done, of))


def _day_of(article: Listed, rules: ListRules) -> date | None:
    told = article.told.published_at
    return told.astimezone(rules.zone).date() if told is not None else day_of(groups_of(article.url, rules))


def _is_within(article: Listed, rules: ListRules, order: BackOrder) -> bool:
    """Return whether an article is of a span; one of an unknown day is."""
    day = _day_of(article, rules)
    return day is None or order.first <= day <= order.last


def _all_before(listed: Sequence[Listed], rules: ListRules, first: date) -> bool:
    days = [_day_of(article, rules) for article in listed]
    return bool(days) and all(day is not None and day < first for day in days)


def _is_before(part: FeedPart, first: date) -> bool:
    """Return whether a sitemap was last changed before a span began."""
    return part.changed_at is not None and part.changed_at.date() < first - timedelta(1)
