"""The kind ``page``: any list page, in HTML or JSON, read by what its source declares."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from spiders.declared.article_reading import read_declared_article
from spiders.declared.declared_page import DeclaredPage
from spiders.declared.html_list import read_html_list
from spiders.declared.identity import day_of, groups_of
from spiders.declared.json_list import read_json_list
from spiders.declared.listed_item import ListedItem, as_listed
from spiders.declared.paging import Paging
from spiders.declared.patterns import search_pattern
from spiders.declared.rules import ListRules
from spiders.declared.templates import is_dated
from spiders.kinds.declared_encoding import decode_as_declared
from spiders.kinds.kind import Answer, Ask, Kind, Listing, NotTheList, Steps
from spiders.kinds.list_troubles import Troubles
from spiders.readers.encoding import decode_damaged_page
from spiders.readers.feeds.feed import Feed
from spiders.readers.feeds.packed import unpack
from spiders.readers.feeds.reading import read_feed
from spiders.readers.section import with_name
from spiders.readers.web_codecs import LOST
from storage.records import BackOrder, Draft, Headway, Listed, Owed, PollOrder, SetAside, Told
from storage.records.saying import say

_DAYS_BACK = 1
"""Days before today whose dated lists are polled too: what was added late in the evening is on them."""
_MOST_OF_DAY = 200
"""Pages of the lists of one day."""
_MOST_SITEMAPS = 2_000
"""Sitemaps in line: a cursor is stored with each step."""
_MOST_PAGES = 20_000
"""Pages of one list, beyond which going back ends: a site that always has another page."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A source as declared: its site, its rules, and the addresses of its lists."""

    site: str
    rules: ListRules
    lists: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """What the lists of a poll have so far: articles by code, and how many of one list were known before.

    ``codes`` are those of the list under way, ``asked`` is the address that it was asked for last.
    """

    listed: dict[str, Listed] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    known: int = 0
    lost: int = 0
    asked: str = ""

    def begin_list(self) -> None:
        """Go on to the next list: what the lists before it have tells nothing of where it may end."""
        self.codes, self.known = set(), 0

    def add(self, listed: Sequence[Listed], order: PollOrder | None = None) -> bool:
        """Add what a page lists; return whether any of it was not on the pages of this list before."""
        new = [article.info_code for article in listed if article.info_code not in self.codes]
        self.codes |= {*new}
        for article in listed:
            self.listed.setdefault(article.info_code, article)
        if order is not None and new:
            self.known += len(order.known(new))
        return bool(new)


