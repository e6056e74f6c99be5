"""Counting by periods: SQLite counts what lies between two ids or moments without going through the rest."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import text as sql_text

from storage.articles.article import first_id
from storage.database.batches import batches
from storage.database.schema import article
from storage.search.periods import Period

# Each statement gets its ranges as a JSON list of pairs: SQLite seeks to each, and counts from there.
_COUNT_ARTICLES = sql_text("""
    SELECT (
        SELECT count(*) FROM article
        WHERE published_at >= json_extract(value, '$[0]') AND published_at < json_extract(value, '$[1]')
    ) FROM json_each(:ranges) ORDER BY key
""")
_COUNT_LISTINGS = sql_text("""
    SELECT (
        SELECT count(*) FROM listing WHERE source = :source
        AND published_at >= json_extract(value, '$[0]') AND published_at < json_extract(value, '$[1]')
    ) FROM json_each(:ranges) ORDER BY key
""")
# All at once and of equal width: a row for each would take three times as long, to group them twice as long.
_JOIN_IDS = sql_text("""
    SELECT group_concat(id, '') FROM (
        SELECT rowid + :base AS id FROM search WHERE search MATCH :expression
        AND rowid BETWEEN :first AND :last ORDER BY rowid
    )
""")
_BASE, _WIDTH = 5 * 10**9, 10
"""Added to ids, which may be negative, to give all of them as many digits: enough until the year 3900."""


def count_articles_in(connection: Connection, periods: Sequence[Period]) -> list[int]:
    """Return how many articles were published in each period."""
    return _scalars(connection, _COUNT_ARTICLES, ranges=_moments(periods))


def count_listed_in(connection: Connection, source: str, periods: Sequence[Period]) -> list[int]:
    """Return how many articles that a source listed were published in each period."""
    return _scalars(connection, _COUNT_LISTINGS, source=source, ranges=_moments(periods))


def count_proposed_in(
    connection: Connection, expression: str, periods: Sequence[Period], shift: int
) -> list[int]:
    """Return how many articles the index proposes in each of these periods, which follow each other.

    Ids tell the minute, but those of a crowded minute run on, by ``shift`` at most: what lies that near
    behind the beginning of a period is looked up.
    """
    bounds = [first_id(period.since) for period in periods] + [first_id(periods[-1].until)]
    ids = _Ids.read(connection, expression, bounds[0], bounds[-1] + shift)
    counts = [ids.count(start + shift + 1, end) for start, end in pairwise(bounds)]
    begins = [period.since for period in periods]
    for moment in _read_moments(
        connection, [id_ for start in bounds for id_ in ids.between(start, start + shift + 1)]
    ):
        if begins[0] <= moment < periods[-1].until:
            counts[bisect_right(begins, moment) - 1] += 1
    return counts


@dataclass(frozen=True, slots=True)
class _Ids:
    """Rising ids, written one behind the other."""

    digits: str

    @classmethod
    def read(cls, connection: Connection, expression: str, first: int, last: int) -> _Ids:
        bound = {"expression": expression, "base": _BASE, "first": first, "last": last}
        return cls(connection.execute(_JOIN_IDS, bound).scalar_one() or "")

    def __len__(self) -> int:
        return len(self.digits) // _WIDTH

    def __getitem__(self, place: int) -> int:
        return int(self.digits[place * _WIDTH : (place + 1) * _WIDTH]) - _BASE

    def count(self, start: int, end: int) -> int:
        """Return how many ids there are from one to before another."""
        return max(0, bisect_left(self, end) - bisect_left(self, start))

    def between(self, start: int, end: int) -> Iterator[int]:
        """Yield the ids from one to before another."""
        return map(self.__getitem__, range(bisect_left(self, start), bisect_left(self, end)))


def _read_moments(connection: Connection, ids: Sequence[int]) -> Iterator[datetime]:
    """Yield the publication times of these articles, each once."""
    for part in batches(dict.fromkeys(ids)):
        yield from connection.execute(select(article.c.published_at).where(article.c.id.in_(part))).scalars()


def _moments(periods: Sequence[Period]) -> str:
    return json.dumps([(_stored(period.since), _stored(period.until)) for period in periods])


def _stored(moment: datetime) -> str:
    """Return a moment as SQLite keeps it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _scalars(connection: Connection, statement: Any, **bound: str) -> list[Any]:
    return list(connection.execute(statement, bound).scalars())
