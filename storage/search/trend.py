"""Trends: how many articles contain a query in each day, week, month or year of the press's zone."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage.articles.lists import list_article_sources, select_matching
from storage.database.schema import article, listing, source
from storage.records.asking import Unit
from storage.records.press_days import press_day
from storage.search.period_counts import count_articles_in, count_listed_in, count_proposed_in
from storage.search.periods import Period, first_day, list_periods
from storage.search.query import Query
from storage.search.sweep import Sweep, sweep_owed
from storage.search.total import COMPLETELY, Effort, estimate_proposed
from storage.search.way import Way, choose_way, exact_days, select_candidates

Counts = Counter[tuple[str | None, date]]
"""How many articles there are of a source (None for all) in the period with that first day."""

_PART = 500
_PROBES = 4
_PROBED = 64
"""Places all over the time of a trend where texts are looked at, and how many at each."""


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
    it. Where it is not ``exact``, the matches are what a sample of the texts lets expect; where it is
    ``cut``, older periods are left out, also from the total.
    """

    unit: Unit
    total: int
    points: tuple[TrendPoint, ...]
    exact: bool = True
    cut: bool = False
    periods: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class _Counted:
    total: int
    counts: Counts
    exact: bool = True


def count_trend(
    connection: Connection,
    query: Query,
    unit: Unit = "month",
    *,
    by_source: bool = False,
    with_all: bool = True,
    effort: Effort = COMPLETELY,
    newest: int | None = None,
) -> Trend:
    """Return how many articles contain a query per period, and how many there are; copies are counted too.

    ``newest`` asks for so many of the last periods only. Where more texts would have to be read than
    ``effort`` lets (its ``rows``), the matches are estimated; never by source.
    """
    periods, cut = list_periods(connection, query, unit, newest)
    if not periods:
        return Trend(unit, 0, ())
    if cut:
        query = replace(query, filter=replace(query.filter, since=periods[0].since))
    if by_source:
        matching = _count_by_source(connection, query, unit, periods)
    else:
        matching = _count_together(connection, query, unit, periods, effort)
    everything = _count_all(connection, query, unit, periods, by_source=by_source) if with_all else None
    found = matching.counts if everything is None else everything
    slugs = sorted({slug or "" for slug, _ in found}) if by_source else [None]
    points = (
        TrendPoint(
            period.start,
            slug,
            matching.counts[slug, period.start],
            None if everything is None else everything[slug, period.start],
        )
        for slug in slugs
        for period in periods
    )
    return Trend(unit, matching.total, tuple(points), matching.exact, cut, tuple(periods))


def _count_together(
    connection: Connection, query: Query, unit: Unit, periods: Sequence[Period], effort: Effort
) -> _Counted:
    if not query.groups and _has_days_only(query):
        return _sum_up(periods, count_articles_in(connection, periods))
    way = choose_way(connection, query, effort.few)
    if way.is_told:
        return _count_told(connection, query, way, unit, periods)
    can_be_sampled = way.expression is not None and _has_days_only(query)
    if can_be_sampled and estimate_proposed(connection, query, way, effort.rows, effort.glance) is not None:
        return _estimate(connection, query, way, periods)
    return _counted(unit, (row.published_at for row in Sweep(connection, query, way=way)))


def _count_told(
    connection: Connection, query: Query, way: Way, unit: Unit, periods: Sequence[Period]
) -> _Counted:
    """Count what the index, or the filter alone, decides about."""
    if way.expression is None:
        moment = listing.c.published_at if len(query.filter.sources) == 1 else article.c.published_at
        found = select_matching(query.filter, _day_of(moment), func.count(), newest_first=True)
        return _read_days(connection, unit, found.order_by(None).group_by(_day_of(moment)))
    if _has_days_only(query):
        shift = way.state.largest_shift
        counted = _sum_up(periods, count_proposed_in(connection, way.expression, periods, shift))
    else:
        day = _day_of(article.c.published_at)
        found = select_candidates(query, way, day, func.count()).where(*exact_days(query)).group_by(day)
        counted = _read_days(connection, unit, found)
    owed = _counted(unit, (row.published_at for row in sweep_owed(connection, query, way)))
    return _Counted(counted.total + owed.total, counted.counts + owed.counts)


