"""How many articles answer a query: exactly where that is cheap enough, else an estimate that says so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, String, bindparam, func, select, union_all

from storage.articles.lists import count_articles
from storage.database.schema import article
from storage.search.copies import count_hidden, count_proposed_copies
from storage.search.expression import search, tokens_match
from storage.search.index import NOTHING
from storage.search.query import Query
from storage.search.sweep import Begun, Sweep, sweep_owed
from storage.search.way import FEW, Way, exact_days, id_range, select_candidates


@dataclass(frozen=True, slots=True)
class Effort:
    """How much may be read to count: articles by the index alone, articles one by one, whole texts.

    Somewhat more may be read where that makes the figure exact. Where a filter leaves but ``few`` articles,
    their texts are read; ``glance`` of the newest that the index proposes tell roughly how many there are; so
    many of the newest are ``ranked`` by relevance.
    """

    indexed: int
    rows: int
    texts: int
    few: int = FEW
    glance: int = 50
    ranked: int = 300


AT_ONCE = Effort(indexed=20_000, rows=4_000, texts=64)
"""For a page that should be there in an instant."""
THOROUGH = Effort(indexed=100_000_000, rows=5_000_000, texts=100_000)
"""For a person at the command line, who would rather wait a moment than not know."""
COMPLETELY = Effort(indexed=1 << 60, rows=1 << 60, texts=1 << 60)
"""For an exact figure, whatever it costs."""
_DIGITS = 2
_OF_SEVERAL, _OF_TEXTS = 8, 32
"""Several tokens are read for each article that holds them all; of texts only a few are looked at anyway."""
_OF_SAMPLE = 16
"""Copies are looked for among a few of the articles that may be read one by one: they are spread evenly."""
_NEARLY_ALL = 0.5
"""A share of the archive from which on counting all of it costs little more."""
_TOO_FEW = 8
_STRIPS = 8
_COUNT_STRIPS = union_all(
    *(
        select(func.count())
        .select_from(search)
        .where(
            tokens_match(bindparam("expression", type_=String)),
            search.c.rowid.between(bindparam(f"from_{number}"), bindparam(f"to_{number}")),
        )
        for number in range(_STRIPS)
    )
)


@dataclass(frozen=True, slots=True)
class Total:
    """How many articles match, exactly or as an estimate of two digits."""

    count: int
    exact: bool

    def at_least(self, seen: int) -> Total:
        """Return it, or where it is an estimate below that, how many have been seen."""
        return self if self.exact else replace(self, count=max(self.count, seen))


def count_matching(
    connection: Connection,
    query: Query,
    way: Way,
    effort: Effort,
    *,
    collapse: bool = False,
    begun: Begun | None = None,
) -> Total:
    """Return how many articles answer a query. ``begun`` is the pass that has found the newest of them."""
    if way.expression is None:
        return _count_read(connection, query, way, effort, collapse=collapse)
    if query.filter.one_of_story or not way.is_told:
        if begun is not None:
            return _count_on(connection, query, effort, begun)
        return _count_newest(connection, query, way, effort, collapse=collapse)
    hides = collapse and _has_copies(connection)
    if query.filter.is_open:
        return _count_told(connection, query, way, effort, hides=hides)
    return _count_filtered(connection, query, way, effort, hides=hides)


def _count_told(connection: Connection, query: Query, way: Way, effort: Effort, *, hides: bool) -> Total:
    """Count what the index alone decides about, but for copies."""
    owed = sweep_owed(connection, query, way)
    if hides:
        return _count_firsts(connection, query, way, effort, owed)
    count, is_all = _guess_proposed(connection, query, way, effort)
    return _as_total(count + len(owed), exact=is_all)


def _count_firsts(
    connection: Connection, query: Query, way: Way, effort: Effort, owed: Sequence[Row[Any]]
) -> Total:
    """Count without the copies; where there are many, expect as many of them as among the newest."""
    assert way.expression is not None
    guess = estimate_proposed(connection, query, way, min(_wanted(way, effort), effort.rows), effort.glance)
    last = (
        NOTHING if guess is None else _newest_proposed(connection, query, way, effort.rows // _OF_SAMPLE)[1]
    )
    count, copies = count_proposed_copies(connection, way.expression, last)
    copies |= {row.info_code: row.duplicate_of for row in owed if row.duplicate_of}
    hidden = count_hidden(connection, query, copies)
    if guess is None:
        return Total(count + len(owed) - hidden, exact=True)
    return _as_total(guess * (1 - hidden / max(count, 1)) + len(owed), exact=False)


def _count_filtered(connection: Connection, query: Query, way: Way, effort: Effort, *, hides: bool) -> Total:
    """Count what the index and a filter decide about, among the newest that the index proposes."""
    examined, last = _newest_proposed(connection, query, way, effort.rows)
    count = _count_rows(connection, query, way, last, hides=hides)
    if examined < effort.rows:
        return Total(count, exact=True)
    return _extrapolate(connection, query, way, effort, count, examined)


def _count_read(connection: Connection, query: Query, way: Way, effort: Effort, *, collapse: bool) -> Total:
    """Count by reading the texts that the filter leaves, the newest of them where there are too many."""
    sweep = Sweep(connection, query, collapse=collapse, way=way, most=effort.texts)
    count = sum(1 for _ in sweep)
    if not sweep.was_cut:
        return Total(count, exact=True)
    share = count_articles(connection, query.filter.with_copies) / sweep.examined
    return Total(max(count, _round(count * share)), exact=False)


def _count_newest(connection: Connection, query: Query, way: Way, effort: Effort, *, collapse: bool) -> Total:
    """Count among the newest that the index proposes; more than those let expect as many more matches."""
    examined, last = _newest_proposed(connection, query, way, effort.rows)
    begun = Begun.of(Sweep(connection, query, collapse=collapse, way=way, down_to=last))
    return _count_on(connection, query, effort, begun, is_all=examined < effort.rows)


def _count_on(
    connection: Connection, query: Query, effort: Effort, begun: Begun, *, is_all: bool = True
) -> Total:
    """Count on from where a pass has come to, as far as may be read; expect as many more matches beyond."""
    count, sweep = begun.count_on(effort.texts), begun.sweep
    if is_all and not sweep.was_cut:
        return Total(count, exact=True)
    examined = sweep.examined
    if not query.filter.is_open:
        examined = _count_proposed(connection, query, sweep.way, sweep.reached)
    return _extrapolate(connection, query, sweep.way, effort, sweep.found, examined, sweep.owed)


def _extrapolate(
    connection: Connection,
    query: Query,
    way: Way,
    effort: Effort,
    found: int,
    examined: int,
    owed: int = 0,
) -> Total:
    """Return the estimate that as many of all that is proposed match as did of those examined."""
    share = _guess_proposed(connection, query, way, effort)[0] / max(examined, 1)
    return Total(max(found + owed, _round(found * share + owed)), exact=False)


def _count_rows(connection: Connection, query: Query, way: Way, last: int, *, hides: bool) -> int:
    """Count articles down to an id that the index alone decides about: what the filter and copies leave."""
    found = select_candidates(query, way, article.c.info_code, article.c.duplicate_of)
    found = found.where(search.c.rowid >= last, *exact_days(query))
    owed = sweep_owed(connection, query, way)
    if not hides:
        return _count(connection, found) + len(owed)
    rows = [*connection.execute(found), *owed]
    copies = {row.info_code: row.duplicate_of for row in rows if row.duplicate_of}
    return len(rows) - count_hidden(connection, query, copies)


def _guess_proposed(connection: Connection, query: Query, way: Way, effort: Effort) -> tuple[float, bool]:
    """Return how many articles the index proposes, and whether that is exact."""
    guess = estimate_proposed(connection, query, way, _wanted(way, effort), effort.glance)
    return (_count_proposed(connection, query, way, NOTHING), True) if guess is None else (guess, False)


def _wanted(way: Way, effort: Effort) -> float:
    return effort.indexed / (1 if way.is_single else _OF_SEVERAL if way.is_told else _OF_TEXTS)


def estimate_proposed(
    connection: Connection, query: Query, way: Way, wanted: float, glance: int
) -> float | None:
    """Return about how many articles the index proposes; None where they are few enough to count them all.

    A part of the archive is counted, in strips all over it: a word may come in waves. The ``glance`` newest
    say how large a part that must be.
    """
    count, last = _newest_proposed(connection, query, way, glance)
    if count < glance:
        return None
    first, end = _ends(connection, query, way)
    share = wanted * (end - last) / (end - first) / count
    while share < _NEARLY_ALL:
        counted = _count_strips(connection, way, first, end, share)
        if counted >= wanted / _TOO_FEW:
            return counted / share
        share *= _TOO_FEW
    return None


def _ends(connection: Connection, query: Query, way: Way) -> tuple[int, int]:
    """Return the first id of an article from the days asked for, and the one after the last."""
    range_ = id_range(query.filter, way, article.c.id)
    # Each by itself: asked for both at once, SQLite reads every article.
    first, last = (
        connection.execute(select(end(article.c.id)).where(*range_)).scalar_one()
        for end in (func.min, func.max)
    )
    return int(first), int(last) + 1


def _count_strips(connection: Connection, way: Way, first: int, end: int, share: float) -> int:
    """Return how many articles the index proposes in strips that are so much of the ids in all."""
    strip = (end - first) / _STRIPS
    bounds: dict[str, int | str | None] = {"expression": way.expression}
    for number in range(_STRIPS):
        middle = first + strip * (number + 0.5)
        bounds[f"from_{number}"] = math.ceil(middle - strip * share / 2)
        bounds[f"to_{number}"] = math.ceil(middle + strip * share / 2) - 1
    return sum(connection.execute(_COUNT_STRIPS, bounds).scalars())


def _count_proposed(connection: Connection, query: Query, way: Way, last: int) -> int:
    """Return how many articles the index proposes down to an id."""
    return _count(connection, _propose(query, way).where(search.c.rowid >= last))


def _count(connection: Connection, found: Select[Any]) -> int:
    counted = found.with_only_columns(func.count(), maintain_column_froms=True)
    return int(connection.execute(counted).scalar_one())


def _newest_proposed(connection: Connection, query: Query, way: Way, most: int) -> tuple[int, int]:
    """Return how many articles the index proposes, the newest so many, and the last id of these."""
    rows = _propose(query, way).order_by(search.c.rowid.desc()).limit(most).subquery()
    count, last = connection.execute(select(func.count(), func.min(rows.c.rowid))).one()
    return int(count), int(last or 0)


def _propose(query: Query, way: Way) -> Select[Any]:
    assert way.expression is not None
    range_ = id_range(query.filter, way, search.c.rowid)
    return select(search.c.rowid).where(tokens_match(way.expression), *range_)


def _has_copies(connection: Connection) -> bool:
    copies = select(article.c.id).where(article.c.duplicate_of.is_not(None)).limit(1)
    return connection.execute(copies).first() is not None


def _as_total(count: float, *, exact: bool) -> Total:
    return Total(round(count) if exact else _round(count), exact)


def _round(count: float) -> int:
    """Return an estimate in two digits: more of them would be a claim."""
    if count < 1:
        return 0
    unit = 10 ** max(0, math.floor(math.log10(count)) + 1 - _DIGITS)
    return int(round(count / unit) * unit)