class PageKind(Kind):
    """Lists of any layout; articles are read by layouts, profiles, or the readers for any page."""

    def poll(self, order: PollOrder) -> Steps:
        """Ask for the source's lists, page after page until enough is known, and return what they list.

        A list that links to no article is another page or has another layout: the poll fails. So it does when
        a page can't be had or read: it returns what the others list all the same.
        """
        source, found, troubles = self._source(order), _Found(), Troubles()
        for paging in _polled(source, order):
            found.begin_list()
            try:
                yield from self._poll_list(paging, order, source, found)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with a list, the others are read
                troubles.note(found.asked, error)
            else:
                troubles.end_row()
            if troubles.are_enough:
                break
        if not found.listed:
            troubles.raise_only()
            if not troubles:
                return Listing(missing=True)
        listed = tuple(found.listed.values())
        return troubles.tell(Listing(listed, links=len(listed), lost=found.lost))

    def poll_back(self, order: BackOrder) -> Steps:
        """Go one page, one dated list or one sitemap back."""
        source = self._source(order)
        at = _Cursor.read(order.cursor)
        if source.rules.sitemap:
            return (yield from self._back_by_sitemap(order, source, at))
        if is_dated(source.lists[0]):
            return (yield from self._back_by_day(order, source, at))
        return (yield from self._back_by_page(order, source, at))

    def addresses(self, owed: Owed) -> Iterable[str]:
        """Return the address that its list names, and those of other lists."""
        return owed.url, *owed.elsewhere

    def read(self, answer: Answer, owed: Owed) -> Draft:
        """Read an article's page, in HTML or JSON."""
        source = self._source_of(owed)
        page = decode_as_declared(answer, source.rules.encoding)
        draft = read_declared_article(
            page.text, answer.url, answer.fetched_at, owed, source.rules, source.site
        )
        if page.complaint and LOST in f"{draft.title}{draft.body_html}":
            raise SetAside(page.complaint)
        return draft

    def _source(self, order: PollOrder) -> _Source:
        declaration = self.context.sources.get(order.source)
        rules = declaration.rules if declaration is not None else None
        if declaration is None or not isinstance(rules, ListRules):
            return _Source("", ListRules(), (order.url,))
        return _Source(declaration.site or "", rules, rules.list or (declaration.url,))

    def _source_of(self, owed: Owed) -> _Source:
        """Return the source of an article; of one that the configuration no longer has, what is usual."""
        declaration = self.context.sources.get(owed.source)
        site = owed.info_code.partition("-")[0]
        if declaration is None or not isinstance(declaration.rules, ListRules):
            return _Source(site, ListRules(), ())
        return _Source(declaration.site or site, declaration.rules, ())

    def _poll_list(
        self, paging: Paging, order: PollOrder, source: _Source, found: _Found
    ) -> Generator[Ask, Answer, None]:
        """Ask for the pages of one list until enough of their articles are known or were listed already."""
        is_only = len(source.lists) == 1 and source.rules.pages == 1 and paging.day is None
        left = source.rules.pages
        address: str | None = paging.first
        while address is not None:
            found.asked = address
            answer = yield Ask(address, only_if_changed=is_only)
            paging.note(address)
            page = None if answer.is_missing else self._page(answer, source, found)
            listed = () if page is None else self._listed(page, source)
            if paging.step == 0:
                if page is None and paging.day is not None:
                    return
                _check_list(answer, listed, page)
            has_news = found.add(listed, order)
            left -= has_news or not paging.is_guess
            if left <= 0 or (found.known >= source.rules.until_known and not order.has_failed):
                return
            address = paging.next(page, has_news=has_news)

    def _back_by_page(self, order: BackOrder, source: _Source, at: _Cursor) -> Steps:
        """Ask for the next page of a list, from the newest on: nobody knows where the oldest is."""
        paging = Paging(source.lists[at.list], source.rules.next, None, at.step, list(at.asked))
        address = at.address or paging.first
        answer = yield Ask(address)
        paging.note(address)
        page = None if answer.is_missing else self._page(answer, source)
        listed = () if page is None else self._listed(page, source)
        seen = _digest_of(listed)
        has_news = bool(listed) and seen != at.seen and not _are_older(listed, source.rules, order.first)
        following = paging.next(page, has_news=has_news) if at.done < _MOST_PAGES else None
        done = at.done + 1
        cursor = _Cursor(list=at.list + 1, done=done)
        if following is not None:
            cursor = _Cursor(at.list, paging.step, following, paging.asked, seen or at.seen, done=done)
        has_ended = following is None and at.list + 1 >= len(source.lists)
        return _stepped(listed, source.rules, order, None if has_ended else cursor, done)

    def _back_by_day(self, order: BackOrder, source: _Source, at: _Cursor) -> Steps:
        """Ask for all pages of the lists of one day."""
        begin = order.last if order.newest_first else order.first
        day = date.fromisoformat(at.day) if at.day else begin
        found = _Found()
        address: str | None
        for template in source.lists:
            paging = Paging(template, source.rules.next, day)
            address = paging.first
            while address is not None and len(paging.asked) < _MOST_OF_DAY:
                answer = yield Ask(address)
                paging.note(address)
                page = None if answer.is_missing else self._page(answer, source, found)
                listed = () if page is None else self._listed(page, source)
                address = paging.next(page, has_news=found.add(listed))
        following = day - timedelta(1) if order.newest_first else day + timedelta(1)
        done, of = at.done + 1, (order.last - order.first).days + 1
        has_ended = not order.first <= following <= order.last
        cursor = None if has_ended else replace(at, day=following.isoformat(), done=done)
        return _stepped(tuple(found.listed.values()), source.rules, order, cursor, done, of)

    def _back_by_sitemap(self, order: BackOrder, source: _Source, at: _Cursor) -> Steps:
        """Ask for one sitemap; an index puts its own sitemaps in line, those of the span alone."""
        line = at.line if at.line is not None else list(source.rules.sitemap)
        if not line:
            return Listing(headway=Headway(None, at.done, at.done))
        address, *rest = line
        answer = yield Ask(address)
        listed: tuple[Listed, ...] = ()
        asked = list(at.asked)
        if not answer.is_missing:
            feed = read_feed(_text_of(answer), answer.url, source.rules.zone, answer.fetched_at)
            if feed.parts:
                asked.append(address)  # indexes may name each other, and themselves
            parts = [part.url for part in feed.parts if not _is_too_old(part.changed_at, order.first)]
            rest = [*(parts if order.newest_first is False else reversed(parts)), *rest]
            rest = [url for url in dict.fromkeys(rest) if url not in asked][:_MOST_SITEMAPS]
            listed = as_listed(_items_of(feed, source.rules), source.site, source.rules, answer.url)
        done = at.done + 1
        has_ended = not rest or done >= _MOST_PAGES
        cursor = None if has_ended else replace(at, line=rest, asked=asked, done=done)
        return _stepped(listed, source.rules, order, cursor, done, done + len(rest))

    def _page(self, answer: Answer, source: _Source, found: _Found | None = None) -> DeclaredPage:
        decoded = decode_as_declared(answer, source.rules.encoding)
        if found is not None:
            found.lost += decoded.lost
        return DeclaredPage(decoded.text, answer.url, answer.fetched_at, source.rules.zone)

    def _listed(self, page: DeclaredPage, source: _Source) -> tuple[Listed, ...]:
        read = read_json_list if source.rules.json_list is not None else read_html_list
        return as_listed(read(page, source.rules), source.site, source.rules, page.url)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a step back begins: the page of a list, the day, or the sitemaps that are left."""

    list: int = 0
    step: int = 0
    address: str | None = None
    asked: Sequence[str] = ()
    seen: str = ""
    day: str = ""
    line: Sequence[str] | None = None
    done: int = 0

    @classmethod
    def read(cls, text: str | None) -> _Cursor:
        """Return the cursor that was written; the first one for None."""
        return cls(**json.loads(text)) if text else cls()

    def write(self) -> str:
        """Return the cursor as it is stored."""
        return json.dumps({name: value for name, value in asdict(self).items() if value != _DEFAULTS[name]})


_DEFAULTS = asdict(_Cursor())


def _polled(source: _Source, order: PollOrder) -> Iterator[Paging]:
    """Yield the lists to poll: dated ones of the last days, the newest first."""
    for template in source.lists:
        if not is_dated(template):
            yield Paging(template, source.rules.next)
            continue
        if order.now is None:
            raise SetAside(say("page.no_day"))
        for back in range(_DAYS_BACK + 1):
            yield Paging(template, source.rules.next, order.now.date() - timedelta(back))


def _check_list(answer: Answer, listed: Sequence[Listed], page: DeclaredPage | None) -> None:
    """Raise `NotTheList` for a list that is not there, and `SetAside` for one that links to no article."""
    if page is None:
        raise NotTheList(say("page.answered", status=answer.status))
    if not listed:
        raise SetAside(with_name(say("page.no_declared_link"), page.html))


def _stepped(
    listed: Sequence[Listed],
    rules: ListRules,
    order: BackOrder,
    cursor: _Cursor | None,
    done: int,
    of: int | None = None,
) -> Listing:
    """Return what a step listed of its span; articles of unknown days are of it."""
    wanted = tuple(
        article
        for article in listed
        if (day := _day_of(article, rules)) is None or order.first <= day <= order.last
    )
    headway = Headway(
        cursor.write() if cursor is not None else None, done, of if cursor is not None else done
    )
    return Listing(wanted, links=len(wanted), headway=headway)


def _day_of(article: Listed, rules: ListRules) -> date | None:
    told = article.told.published_at
    return told.date() if told is not None else day_of(groups_of(article.url, rules))


def _are_older(listed: Sequence[Listed], rules: ListRules, first: date) -> bool:
    """Return whether all articles of a page are of known days before a span."""
    days = [_day_of(article, rules) for article in listed]
    return all(day is not None and day < first for day in days)


def _digest_of(listed: Sequence[Listed]) -> str:
    codes = "\n".join(article.info_code for article in listed)
    return sha256(codes.encode()).hexdigest()[:16] if listed else ""


def _is_too_old(changed_at: datetime | None, first: date) -> bool:
    """Return whether a sitemap was last changed before a span began, so that nothing of it is there."""
    return changed_at is not None and changed_at.date() < first - timedelta(1)


def _items_of(feed: Feed, rules: ListRules) -> Iterator[ListedItem]:
    """Yield the articles of a sitemap: the addresses that ``link`` matches, or all without one."""
    for item in feed.items:
        groups = search_pattern(rules.link, item.url) if rules.link and rules.link_on == "address" else {}
        if groups is not None:
            told = (
                Told(published_at=item.published_at, precision=item.precision)
                if item.published_at
                else Told()
            )
            yield ListedItem(item.url, item.title, groups, told)


def _text_of(answer: Answer) -> str:
    return decode_damaged_page(unpack(answer.body), answer.content_type).text
