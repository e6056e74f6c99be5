"""Habits of sources, learned from what the ledger knows of their days.

A day counts as of publication, not of listing, so that what a backfill brought teaches as well. Of a digital
newspaper its issues count.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, exists, select

from storage.database.schema import issue
from storage.ledger.calendar import count_by_day
from storage.ledger.unwatched import list_noted_pauses
from storage.records.habit import Habit, learn_habit
from storage.records.press_days import PRESS_ZONE

HABIT_DAYS = 182
"""Days that a habit is learned from: half a year."""
_DAY = timedelta(days=1)
_PRINTED = ("listed", "failed")
_UNTOLD = "unknown"


def read_habit(connection: Connection, slug: str, today: date, days: int = HABIT_DAYS) -> Habit:
    """Return the habit of a source, by the days before ``today``; one of little history is not known."""
    return learn_span_habit(connection, slug, today - timedelta(days=days), today - _DAY, today)


def learn_span_habit(connection: Connection, slug: str, first: date, last: date, today: date) -> Habit:
    """Return the habit that the days of a span up to today teach, both included.

    Days of issues that nobody could tell of teach nothing, nor do silent ones that nobody watched.
    """
    if is_by_issue(connection, slug):
        states = list_issue_states(connection, slug, first, last)
        seen = [day for day, state in states.items() if state != _UNTOLD]
        return learn_habit(slug, count_printed(states), seen, by_issue=True)
    counts = count_published(connection, slug, first, last)
    pauses = list_noted_pauses(connection, slug, today)
    seen = [
        day for day in each_day(first, last) if counts[day] or not any(pause.has_day(day) for pause in pauses)
    ]
    return learn_habit(slug, counts, seen)


def is_by_issue(connection: Connection, slug: str) -> bool:
    """Return whether the days of a source are those of issues."""
    return bool(connection.execute(select(exists().where(issue.c.source == slug))).scalar_one())


def list_issue_states(connection: Connection, slug: str, first: date, last: date) -> dict[date, str]:
    """Return what the ledger says of each day of a span that it knows of."""
    rows = connection.execute(
        select(issue.c.day, issue.c.state).where(issue.c.source == slug, issue.c.day.between(first, last))
    )
    return {row.day: row.state for row in rows}


def count_printed(states: dict[date, str]) -> Counter[date]:
    """Return 1 for each day on which an issue was printed."""
    return Counter({day: 1 for day, state in states.items() if state in _PRINTED})


def count_published(connection: Connection, slug: str, first: date, last: date) -> Counter[date]:
    """Return how many archived articles of a source were published on each day of a span."""
    since = datetime.combine(first, time(), PRESS_ZONE)
    return count_by_day(connection, slug, since, datetime.combine(last, time(), PRESS_ZONE) + _DAY)


def each_day(first: date, last: date) -> list[date]:
    """Return the days of a span, both ends included."""
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