def _estimate(connection: Connection, query: Query, way: Way, periods: Sequence[Period]) -> _Counted:
    """Count what the index proposes, and of that the part that matched where texts were looked at."""
    assert way.expression is not None
    proposed = count_proposed_in(connection, way.expression, periods, way.state.largest_shift)
    share = _sample_share(connection, query, way, periods)
    counted = _sum_up(periods, [round(count * share) for count in proposed])
    return replace(counted, exact=False)


def _sample_share(connection: Connection, query: Query, way: Way, periods: Sequence[Period]) -> float:
    since, until = periods[0].since, periods[-1].until
    examined = found = 0
    for number in range(_PROBES):
        moment = since + (until - since) * (number + 1) / _PROBES
        narrowed = replace(query, filter=replace(query.filter, since=since, until=moment))
        sweep = Sweep(connection, narrowed, way=replace(way, owed=()), most=_PROBED)
        deque(sweep, maxlen=0)
        examined, found = examined + sweep.examined, found + sweep.found
    return found / max(examined, 1)


def _count_by_source(connection: Connection, query: Query, unit: Unit, periods: Sequence[Period]) -> _Counted:
    way = choose_way(connection, query)
    if query.groups and way.is_told:
        return _count_told_by_source(connection, query, way, unit, periods)
    counts = Counts()
    total = 0
    rows = iter(Sweep(connection, query, way=way))
    while part := list(islice(rows, _PART)):
        total += len(part)
        counts.update(_places(connection, unit, part))
    return _Counted(total, counts)


def _count_told_by_source(
    connection: Connection, query: Query, way: Way, unit: Unit, periods: Sequence[Period]
) -> _Counted:
    day = _day_of(article.c.published_at)
    found = select_candidates(query, way, listing.c.source, day, func.count()).where(*exact_days(query))
    found = found.join(listing, listing.c.info_code == article.c.info_code).group_by(listing.c.source, day)
    counts = Counts(_places(connection, unit, sweep_owed(connection, query, way)))
    for slug, first, count in connection.execute(found):
        counts[slug, first_day(date.fromisoformat(first), unit)] += count
    return _Counted(_count_told(connection, query, way, unit, periods).total, counts)


def _count_all(
    connection: Connection, query: Query, unit: Unit, periods: Sequence[Period], *, by_source: bool
) -> Counts:
    """Count all articles within the filter, matching or not."""
    bare = replace(query, groups=())
    if not by_source:
        return _count_together(connection, bare, unit, periods, COMPLETELY).counts
    if not _has_days_only(query):
        return _count_by_source(connection, bare, unit, periods).counts
    counts = Counts()
    for slug in connection.execute(select(source.c.slug)).scalars().all():
        listed = _sum_up(periods, count_listed_in(connection, slug, periods)).counts
        counts.update({(slug, start): count for (_, start), count in listed.items()})
    return counts


def _places(connection: Connection, unit: Unit, rows: Sequence[Row[Any]]) -> Iterator[tuple[str, date]]:
    """Yield the sources of articles, each with the period that the article lies in."""
    slugs = list_article_sources(connection, [row.info_code for row in rows])
    for row in rows:
        start = first_day(press_day(row.published_at), unit)
        yield from ((slug, start) for slug in slugs.get(row.info_code, ()))


def _has_days_only(query: Query) -> bool:
    return replace(query.filter, since=None, until=None).is_open


def _sum_up(periods: Sequence[Period], counted: Sequence[int]) -> _Counted:
    counts = Counts()
    for period, count in zip(periods, counted, strict=True):
        if count:
            counts[None, period.start] = count
    return _Counted(counts.total(), counts)


def _counted(unit: Unit, moments: Iterable[datetime]) -> _Counted:
    counts = Counts((None, first_day(press_day(moment), unit)) for moment in moments)
    return _Counted(counts.total(), counts)


def _read_days(connection: Connection, unit: Unit, query: Select[Any]) -> _Counted:
    counts = Counts()
    for day, count in connection.execute(query):
        counts[None, first_day(date.fromisoformat(day), unit)] += count
    return _Counted(counts.total(), counts)


def _day_of(moment: Any) -> Any:
    """Return the press's day of a stored moment, as text."""
    return func.date(moment, "+8 hours")
