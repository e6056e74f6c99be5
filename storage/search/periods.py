"""Periods of a trend: days, weeks, months or years of the press's zone, and which ids lie in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import Connection, func, select

from storage.database.schema import article
from storage.records.asking import Unit
from storage.records.press_days import PRESS_ZONE, press_day
from storage.search.query import Query
from storage.search.way import exact_days


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its first day, and the moments between which its articles are published.

    ``since`` is included, ``until`` is not; what the query leaves out of its days is not in between.
    """

    start: date
    since: datetime
    until: datetime

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day in UTC+8 that it has a part of."""
        return press_day(self.since), press_day(self.until - timedelta(microseconds=1))


def first_day(day: date, unit: Unit) -> date:
    """Return the first day of the period that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def list_periods(
    connection: Connection, query: Query, unit: Unit, newest: int | None = None
) -> tuple[list[Period], bool]:
    """Return every period from the first article that the query's days allow to the last.

    With ``newest`` only so many of the last ones, and whether there are more.
    """
    moment = article.c.published_at
    # One by one: asked for both at once, SQLite goes through every article.
    first, last = (
        connection.execute(select(end(moment)).where(*exact_days(query))).scalar()
        for end in (func.min, func.max)
    )
    if first is None or last is None:
        return [], False
    starts = list(_starts(first_day(press_day(first), unit), press_day(last), unit))
    shown = starts if newest is None else starts[-newest - 1 :]
    periods = [_period(query, start, after) for start, after in pairwise(shown)]
    return periods, len(shown) < len(starts)


def _starts(start: date, last: date, unit: Unit) -> Iterator[date]:
    """Yield the first days of all periods, and of the one after them."""
    yield start
    while start <= last:
        start = first_day(start + timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[unit]), unit)
        yield start


def _period(query: Query, start: date, after: date) -> Period:
    begins, ends = (datetime.combine(day, time(), PRESS_ZONE) for day in (start, after))
    return Period(start, max(begins, query.filter.since or begins), min(ends, query.filter.until or ends))
