"""How a source's issues stand: the newest one, how many are in each state, and what its last days lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from storage.database.batches import batches
from storage.database.schema import issue
from storage.ledger.issue import find_issues, issue_states, waiting_days
from storage.records import IssueState, StoredIssue, StoredSource
from storage.records.press_days import press_day
from storage.records.press_holidays import longest_pause

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
    spans = _count(connection, windows)
    if not spans:
        return {}
    today = press_day(now)
    since = today - timedelta(days=max(windows[slug] for slug in spans) - 1)
    recent = issue_states(connection, spans, since, today)
    newest = _list_newest(connection, spans)
    waiting = waiting_days(connection, spans)
    return {
        slug: IssueSums(
            span.first,
            newest.get(slug),
            _divide(connection, slug, span.counts, waiting.get(slug, frozenset())),
            windows[slug],
            *_lacks(recent.get(slug, {}), windows[slug], today),
        )
        for slug, span in spans.items()
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
    return days[0], max(2 * longest_pause(days[::-1]), timedelta(days=2))


@dataclass(slots=True)
class _Span:
    """The issues of a source by state, the first one's day, and the last day on which one was printed."""

    first: date
    last: date | None = None
    counts: Counter[IssueState] = field(default_factory=Counter)


def _count(connection: Connection, slugs: Container[str]) -> dict[str, _Span]:
    days = func.count(), func.min(issue.c.day), func.max(issue.c.day)
    rows = connection.execute(
        select(issue.c.source, issue.c.state, *days).group_by(issue.c.source, issue.c.state)
    )
    spans: dict[str, _Span] = {}
    for slug, state, count, first, last in rows:
        if slug in slugs:
            span = spans.setdefault(slug, _Span(first))
            span.counts[state] = count
            span.first = min(first, span.first)
            if state in _PRINTED:
                span.last = max(last, span.last or last)
    return spans


def _list_newest(connection: Connection, spans: Mapping[str, _Span]) -> dict[str, StoredIssue]:
    """Return the last printed issue of each source, its state as its listings tell."""
    newest: dict[str, StoredIssue] = {}
    for part in batches((slug, span.last) for slug, span in spans.items() if span.last):
        newest |= {one.source: one for one in find_issues(connection, part)}
    return newest


def _lacks(recent: Mapping[date, IssueState], window_days: int, today: date) -> tuple[int, int]:
    """Return how many of a source's last days are not known of, and how many could not be listed."""
    since = today - timedelta(days=window_days - 1)
    states = [state for day, state in recent.items() if day >= since]
    return window_days - sum(state != "unknown" for state in states), states.count("failed")


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
