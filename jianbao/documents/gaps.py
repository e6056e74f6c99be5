"""What is missing, as `gaps --json` says it: the sum of the ledger, and every hole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from jianbao.documents.article import present_time
from jianbao.documents.document import Document
from storage.ledger.coverage import Coverage, count_coverage
from storage.ledger.day_ledger import read_day_ledgers
from storage.ledger.habits import learn_habit_before
from storage.ledger.holes.accepted import Chosen, list_accepted
from storage.ledger.holes.day_sums import DaySum, count_by_source_and_day
from storage.ledger.holes.every import EXAMPLES, list_holes
from storage.ledger.holes.pointers import Identify
from storage.ledger.source import list_polled
from storage.records.habit import Habit
from storage.records.hole import CONTRADICTIONS, Accepted, Hole
from storage.records.press_days import PRESS_ZONE, press_day

STATES = ("archived", "owed", "failed", "quarantined", "gone", "furniture")
"""What the listings of a source add up from."""


def read_gaps(
    view: Connection,
    now: datetime,
    asked: Chosen,
    *,
    identify: Identify | None = None,
    days: bool = False,
    codes: int | None = EXAMPLES,
) -> Document:
    """Return the ledger's sums, whether they hold, what is missing, and what is missing and accepted.

    ``days``: each day's sums as well. So many ``codes`` are kept of each at most; None: all.
    """
    every = list_holes(view, now, asked.sources, asked.first, asked.last, codes=None, identify=identify)
    holes = asked.choose(every, codes)
    sums = count_coverage(view, asked.sources, since=_begin(asked.first), until=_end(asked.last))
    polled = {slug for slug, _, _ in list_polled(view)}
    habits = {
        slug: learn_habit_before(ledger, press_day(now))
        for slug, ledger in read_day_ledgers(view, asked.sources).items()
        if slug in polled
    }
    ledger = {name: sum(getattr(one, name) for one in sums) for name in ("listed", *STATES)}
    found: Document = {
        "ledger": ledger | {"holds": _is_proved(ledger, every)},
        "sources": [_present_source(one, every, holes, habits.get(one.source)) for one in sums],
        "gaps": [present_hole(hole) for hole in holes],
        "accepted": [_present_accepted(one, codes) for one in list_accepted(view, asked)],
    }
    if days:
        sums_of_days = count_by_source_and_day(view, asked.sources, asked.first, asked.last)
        found["days"] = [_present_day(one) for one in sums_of_days]
    return found


def present_hole(hole: Hole) -> Document:
    """Return one hole as JSON has it; its reason is a saying still."""
    return {
        "source": hole.source,
        "from": hole.first.isoformat(),
        "to": hole.last.isoformat(),
        "kind": hole.kind,
        "reason": hole.reason,
        "count": hole.count,
        "codes": list(hole.codes),
        "repairable": hole.repairable,
    }


def _present_accepted(one: Accepted, codes: int | None) -> Document:
    return {
        "source": one.source,
        "from": one.first.isoformat(),
        "to": one.last.isoformat(),
        "kind": one.kind,
        "reason": one.reason,
        "accepted_at": present_time(one.accepted_at, PRESS_ZONE),
        "count": one.count,
        "codes": list(one.codes[:codes]),
    }


def _present_source(
    sums: Coverage, every: Sequence[Hole], holes: Sequence[Hole], habit: Habit | None
) -> Document:
    counts = asdict(sums)
    slug = counts.pop("source")
    own = [hole for hole in every if hole.source == slug]
    return {
        "slug": slug,
        **counts,
        "holds": _is_proved(counts, own),
        "holes": sum(hole.source == slug for hole in holes),
        "habit": None if habit is None else _present_habit(habit),
    }


def _present_habit(habit: Habit) -> Document:
    return {
        "known": habit.is_known,
        "days": habit.seen,
        "weekdays": [round(day.share, 2) for day in habit.weekdays],
    }


def _is_proved(counts: Document, holes: Sequence[Hole]) -> bool:
    """Return whether the states add up to what was listed, and listings and articles do not contradict."""
    adds_up = counts["listed"] == sum(counts[name] for name in STATES)
    return adds_up and not any(hole.kind in CONTRADICTIONS for hole in holes)


def _present_day(sums: DaySum) -> Document:
    return {
        "source": sums.source,
        "day": sums.day.isoformat(),
        "listed": sum(sums.states.values()),
        **{name: sums.states.get(name, 0) for name in STATES},
    }


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), PRESS_ZONE)


def _end(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), PRESS_ZONE)
