"""Reading an article of a declared source: by its layouts, its profiles' layouts, or without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.html_list import find_further
from spiders.declared.identity import code_of, day_of, groups_of
from spiders.declared.layout_reading import LayoutReader
from spiders.declared.part_address import is_part
from spiders.declared.recognised import recognised_layouts
from spiders.declared.rules import ListRules
from spiders.declared.words import REL_NEXT
from spiders.readers.any_article import read_any_article
from storage.records import BadInfoCode, Draft, Owed, SetAside
from storage.records.saying import Saying, say

DECLARATION = "declaration"
"""By which rule a field was found that the declaration states for all articles."""


class ArticlePages:
    """The parsed pages of one article, each parsed once for all layouts."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._made: dict[str, DeclaredPage] = {}

    def make(self, html: str, url: str, fetched_at: datetime | None) -> DeclaredPage:
        """Return a page, the same one for the same address."""
        if url not in self._made or self._made[url].html is not html:
            self._made[url] = DeclaredPage(html, url, fetched_at, self._zone)
        return self._made[url]


def read_declared_article(
    html: str, url: str, fetched_at: datetime | None, owed: Owed, rules: ListRules, site: str
) -> Draft:
    """Return the draft of an article's page, nothing cleaned or judged.

    ``fetched_at`` is aware, or None. Layouts are tried in order, those declared before those of a profile
    that the page itself shows; then the readers for any page, as ``fallback`` says. What the page leaves out
    and the address or the declaration tells is filled in. A page that links to a next one, of which no layout
    knows, is ``incomplete``. Raises `SetAside` for no article.
    """
    pages = ArticlePages(rules.zone)
    groups = groups_of(owed.url, rules)
    day = day_of(groups) or _told_day(owed)
    readers = [LayoutReader(declared, pages.make, day, owed.url) for declared in rules.layouts]
    page = pages.make(html, url, fetched_at)
    if rules.fallback is True and not page.is_json:
        readers += (
            LayoutReader(one, pages.make, day, owed.url) for one in recognised_layouts(page, rules.profiles)
        )
    if page.is_json:
        draft = _first_fitting(readers, html, url, fetched_at)
    else:
        draft = read_any_article(
            html,
            url,
            fetched_at,
            layouts=() if rules.fallback == "only" else readers,
            may_fall_back=rules.fallback is not False,
        )
    draft = _with_declared(draft, owed, rules, day_of(groups))
    if not draft.parts and draft.incomplete is None and not page.is_json:
        draft = replace(draft, incomplete=_tell_next(page))
    is_own = _is_at_home(url, owed, rules, site)
    return replace(draft, info_code=owed.info_code) if is_own else replace(draft, info_code=None)


def _told_day(owed: Owed) -> date | None:
    told = owed.told.published_at
    return told.date() if told is not None else None


def _first_fitting(readers: list[LayoutReader], html: str, url: str, fetched_at: datetime | None) -> Draft:
    drafts = (reader(html, url, fetched_at) for reader in readers)
    draft = next((draft for draft in drafts if draft is not None), None)
    if draft is None:
        raise SetAside(say("page.json_no_layout"))
    return draft


def _with_declared(draft: Draft, owed: Owed, rules: ListRules, day: date | None) -> Draft:
    """Fill in what neither page nor list tells: the declared newspaper, and the day of the address."""
    if draft.media is None and owed.told.media is None and rules.media is not None:
        draft = replace(draft, media=rules.media, found_by=(*draft.found_by, ("media", DECLARATION)))
    if draft.published_at is None and owed.told.published_at is None and day is not None:
        moment = datetime(day.year, day.month, day.day, tzinfo=rules.zone)
        found_by = (*draft.found_by, ("published_at", "address"))
        draft = replace(draft, published_at=moment, precision="day", witness="address", found_by=found_by)
    return draft


def _is_at_home(url: str, owed: Owed, rules: ListRules, site: str) -> bool:
    """Return whether the address that answered is the article's own, and none to which its site led away."""
    if url == owed.url:
        return True
    try:
        return code_of(site, url, groups_of(url, rules), rules) == owed.info_code
    except BadInfoCode:
        return False


def _tell_next(page: DeclaredPage) -> Saying | None:
    """Return what is known to be missing of a page: the next one of the same article; None for nothing."""
    further = next((url for url in find_further(page, REL_NEXT) if is_part(url, page.url)), None)
    return say("fetch.next_not_fetched", page=further) if further is not None else None
