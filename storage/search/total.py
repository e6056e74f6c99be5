"""How many articles answer a query: exactly where that is cheap enough, else an estimate that says so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, Subquery, func, select

from storage.article_lists import count_articles
from storage.schema import article
from storage.search.index import search, tokens_match
from storage.search.query import Query
from storage.search.sweep import Sweep, Way, exact_days, matches_article, select_candidates


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be read to count: articles by the index alone, articles one by one, whole texts."""

    indexed: int
    rows: int
    texts: int


AT_ONCE = Effort(indexed=200_000, rows=5_000, texts=250)
"""For a page that should be there in an instant."""
THOROUGH = Effort(indexed=100_000_000, rows=5_000_000, texts=100_000)
"""For a person at the command line, who would rather wait a moment than not know."""
COMPLETELY = Effort(indexed=1 << 60, rows=1 << 60, texts=1 << 60)
"""For an exact figure, whatever it costs."""
_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Total:
    """How many articles match, exactly or as an estimate of two digits."""

    count: int
    exact: bool


def count_matching(
    connection: Connection, query: Query, way: Way, effort: Effort, *, collapse: bool = False
) -> Total:
    """Return how many articles answer a query."""
    if not way.is_told or way.expression is None or query.filter.one_of_story:
        return _count_by_reading(connection, query, way, effort, collapse=collapse)
    if query.filter.is_open and not (collapse and _has_copies(connection)):
        count, _ = _count_indexed(connection, way.expression, effort.indexed + 1)
        if count <= effort.indexed:
            return Total(count, exact=True)
    return _count_rows(connection, query, way, effort, collapse=collapse)


def _count_rows(connection: Connection, query: Query, way: Way, effort: Effort, *, collapse: bool) -> Total:
    """Count articles that the index alone decides about, one by one for the filter and for copies."""
    found = select_candidates(query, way, search.c.rowid, article.c.duplicate_of)
    found = found.where(*exact_days(query)).order_by(search.c.rowid.desc()).limit(effort.rows + 1)
    rows = found.subquery()
    count, last = connection.execute(select(func.count(), func.min(rows.c.rowid))).one()
    hidden = _count_hidden(connection, query, rows) if collapse else 0
    if count <= effort.rows:
        return Total(count - hidden, exact=True)
    return _estimate(connection, way, effort, count - hidden, last)


def _count_hidden(connection: Connection, query: Query, rows: Subquery) -> int:
    """Return how many of the rows are copies of an article that answers the query as well."""
    copies = select(rows.c.duplicate_of).where(rows.c.duplicate_of.is_not(None))
    return sum(
        matches_article(connection, query, first) for first in connection.execute(copies).scalars().all()
    )


def _count_by_reading(
    connection: Connection, query: Query, way: Way, effort: Effort, *, collapse: bool
) -> Total:
    sweep = Sweep(connection, query, collapse=collapse, way=way)
    count, last = 0, 0
    for row in sweep:
        count, last = count + 1, row.id
        if sweep.read > effort.texts or sweep.examined > effort.rows:
            return _estimate(connection, way, effort, count, last, examined=sweep.examined, query=query)
    return Total(count, exact=True)


def _estimate(
    connection: Connection,
    way: Way,
    effort: Effort,
    count: int,
    last: int,
    *,
    examined: int = 0,
    query: Query | None = None,
) -> Total:
    """Return what the matches down to an id let expect of all: as many more as there are more candidates."""
    if way.expression is None:
        assert query is not None
        candidates = count_articles(connection, query.filter.with_copies)
        share = candidates / max(examined, 1)
    else:
        share = _count_all(connection, way.expression, effort.indexed) / max(
            _count_indexed(connection, way.expression, effort.indexed, down_to=last)[0], 1
        )
    return Total(max(count, _round(count * share)), exact=False)


def _count_all(connection: Connection, expression: str, most: int) -> float:
    """Return how many articles the index proposes; beyond a number, as many as their spread in time says."""
    count, last = _count_indexed(connection, expression, most)
    if count < most:
        return count
    newest, oldest = connection.execute(select(func.max(article.c.id), func.min(article.c.id))).one()
    return float(count * (newest - oldest + 1) / (newest - last + 1))


def _count_indexed(
    connection: Connection, expression: str, most: int, *, down_to: int | None = None
) -> tuple[int, int]:
    """Return how many articles the index proposes, the newest ``most`` of them, and the last one."""
    found = select(search.c.rowid).where(tokens_match(expression))
    if down_to is not None:
        found = found.where(search.c.rowid >= down_to)
    rows = found.order_by(search.c.rowid.desc()).limit(most).subquery()
    count, last = connection.execute(select(func.count(), func.min(rows.c.rowid))).one()
    return int(count), int(last or 0)


def _has_copies(connection: Connection) -> bool:
    copies = select(article.c.id).where(article.c.duplicate_of.is_not(None)).limit(1)
    return connection.execute(copies).first() is not None


def _round(count: float) -> int:
    """Return an estimate in two digits: more of them would be a claim."""
    if count < 1:
        return 0
    unit = 10 ** max(0, math.floor(math.log10(count)) + 1 - _DIGITS)
    return int(round(count / unit) * unit)
