"""Which days of its sources an archive covers: what every answer about a time rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from storage.ledger.calendar import count_unarchived, find_watched, span_published
from storage.ledger.habits import count_published, each_day, list_issue_states
from storage.ledger.holes.articles import find_unarchived
from storage.ledger.holes.asked import Asked
from storage.ledger.holes.days import Watch, find_days, read_watch
from storage.ledger.holes.issues import find_issues_missing
from storage.ledger.source import UNLISTED_KINDS, list_sources
from storage.records import StoredSource
from storage.records.coverage import ArchiveCoverage, SourceDays, join_days
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day

_DAY = timedelta(days=1)
_PAUSE = timedelta(days=7)
"""Days without an article, between others, that an import is believed to have had nothing on."""
_EXAMPLES = 5
_FINDERS = (find_unarchived, find_days, find_issues_missing)


def read_coverage(connection: Connection, now: datetime) -> ArchiveCoverage:
    """Return what is known of the days of every source. ``now`` is aware.

    A day is covered when somebody looked in time, or a backfill went through it, and nothing that the habit
    expects or an issue lists is missing; and when it has an article. Before a source was added, and of what
    was imported, up to six days without an article between others are covered too.
    """
    holes: dict[str, list[Hole]] = defaultdict(list)
    asked = Asked(now, codes=_EXAMPLES)
    for find in _FINDERS:
        for hole in find(connection, asked):
            holes[hole.source].append(hole)
    sources = {row.slug: row for row in list_sources(connection)}
    days = {slug: _read_source(connection, row, holes[slug], now) for slug, row in sources.items()}
    return ArchiveCoverage(days, now)


def _read_source(
    connection: Connection, source: StoredSource, holes: Sequence[Hole], now: datetime
) -> SourceDays:
    told = _list_told(connection, source.slug)
    lost, unseen = _list_days(holes, "silent", "issue"), _list_days(holes, "unwatched")
    watched: set[date] = set()
    last = press_day(now) - _DAY
    if source.kind not in UNLISTED_KINDS:
        watch = read_watch(connection, source, now)
        last = watch.covered[-1][1] if watch.covered else last
        watched = {day for span in watch.covered for day in each_day(*span)}
        unseen |= _list_unseen(connection, watch, watched - told)
    elif told:
        last = max(told)
    lost -= told
    unseen -= told | lost
    known = (watched | set(_fill_pauses(told, watched))) - lost - unseen
    return SourceDays(
        source.slug,
        source.name,
        last,
        covered=join_days(known | told),
        holed=join_days(lost),
        unwatched=join_days(unseen),
        unarchived=count_unarchived(connection, source.slug),
        holes=tuple(sorted(holes, key=lambda hole: (hole.first, hole.kind))),
    )


def _list_days(holes: Iterable[Hole], *kinds: HoleKind) -> set[date]:
    """Return the days of the holes of some kinds."""
    return {day for hole in holes if hole.kind in kinds for day in each_day(hole.first, hole.last)}


def _list_told(connection: Connection, slug: str) -> set[date]:
    """Return the days of a source that have an article or an issue, or of which it is known that none was."""
    span = span_published(connection, slug)
    told: set[date] = set()
    if span is not None:
        first, last = press_day(span[0]), press_day(span[1])
        told = {day for day, count in count_published(connection, slug, first, last).items() if count}
    issues = list_issue_states(connection, slug, date.min, date.max)
    return told | {day for day, state in issues.items() if state in ("none", "listed")}


def _list_unseen(connection: Connection, watch: Watch, empty: Iterable[date]) -> set[date]:
    """Return the days without anything on which nobody looked in time, whatever the habit says of them."""
    days = set(empty)
    unseen = {day for day in days if any(pause.has_day(day) for pause in watch.pauses)}
    done = [day for day in days - unseen if day >= press_day(watch.source.added_at)]
    done = [day for day in done if not _is_filled(watch, day)]
    return unseen | set(done) - find_watched(connection, done, timedelta(days=watch.source.window_days))


def _is_filled(watch: Watch, day: date) -> bool:
    """Return whether a backfill that is done went through a day."""
    return any(first <= day <= last for first, last in watch.filled)


def _fill_pauses(told: set[date], watched: set[date]) -> Iterator[date]:
    """Yield the days of short pauses between those with articles that nobody watched."""
    for one, following in pairwise(sorted(told)):
        if _DAY < following - one <= _PAUSE:
            yield from (day for day in each_day(one + _DAY, following - _DAY) if day not in watched)
