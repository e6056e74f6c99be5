"""How a source's issues stand: the newest one, how many are in each state, and what its last days lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, func, select

from storage.database.schema import issue
from storage.ledger.issue import find_issue, waiting_days
from storage.records import IssueState, StoredIssue, StoredSource
from storage.records.press_days import press_day

_PRINTED = ("listed", "failed")
"""The states of days on which something was printed."""
_HABIT_ISSUES = 60
_HABIT_LEAST = 5


@dataclass(frozen=True, slots=True)
class IssueSums:
    """How the issues of one source stand.

    ``counts`` has every state; a listed issue counts as ``complete`` instead once nothing of it waits.
    ``window_days`` are the last days, today among them, of which ``unknown`` are not known of and ``failing``
    could not be listed.
    """

    first: date
    newest: StoredIssue | None
    counts: Mapping[IssueState, int] = field(default_factory=dict)
    window_days: int = 0
    unknown: int = 0
    failing: int = 0


def sum_issues(
    connection: Connection, sources: Iterable[StoredSource], now: datetime
) -> dict[str, IssueSums]:
    """Return how issues stand, of those of these sources that have any. ``now`` is aware."""
    windows = {row.slug: row.window_days for row in sources}
    counts: dict[str, Counter[IssueState]] = {}
    firsts: dict[str, date] = {}
    rows = connection.execute(
        select(issue.c.source, issue.c.state, func.count(), func.min(issue.c.day)).group_by(
            issue.c.source, issue.c.state
        )
    )
    for slug, state, count, first in rows:
        if slug in windows:
            counts.setdefault(slug, Counter())[state] = count
            firsts[slug] = min(first, firsts.get(slug, first))
    waiting = waiting_days(connection, counts)
    return {
        slug: _sum(connection, slug, firsts[slug], found, waiting.get(slug, frozenset()), windows[slug], now)
        for slug, found in counts.items()
    }


def usual_issue_pause(connection: Connection, slug: str, today: date) -> tuple[date, timedelta] | None:
    """Return the day of the last issue that was printed, and how long a paper may be silent by its own habit.

    Twice the longest pause between two of its last issues, and at least two days; a week when it has fewer
    than five. None for a source without issues.
    """
    rows = connection.execute(
        select(issue.c.day)
        .where(issue.c.source == slug, issue.c.state.in_(_PRINTED), issue.c.day <= today)
        .order_by(issue.c.day.desc())
        .limit(_HABIT_ISSUES)
    )
    days = list(rows.scalars())
    if not days:
        return None
    if len(days) < _HABIT_LEAST:
        return days[0], timedelta(days=7)
    return days[0], max(2 * max(later - earlier for later, earlier in pairwise(days)), timedelta(days=2))


def _sum(
    connection: Connection,
    slug: str,
    first: date,
    found: Counter[IssueState],
    waiting: frozenset[date],
    window_days: int,
    now: datetime,
) -> IssueSums:
    today = press_day(now)
    since = today - timedelta(days=window_days - 1)
    rows = connection.execute(
        select(issue.c.day, issue.c.state).where(issue.c.source == slug, issue.c.day.between(since, today))
    )
    recent: dict[date, IssueState] = {row.day: row.state for row in rows}
    known = sum(state != "unknown" for state in recent.values())
    return IssueSums(
        first,
        _find_newest(connection, slug),
        _divide(connection, slug, found, waiting),
        window_days,
        window_days - known,
        sum(state == "failed" for state in recent.values()),
    )


def _divide(
    connection: Connection, slug: str, found: Counter[IssueState], waiting: frozenset[date]
) -> dict[IssueState, int]:
    """Return the counts, the complete issues apart from those of which something waits."""
    of_listed = select(func.count()).where(
        issue.c.source == slug, issue.c.state == "listed", issue.c.day.in_(waiting)
    )
    owing = connection.execute(of_listed).scalar_one() if waiting else 0
    return {
        "complete": found["listed"] - owing,
        "listed": owing,
        "none": found["none"],
        "failed": found["failed"],
        "unknown": found["unknown"],
    }


def _find_newest(connection: Connection, slug: str) -> StoredIssue | None:
    query = select(func.max(issue.c.day)).where(issue.c.source == slug, issue.c.state.in_(_PRINTED))
    day = connection.execute(query).scalar()
    return find_issue(connection, slug, day) if day else None
