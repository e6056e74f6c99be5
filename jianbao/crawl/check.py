"""Checks: archived pages are looked at again, those whose time has come or those that somebody names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from jianbao.configuration import Configuration
from jianbao.crawl.order import CHECK, CrawlOrder, CrawlReport
from jianbao.crawl.run import run_check
from jianbao.documents.checks import present_look
from jianbao.documents.document import Document
from jianbao.importing.text_identity import TEXT_SCHEME
from jianbao.terminal.progress import Watch
from storage.archive.folder import Archive
from storage.ledger.checks import count_looks, list_due, list_gone, list_looks_since, tell_gone
from storage.ledger.owed import ListingFilter, select_listings
from storage.records import Owed
from storage.records.look import FOUND, Look
from storage.records.press_days import PRESS_ZONE, press_day
from storage.records.saying import Language, Saying, say


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check saw. ``crawl`` is None where nothing was looked at, for the reason ``said``."""

    looks: tuple[Look, ...] = ()
    newly_gone: tuple[str, ...] = ()
    crawl: CrawlReport | None = None
    said: Saying | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many pages were found in which state."""
        return Counter(look.found for look in self.looks)

    def as_json(self, language: Language) -> Document:
        """Return what a check saw: counts, and those pages that are not as they were."""
        counts, crawl = self.counts, self.crawl
        return {
            "checked": len(self.looks),
            "found": {name: counts.get(name, 0) for name in FOUND},
            "newly_gone": list(self.newly_gone),
            "requests": crawl.counted.requests if crawl is not None else 0,
            "note": self.said.tell(language) if self.said is not None else None,
            "errors": [error.tell(language) for error in crawl.counted.errors] if crawl is not None else [],
            "interrupted": crawl is not None and crawl.counted.interrupted,
            "items": [present_look(look, language) for look in self.looks if look.found != "alive"],
        }


def check_due(
    configuration: Configuration, archive: Archive, watch: Watch | None = None, limit: int | None = None
) -> CheckReport:
    """Look at the pages whose time has come, within the hours and an hour's part of the day's budget."""
    now, keys = datetime.now(UTC), configuration.check
    if not keys.may_look_at(now):
        return CheckReport(said=say("check.outside_hours", hours=keys.hours or ""))
    slugs = [source.slug for source in configuration.sources if source.enabled and source.check]
    if not slugs:
        return CheckReport(said=say("check.none_watched"))
    with archive.reading() as view:
        left = keys.budget - count_looks(view, _midnight(now))
        if left <= 0:
            return CheckReport(said=say("check.budget_spent", budget=keys.budget))
        most = min(left, keys.hourly if limit is None else limit)
        codes = list_due(view, slugs, keys.days, now, most)
    return check_articles(configuration, archive, _find_articles(archive, codes), watch)


def choose_named(archive: Archive, wanted: ListingFilter, limit: int | None = None) -> list[Owed]:
    """Return the archived articles, gone ones among them, that match, the first ``limit`` by info code."""
    with archive.reading() as view:
        listed = select_listings(view, wanted)
    return _first_of_each(listed)[:limit]


def check_articles(
    configuration: Configuration, archive: Archive, chosen: Sequence[Owed], watch: Watch | None = None
) -> CheckReport:
    """Look at these articles' pages; what is gone since is one event a source. Raises as `run_check`."""
    if not chosen:
        return _nothing()
    began = datetime.now(UTC)
    before = _list_gone(archive, chosen)
    try:
        crawl = run_check(configuration, archive, CrawlOrder(CHECK, (), wanted=chosen), watch)
    finally:
        looks = _read_looks(archive, began, chosen)
        newly_gone = [look.info_code for look in looks if look.is_gone and look.info_code not in before]
        _tell(archive, chosen, newly_gone)
    return CheckReport(tuple(looks), tuple(newly_gone), crawl)


def _find_articles(archive: Archive, info_codes: Sequence[str]) -> list[Owed]:
    if not info_codes:
        return []
    place = {code: number for number, code in enumerate(info_codes)}
    return sorted(
        choose_named(archive, ListingFilter(info_codes=info_codes)), key=lambda owed: place[owed.info_code]
    )


def _first_of_each(listed: Sequence[Owed]) -> list[Owed]:
    """Return the archived ones of some listings, of each article one: its other addresses are asked too.

    A copied text has no page.
    """
    first: dict[str, Owed] = {}
    for owed in listed:
        if owed.state in ("archived", "gone") and not owed.url.startswith(TEXT_SCHEME):
            first.setdefault(owed.info_code, owed)
    return list(first.values())


def _list_gone(archive: Archive, chosen: Sequence[Owed]) -> set[str]:
    with archive.reading() as view:
        return list_gone(view, [owed.info_code for owed in chosen])


def _read_looks(archive: Archive, began: datetime, chosen: Sequence[Owed]) -> list[Look]:
    with archive.reading() as view:
        return list_looks_since(view, began, {owed.info_code for owed in chosen})


def _tell(archive: Archive, chosen: Sequence[Owed], newly_gone: Sequence[str]) -> None:
    """Open one event for each source with what is gone since."""
    if not newly_gone:
        return
    sources = {owed.info_code: owed.source for owed in chosen}
    gone: dict[str, list[str]] = {}
    for code in newly_gone:
        gone.setdefault(sources[code], []).append(code)
    with archive.writing() as connection:
        tell_gone(connection, gone, datetime.now(UTC))


def _nothing() -> CheckReport:
    return CheckReport(said=say("check.nothing_due"))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(press_day(now), time(), PRESS_ZONE)
