"""What stands at an address: a source's article, its list, a page of its issue, or nothing of any source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from jianbao.importing.text_identity import site_of
from jianbao.importing.warc.order import Identify, WarcOrder
from spiders.declared.identity import code_of
from spiders.declared.rules import ListRules
from spiders.declared.templates import fill_address, is_dated
from spiders.families.registry import FAMILIES
from spiders.kinds.epaper_rules import PaperRules
from spiders.kinds.kind import Declaration
from storage.records import MEDIA, BadInfoCode, StoredSource, find_info_code
from storage.records.host import host_of

PRINT = "print"
"""The form of an article of a digital newspaper."""


@dataclass(frozen=True, slots=True)
class Role:
    """What stands at an address; the fields are those of `storage.warc.foreign.index.Entry`."""

    name: str
    source: str = ""
    info_code: str = ""
    form: str = ""
    day: str = ""


@dataclass(slots=True)
class Roles:
    """What tells roles: the sources, and what names their articles."""

    order: WarcOrder
    identify: Identify
    declarations: tuple[Declaration, ...]
    hosts: frozenset[str]
    _lists: dict[str, str] = field(default_factory=dict)
    _dated: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def of(cls, order: WarcOrder, identify: Identify, rows: list[StoredSource]) -> Roles:
        """Return what tells the roles of addresses, for the sources of configuration and archive."""
        declared = order.context.sources
        former = [
            Declaration(row.slug, row.name, row.kind, row.url)
            for row in rows
            if row.url and row.slug not in declared
        ]
        every = (*declared.values(), *former)
        roles = cls(order, identify, every, frozenset(_all_hosts(order, every)))
        for one in every:
            for address in _lists_of(one):
                if is_dated(address):
                    roles._dated.append((one.slug, address))
                else:
                    roles._lists.setdefault(_plain(fill_address(address, None, 0)), one.slug)
        return roles

    def find(self, url: str, moment: datetime) -> Role | None:
        """Return what stands at an address; None for one of no source."""
        if not is_web_address(url):
            return None
        if (article := self._find_article(url)) is not None:
            return article
        if slug := self._lists.get(_plain(url)) or self._find_dated(url, moment):
            return Role("list", slug)
        if (sheet := self._find_sheet(url)) is not None:
            return sheet
        if self.order.source is not None and not self._is_of_any(url):
            return self._name_for(self.order.source, url)
        return Role("page") if self._is_of_any(url) else None

    def _is_of_any(self, url: str) -> bool:
        return host_of(url) in self.hosts

    def _find_article(self, url: str) -> Role | None:
        found = self.identify(url)
        if found is None or not self._is_of_any(url):
            return None
        slug, code = found
        by_code = find_info_code(url)
        if by_code is not None and by_code[0] == code:
            return Role("article", slug, code, by_code[1])
        kind = next((one.kind for one in self.declarations if one.slug == slug), "")
        return Role("article", slug, code, PRINT if kind == "epaper" else MEDIA)

    def _find_dated(self, url: str, moment: datetime) -> str | None:
        """Return the source whose list of that day, or of the day before, an address is."""
        days = [(moment + timedelta(hours=8)).date() - timedelta(back) for back in range(2)]
        plain = _plain(url)
        return next(
            (
                slug
                for slug, template in self._dated
                if any(_plain(fill_address(template, day, 0)) == plain for day in days)
            ),
            None,
        )

    def _find_sheet(self, url: str) -> Role | None:
        for one in self.declarations:
            if not isinstance(one.rules, PaperRules) or host_of(url) not in {*one.rules.all_hosts()}:
                continue
            for place in one.rules.places:
                for family in place.families() or FAMILIES:
                    spot = family.page_at(url)
                    if spot is not None and place.has_issue_of(spot.day):
                        return Role("sheet", one.slug, day=spot.day.isoformat())
        return None

    def _name_for(self, slug: str, url: str) -> Role | None:
        """Return the article that a page is for the source that takes what is no source's."""
        declared = self.order.context.sources.get(slug)
        site = (declared.site if declared is not None else None) or site_of(slug)
        rules = declared.rules if declared is not None else None
        try:
            code = code_of(
                site, url, {}, ListRules(zone=rules.zone) if isinstance(rules, ListRules) else ListRules()
            )
        except BadInfoCode:
            return None
        return Role("wanted", slug, code, MEDIA)


def is_web_address(url: str) -> bool:
    """Tell whether an address is one of the web, with a host and nothing odd in it."""
    if not url.startswith(("http://", "https://")):
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0) and bool(host_of(url))
    except ValueError:
        return False


def _lists_of(one: Declaration) -> tuple[str, ...]:
    if isinstance(one.rules, PaperRules):
        return ()
    listed = one.rules.list if isinstance(one.rules, ListRules) else ()
    return listed or ((one.url,) if one.url else ())


def _all_hosts(order: WarcOrder, declarations: tuple[Declaration, ...]) -> Iterator[str]:
    """Yield the hosts of all sources, and those at which articles are read by their codes."""
    for template in (order.context.endpoint, order.context.article_page):
        if template:
            yield host_of(template)
    for one in declarations:
        if one.url:
            yield host_of(one.url)
        if isinstance(one.rules, PaperRules):
            yield from one.rules.all_hosts()
        if isinstance(one.rules, ListRules):
            yield from (host_of(address) for address in one.rules.list)


def _plain(url: str) -> str:
    """Return an address without its scheme and fragment: others may have asked with another one."""
    return url.partition("#")[0].partition("://")[2].removeprefix("www.")
