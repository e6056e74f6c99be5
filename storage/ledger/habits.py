"""Habits of sources, learned from what the ledger knows of their days.

A day counts as of publication, not of listing, so that what a backfill brought teaches as well. Of a digital
newspaper its issues count.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from storage.ledger.day_ledger import DayLedger, read_day_ledgers
from storage.ledger.unwatched import leave_false_pauses_out
from storage.records.habit import Habit, learn_habit

HABIT_DAYS = 182
"""Days that a habit is learned from: half a year."""
_DAY = timedelta(days=1)
_PRINTED = ("listed", "failed")
_UNTOLD = "unknown"


def read_habit(connection: Connection, slug: str, today: date, days: int = HABIT_DAYS) -> Habit:
    """Return the habit of a source, by the days before ``today``; one of little history is not known."""
    return learn_habit_before(read_day_ledgers(connection, (slug,))[slug], today, days)


def learn_habit_before(ledger: DayLedger, today: date, days: int = HABIT_DAYS) -> Habit:
    """Return the habit that the days before ``today`` teach."""
    return learn_span_habit(ledger, today - timedelta(days=days), today - _DAY, today)


def learn_span_habit(ledger: DayLedger, first: date, last: date, today: date) -> Habit:
    """Return the habit that the days of a span up to today teach, both included.

    Days of issues that nobody could tell of teach nothing, nor do silent ones that nobody watched.
    """
    slug = ledger.source.slug
    if ledger.is_by_issue:
        told = {day: one.state for day, one in ledger.issues.items() if first <= day <= last}
        seen = [day for day, state in told.items() if state != _UNTOLD]
        printed = {day: 1 for day, state in told.items() if state in _PRINTED}
        return learn_habit(slug, printed, seen, by_issue=True)
    pauses = leave_false_pauses_out(ledger.pauses, today)
    days = each_day(first, last)
    if pauses:
        days = [day for day in days if ledger.published[day] or not any(one.has_day(day) for one in pauses)]
    return learn_habit(slug, ledger.published, days)


def each_day(first: date, last: date) -> list[date]:
    """Return the days of a span, both ends included."""
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
