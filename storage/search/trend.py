"""Trends: how many articles contain a query in each day, week, month or year of the press's zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from storage.article_lists import list_article_sources, select_matching
from storage.press_days import PRESS_ZONE, press_day
from storage.schema import UtcDateTime, article, listing
from storage.search.expression import search, tokens_match
from storage.search.query import Query
from storage.search.sweep import Sweep, sweep_owed
from storage.search.way import Way, choose_way, exact_days, select_candidates

Unit = Literal["day", "week", "month", "year"]
"""A period of a trend; a week is an ISO week: it begins on Monday."""
Counts = Mapping[tuple[str | None, date], int]

_EPOCH = date(2000, 1, 1)
_IDS_A_DAY = 4 * 60 * 24
_IDS_EAST = 4 * 60 * 8
"""The newspapers' day begins eight hours before that of UTC, in which ids count."""
_DAYS_BEFORE = 100_000
"""Added before dividing: SQLite rounds towards zero, and ids before 2000 are negative."""
_PART = 500
_COUNT_BETWEEN = select(func.count()).where(
    article.c.published_at >= bindparam("since", type_=UtcDateTime),
    article.c.published_at < bindparam("until", type_=UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A period by its first day: how many articles match, and of how many; of one source or of all.

    ``all`` is None when it was not asked for.
    """

    start: date
    source: str | None
    matching: int
    all: int | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A query's use over time: every period from the archive's first article to its last, also empty ones.

    ``total`` counts articles, each once; with ``by_source`` the points count one for every source that listed
    it.
    """

    unit: Unit
    total: int
    points: tuple[TrendPoint, ...]


def count_trend(
    connection: Connection,
    query: Query,
    unit: Unit = "month",
    *,
    by_source: bool = False,
    with_all: bool = True,
) -> Trend:
    """Return how many articles contain a query per period, and how many there are; copies are counted too."""
    total, matching = _count_matching(connection, query, unit, by_source=by_source)
    everything: Counts | None = None
    if with_all:
        _, everything = _count_matching(connection, replace(query, groups=()), unit, by_source=by_source)
    sources = sorted({source or "" for source, _ in everything or matching}) if by_source else [None]
    periods = list(_periods(connection, query, unit))
    points = (
        TrendPoint(
            start,
            source,
            matching.get((source, start), 0),
            None if everything is None else everything.get((source, start), 0),
        )
        for source in sources
        for start in periods
    )
    return Trend(unit, total, tuple(points))


def first_day(day: date, unit: Unit) -> date:
    """Return the first day of the period that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _count_matching(
    connection: Connection, query: Query, unit: Unit, *, by_source: bool
) -> tuple[int, Counts]:
    if by_source:
        return _count_by_source(connection, query, unit)
    if not query.groups and query.filter.is_open:
        return _count_everything(connection, query, unit)
    counts: Counter[tuple[str | None, date]] = Counter()
    for day, count in _count_days(connection, query):
        counts[None, first_day(day, unit)] += count
    return counts.total(), counts


def _count_everything(connection: Connection, query: Query, unit: Unit) -> tuple[int, Counts]:
    """Count all articles, period by period: an index tells how many lie between two moments."""
    counts: dict[tuple[str | None, date], int] = {}
    for start in _periods(connection, query, unit):
        since, until = (datetime.combine(day, time(), PRESS_ZONE) for day in (start, _next(start, unit)))
        counts[None, start] = connection.execute(
            _COUNT_BETWEEN, {"since": since, "until": until}
        ).scalar_one()
    return sum(counts.values()), counts


def _count_by_source(connection: Connection, query: Query, unit: Unit) -> tuple[int, Counts]:
    counts: Counter[tuple[str | None, date]] = Counter()
    total = 0
    rows = iter(Sweep(connection, query))
    while part := list(islice(rows, _PART)):
        total += len(part)
        sources = list_article_sources(connection, [row.info_code for row in part])
        for row in part:
            start = first_day(press_day(row.published_at), unit)
            counts.update((source, start) for source in sources.get(row.info_code, ()))
    return total, counts


def _count_days(connection: Connection, query: Query) -> Iterator[tuple[date, int]]:
    """Yield days and how many articles of the day match; a day may come more than once."""
    way = choose_way(connection, query)
    if not way.is_told:
        yield from ((press_day(row.published_at), 1) for row in Sweep(connection, query, way=way))
    elif way.expression is None:
        moment = listing.c.published_at if len(query.filter.sources) == 1 else article.c.published_at
        found = select_matching(query.filter, _day_of(moment), func.count(), newest_first=True)
        yield from _read_days(connection, found.order_by(None).group_by(_day_of(moment)))
    else:
        yield from ((press_day(row.published_at), 1) for row in sweep_owed(connection, query, way))
        yield from _count_told(connection, query, way)


def _count_told(connection: Connection, query: Query, way: Way) -> Iterator[tuple[date, int]]:
    if query.filter.is_open:
        yield from _count_indexed(connection, way)
    else:
        found = select_candidates(query, way, _day_of(article.c.published_at), func.count())
        found = found.where(*exact_days(query)).group_by(_day_of(article.c.published_at))
        yield from _read_days(connection, found)


def _count_indexed(connection: Connection, way: Way) -> Iterator[tuple[date, int]]:
    """Count by the ids of the index, and look up only those that a crowded minute may have moved a day on."""
    assert way.expression is not None
    shift = min(way.state.largest_shift, _IDS_A_DAY)
    place = cast(search.c.rowid + _IDS_EAST + _DAYS_BEFORE * _IDS_A_DAY, Integer)
    number: ColumnElement[int] = literal_column(
        f"(search.rowid + {_IDS_EAST + _DAYS_BEFORE * _IDS_A_DAY}) / {_IDS_A_DAY}"
    )
    surely = (
        select(number, func.count())
        .select_from(search)
        .where(tokens_match(way.expression), place % _IDS_A_DAY >= shift)
        .group_by(number)
    )
    for days, count in connection.execute(surely):
        yield _EPOCH + timedelta(days=days - _DAYS_BEFORE), count
    if shift:
        day = _day_of(article.c.published_at)
        looked_up = (
            select(day, func.count())
            .select_from(search.join(article, article.c.id == search.c.rowid))
            .where(tokens_match(way.expression), place % _IDS_A_DAY < shift)
            .group_by(day)
        )
        yield from _read_days(connection, looked_up)


def _day_of(moment: Any) -> Any:
    """Return the press's day of a stored moment, as text."""
    return func.date(moment, "+8 hours")


def _read_days(connection: Connection, query: Select[Any]) -> Iterator[tuple[date, int]]:
    for day, count in connection.execute(query):
        yield date.fromisoformat(day), count


def _periods(connection: Connection, query: Query, unit: Unit) -> Iterator[date]:
    """Yield the first day of every period from the first article that the query's days allow to the last."""
    moment = article.c.published_at
    # One by one: asked for both at once, SQLite goes through every article.
    first, last = (
        connection.execute(select(end(moment)).where(*exact_days(query))).scalar()
        for end in (func.min, func.max)
    )
    if first is None or last is None:
        return
    start, end = first_day(press_day(first), unit), press_day(last)
    while start <= end:
        yield start
        start = _next(start, unit)


def _next(start: date, unit: Unit) -> date:
    """Return the first day of the period after one."""
    return first_day(start + timedelta(days={"day": 1, "week": 7, "month": 31, "year": 366}[unit]), unit)
