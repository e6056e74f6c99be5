"""One pass over the articles that may answer a query, in the order of their publication.

What the index proposes is looked at again in the text, so that what comes out is exactly what matches.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Result, Row, Select, literal_column, select

from storage.articles.article import first_id
from storage.articles.lists import select_matching
from storage.database.schema import article
from storage.search.copies import Key, list_copies, matches_article
from storage.search.expression import search
from storage.search.match import matches
from storage.search.query import Query
from storage.search.way import Way, choose_way, select_candidates, select_owed, split_rewritten
from storage.search.written import Judge, judge_written
from storage.stories.story import list_earlier_members

_AT_ONCE = 50
_KNOWN = (article.c.id, article.c.info_code, article.c.published_at, article.c.duplicate_of)
_TO_READ = (*_KNOWN, article.c.title, article.c.text)
_AS_WRITTEN: tuple[ColumnElement[Any], ...] = (
    article.c.id,
    literal_column("CAST(article.title AS BLOB)"),
    literal_column("CAST(article.text AS BLOB)"),
)


class Sweep:
    """A pass over the articles that may match, to be made once; yields those that do.

    ``examined`` counts the proposals of the index that were looked at, ``found`` those that matched,
    ``owed`` the matches that the index does not hold yet; ``reached`` is the id of the last article. A pass
    with a ``most``, which may also be set on the way, ends after so many proposals, one with ``down_to`` at
    that id; ``was_cut`` says that ``most`` ended it.
    """

    def __init__(  # noqa: PLR0913 - a pass has that many sides
        self,
        connection: Connection,
        query: Query,
        *,
        newest_first: bool = True,
        after: Key | None = None,
        collapse: bool = False,
        way: Way | None = None,
        most: int | None = None,
        down_to: int | None = None,
    ) -> None:
        self.way = way or choose_way(connection, query)
        self.most = most
        self.examined = self.found = self.owed = 0
        self.reached = 0
        self.was_cut = False
        self._down_to = down_to
        self._connection = connection
        self._query = query
        self._newest_first = newest_first
        self._after = after
        self._collapse = collapse

    def __iter__(self) -> Iterator[Row[Any]]:
        # The pass is not kept here: it would keep its view of the archive until somebody collects garbage.
        for row in self._in_order():
            if not self._is_hidden(row):
                self.owed += row.id in self.way.owed
                yield row
            elif row.id not in self.way.owed:
                self.found -= 1

    def _in_order(self) -> Iterator[Row[Any]]:
        """Yield what matches, copies or not, in the order of publication."""
        if self.way.expression is None:
            columns = _KNOWN if self.way.is_told else _TO_READ
            wanted = self._query.filter.with_copies
            query = select_matching(wanted, *columns, newest_first=self._newest_first, after=self._after)
            return self._told(query) if self.way.is_told else self._read(query)
        rows = merge(*self._streams(), key=attrgetter("id"), reverse=self._newest_first)
        return in_time_order(rows, self.way.state.largest_shift, newest_first=self._newest_first)

    def _streams(self) -> Iterator[Iterator[Row[Any]]]:
        """Yield streams of matches by id: those that need not be read, or as they are written, or folded."""
        if self.way.is_told:
            yield self._told(self._proposed(self.way, *_KNOWN))
        elif (judge := judge_written(self._query)) is None:
            yield self._read(self._proposed(self.way, *_TO_READ))
        else:
            as_written, rewritten = split_rewritten(self.way)
            yield self._judge(self._proposed(as_written, *_AS_WRITTEN), judge)
            yield self._read(self._proposed(rewritten, *_TO_READ))
        if self.way.owed:
            query = select_owed(self._query, self.way, *_TO_READ)
            yield self._read(self._by(article.c.id, query), are_owed=True)

    def _told(self, query: Select[Any]) -> Iterator[Row[Any]]:
        for row in filter(self._is_in_range, self._fetch(query)):
            if not self._goes_on(row.id):
                return
            self.found += 1
            yield row

    def _read(self, query: Select[Any], *, are_owed: bool = False) -> Iterator[Row[Any]]:
        for row in filter(self._is_in_range, self._fetch(query)):
            if not are_owed and not self._goes_on(row.id):
                return
            if matches(self._query, row.title, row.text):
                self.found += not are_owed
                yield row

    def _judge(self, query: Select[Any], judge: Judge) -> Iterator[Row[Any]]:
        for part in self._execute(query).partitions():
            verdicts = {id_: judge(title, text) for id_, title, text in part}
            known = self._look_up([id_ for id_, answers in verdicts.items() if answers])
            for id_, answers in verdicts.items():
                if answers and id_ not in known:
                    continue  # beyond the days asked for
                if not self._goes_on(id_):
                    return
                if answers:
                    self.found += 1
                    yield known[id_]

    def _look_up(self, ids: Collection[int]) -> dict[int, Row[Any]]:
        if not ids:
            return {}
        rows: Iterable[Row[Any]] = self._connection.execute(select(*_KNOWN).where(article.c.id.in_(ids)))
        return {row.id: row for row in filter(self._is_in_range, rows)}

    def _goes_on(self, id_: int) -> bool:
        """Count a proposal that is looked at, unless there have been as many as there may be."""
        if self.most is not None and self.examined >= self.most:
            self.was_cut = True
            return False
        self.examined += 1
        self.reached = id_
        return True

    def _proposed(self, way: Way, *columns: Any) -> Select[Any]:
        query = select_candidates(self._query, way, *columns).where(*self._start())
        return self._by(search.c.rowid, query)

    def _by(self, id_: ColumnElement[Any], query: Select[Any]) -> Select[Any]:
        return query.order_by(id_.desc() if self._newest_first else id_)

    def _fetch(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self._execute(query)

    def _execute(self, query: Select[Any]) -> Result[*tuple[Any, ...]]:
        return self._connection.execute(query, execution_options={"yield_per": _AT_ONCE})

    def _start(self) -> list[ColumnElement[bool]]:
        if self._down_to is not None:
            return [search.c.rowid >= self._down_to]
        if self._after is None:
            return []
        minute = first_id(self._after[0])
        if self._newest_first:
            return [search.c.rowid <= minute + self.way.state.largest_shift]
        return [search.c.rowid >= minute]

    def _is_in_range(self, row: Row[Any]) -> bool:
        """Return whether an article lies in the days asked for, and beyond the page before."""
        wanted = self._query.filter
        if wanted.since is not None and row.published_at < wanted.since:
            return False
        if wanted.until is not None and row.published_at >= wanted.until:
            return False
        if self._after is None:
            return True
        key = _key(row)
        return key < self._after if self._newest_first else key > self._after

    def _is_hidden(self, row: Row[Any]) -> bool:
        """Return whether this copies another article that matches as well; on request also nearly."""
        if self._query.filter.one_of_story and any(
            matches_article(self._connection, self._query, code)
            for code in list_earlier_members(self._connection, row.info_code)
        ):
            return True
        if not self._collapse or row.duplicate_of is None:
            return False
        return any(
            matches_article(self._connection, self._query, code)
            for code, key in list_copies(self._connection, [row.duplicate_of])[row.duplicate_of]
            if key < _key(row)
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """A pass that somebody is in the midst of, and what is still to come of it."""

    sweep: Sweep
    rest: Iterator[Row[Any]]

    @classmethod
    def of(cls, sweep: Sweep) -> Begun:
        """Begin a pass."""
        return cls(sweep, iter(sweep))

    def count_on(self, most: int) -> int:
        """Go on until so many proposals have been examined; return how many matches that were in all."""
        self.sweep.most = most
        deque(self.rest, maxlen=0)
        return self.sweep.found + self.sweep.owed


def sweep_owed(connection: Connection, query: Query, way: Way) -> list[Row[Any]]:
    """Return the matches among the articles that the index does not hold yet; copies are not left out."""
    if not way.owed:
        return []
    rows = connection.execute(select_owed(query, way, *_TO_READ))
    return [row for row in rows if matches(query, row.title, row.text)]


def in_time_order(rows: Iterable[Row[Any]], shift: int, *, newest_first: bool) -> Iterator[Row[Any]]:
    """Yield rows that come in the order of their ids in the exact order of publication.

    Within a minute ids come as the articles were stored, and those of a crowded minute run into the next, by
    ``shift`` at most: an article is let out once none that follows can stand before it.
    """
    waiting: list[Row[Any]] = []
    for row in rows:
        while waiting and _is_settled(waiting, row.id, shift, newest_first=newest_first):
            yield waiting.pop(-1 if newest_first else 0)
        insort(waiting, row, key=_key)
    yield from reversed(waiting) if newest_first else waiting


def _is_settled(waiting: list[Row[Any]], reached: int, shift: int, *, newest_first: bool) -> bool:
    if newest_first:
        return first_id(waiting[-1].published_at) > reached
    return first_id(waiting[0].published_at) < reached - shift


def _key(row: Any) -> Key:
    return row.published_at, row.info_code
