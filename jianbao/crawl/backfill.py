"""A backfill from its command to its end: what is to be done, the run, what the ledger says afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from jianbao.configuration import Configuration, Source
from jianbao.crawl.history import HistoryPlan, HistoryWish, go_on, plan_history
from jianbao.crawl.history_report import Estimate, estimate
from jianbao.crawl.neighbours import find_neighbours
from jianbao.crawl.order import CrawlOrder, CrawlReport, HistoryOrder
from jianbao.crawl.run import run_backfill
from jianbao.terminal.progress import Watch
from spiders.kinds.registry import find_kind, list_kinds
from storage.archive.folder import Archive, NoArchive
from storage.ledger.crawl import BACKFILL
from storage.ledger.source import UnknownSource
from storage.ledger.spans import count_due, count_issues, list_spans, usual_issue
from storage.records import Mistaken


class NoHistory(Mistaken):
    """This kind of source has no history that could be fetched."""


@dataclass(frozen=True, slots=True)
class BackfillWish:
    """What somebody asks for. Days are included; ``seconds`` limits the time in which steps are made.

    ``begun``: nothing but the spans that the ledger has and that are not done.
    """

    slug: str
    first: date | None = None
    last: date | None = None
    newest_first: bool = True
    seconds: float | None = None
    begun: bool = False


def choose_source(configuration: Configuration, slug: str) -> Source:
    """Return a source whose history can be fetched; raise `UnknownSource` or `NoHistory`."""
    known = {source.slug: source for source in configuration.sources}
    source = known.get(slug)
    if source is None:
        raise UnknownSource(f"the configuration has no source {slug!r}: it has {', '.join(known) or 'none'}")
    kind = find_kind(source.kind)
    if kind is None or not kind.has_history:
        able = [entry.name for entry in list_kinds() if entry.has_history]
        raise NoHistory(
            f"{slug} is of the kind {source.kind}, which has no history that could be fetched: "
            f"{' and '.join(able) or 'no kind of this version'} have"
        )
    return source


def plan_backfill(archive: Archive | None, source: Source, wish: BackfillWish, now: datetime) -> HistoryPlan:
    """Return what a backfill would do now; raise `NoSuchSpan`. Without an archive nothing is known yet."""
    today = now.astimezone(ZoneInfo(source.timezone)).date()
    if archive is None:
        known = []
    else:
        with archive.reading() as connection:
            known = list_spans(connection, source.slug)
    if wish.begun:
        return go_on(known, today, now)
    asked = HistoryWish(source.slug, today, wish.first, wish.last, wish.newest_first)
    return plan_history(asked, source.since, known, now)


def look_ahead(
    configuration: Configuration, source: Source, wish: BackfillWish
) -> tuple[HistoryPlan, Estimate]:
    """Return what a backfill would do now, and about how much that asks for; nothing is asked or written."""
    now = datetime.now(UTC)
    try:
        archive = Archive.open_reading(configuration.archive)
    except NoArchive:
        plan = plan_backfill(None, source, wish, now)
        return plan, estimate(plan, 0, None, configuration.http.delay)
    with archive:
        plan = plan_backfill(archive, source, wish, now)
        with archive.reading() as connection:
            usual = usual_issue(connection, source.slug)
            counts = [
                count_issues(connection, source.slug, span.first_day, span.last_day) for span in plan.todo
            ]
    known = sum(some.get("none", 0) + some.get("listed", 0) for some in counts)
    return plan, estimate(plan, known, usual, configuration.http.delay)


def carry_out(
    configuration: Configuration,
    archive: Archive,
    plan: HistoryPlan,
    wish: BackfillWish,
    watch: Watch | None = None,
) -> CrawlReport | None:
    """Run a backfill; return None where nothing at all is to be asked for. Raises as `run_backfill` does."""
    with archive.reading() as connection:
        waiting = count_due(connection, wish.slug, datetime.now(UTC))
    if not (plan.todo or waiting):
        return None
    neighbours = find_neighbours(configuration, wish.slug)
    history = HistoryOrder(wish.slug, plan.todo, neighbours, wish.seconds)
    order = CrawlOrder(trigger=BACKFILL, slugs=(), due_only=True, history=history)
    return run_backfill(configuration, archive, order, watch)
