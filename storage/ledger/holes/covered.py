"""Which days of its sources an archive covers: what every answer about a time rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain, pairwise

from sqlalchemy import Connection

from storage.ledger.calendar import find_watched
from storage.ledger.day_ledger import DayLedger, read_day_ledgers
from storage.ledger.habits import each_day
from storage.ledger.holes.articles import find_unarchived
from storage.ledger.holes.asked import Asked
from storage.ledger.holes.days import Watch, find_days, read_watch
from storage.ledger.holes.issues import find_issues_missing
from storage.ledger.source import UNLISTED_KINDS
from storage.records.coverage import ArchiveCoverage, SourceDays, join_days
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day

_DAY = timedelta(days=1)
_PAUSE = timedelta(days=7)
"""Days without an article, between others, that an import is believed to have had nothing on."""
_EXAMPLES = 5


def read_coverage(connection: Connection, now: datetime) -> ArchiveCoverage:
    """Return what is known of the days of every source. ``now`` is aware.

    A day is covered when somebody looked in time, or a backfill went through it, and nothing that the habit
    expects or an issue lists is missing; and when it has an article. Before a source was added, and of what
    was imported, up to six days without an article between others are covered too.
    """
    ledgers = read_day_ledgers(connection)
    holes: dict[str, list[Hole]] = defaultdict(list)
    asked = Asked(now, codes=_EXAMPLES)
    for hole in chain(
        find_unarchived(connection, asked),
        find_days(connection, asked, ledgers.values()),
        find_issues_missing(connection, asked, ledgers.values()),
    ):
        holes[hole.source].append(hole)
    days = {slug: _read_source(connection, ledger, holes[slug], now) for slug, ledger in ledgers.items()}
    return ArchiveCoverage(days, now)


def _read_source(
    connection: Connection, ledger: DayLedger, holes: Sequence[Hole], now: datetime
) -> SourceDays:
    source, told = ledger.source, _list_told(ledger)
    lost, unseen = _list_days(holes, "silent", "issue"), _list_days(holes, "unwatched")
    watched: set[date] = set()
    last = press_day(now) - _DAY
    if source.kind not in UNLISTED_KINDS:
        watch = read_watch(ledger, now)
        last = watch.covered[-1][1] if watch.covered else last
        watched = {day for span in watch.covered for day in each_day(*span)}
        unseen |= _list_unseen(connection, watch, watched - told)
    elif told:
        last = max(told)
    told -= _list_days(holes, "unwatched")  # nobody watched a part of these, and they have less than usual
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
        unarchived=ledger.unarchived,
        states=ledger.states,
        holes=tuple(sorted(holes, key=lambda hole: (hole.first, hole.kind))),
    )


def _list_days(holes: Iterable[Hole], *kinds: HoleKind) -> set[date]:
    """Return the days of the holes of some kinds."""
    return {day for hole in holes if hole.kind in kinds for day in each_day(hole.first, hole.last)}


def _list_told(ledger: DayLedger) -> set[date]:
    """Return the days of a source that have an article or an issue, or of which it is known that none was."""
    of_issues = (day for day, one in ledger.issues.items() if one.state in ("none", "listed"))
    return {*ledger.published, *of_issues}


def _list_unseen(connection: Connection, watch: Watch, empty: Iterable[date]) -> set[date]:
    """Return the days without anything on which nobody looked in time, whatever the habit says of them."""
    days = set(empty)
    unseen = {day for day in days if any(pause.has_day(day) for pause in watch.pauses)}
    done = [day for day in days - unseen if day >= press_day(watch.source.added_at)]
    done = [day for day in done if not watch.is_filled(day)]
    return unseen | set(done) - find_watched(connection, done, timedelta(days=watch.source.window_days))


def _fill_pauses(told: set[date], watched: set[date]) -> Iterator[date]:
    """Yield the days of short pauses between those with articles that nobody watched."""
    for one, following in pairwise(sorted(told)):
        if _DAY < following - one <= _PAUSE:
            yield from (day for day in each_day(one + _DAY, following - _DAY) if day not in watched)
