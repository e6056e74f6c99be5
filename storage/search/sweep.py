"""One pass over the articles that may answer a query, in the order of their publication.

What the index proposes is looked at again in the text, so that what comes out is exactly what matches.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, null, true

from storage.article_lists import select_matching
from storage.articles import first_id
from storage.schema import article
from storage.search.copies import Key, list_copies, matches_article
from storage.search.expression import search
from storage.search.match import matches
from storage.search.query import Query
from storage.search.way import Way, choose_way, select_candidates, select_owed, split_rewritten
from storage.search.written import answers_as_written
from storage.stories import list_earlier_members

_AT_ONCE = 50
_KNOWN = (article.c.id, article.c.info_code, article.c.published_at, article.c.duplicate_of)
_TOLD = (*_KNOWN, true().label("answers"))
_TO_READ = (*_KNOWN, article.c.title, article.c.text, null().label("answers"))


class Sweep:
    """A pass over the articles that may match; an iterator of those that do.

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
        self._matching = self._match()

    def count_on(self, most: int) -> int:
        """Go on until so many proposals have been examined; return how many matches that were in all."""
        self.most = most
        deque(self._matching, maxlen=0)
        return self.found + self.owed

    def __iter__(self) -> Iterator[Row[Any]]:
        return self

    def __next__(self) -> Row[Any]:
        return next(self._matching)

    def _match(self) -> Iterator[Row[Any]]:
        for row in self._candidates():
            if self.most is not None and self.examined >= self.most:
                self.was_cut = True
                return
            is_owed = row.id in self.way.owed
            self.examined += not is_owed
            self.reached = row.id
            if self._answers(row) and not self._is_hidden(row):
                self.found += not is_owed
                self.owed += is_owed
                yield row

    def _candidates(self) -> Iterator[Row[Any]]:
        if self.way.expression is None:
            columns = _TOLD if self.way.is_told else _TO_READ
            wanted = self._query.filter.with_copies
            query = select_matching(wanted, *columns, newest_first=self._newest_first, after=self._after)
            yield from self._fetch(query)
            return
        streams = map(self._fetch, self._proposals())
        rows = filter(self._is_in_range, merge(*streams, key=attrgetter("id"), reverse=self._newest_first))
        yield from in_time_order(rows, self.way.state.largest_shift, newest_first=self._newest_first)

    def _proposals(self) -> Iterator[Select[Any]]:
        """Yield queries by id: for what need not be read, what must be, and what is not in the index yet."""
        for query in self._indexed():
            yield self._in_order(query.where(*self._start()), search.c.rowid)
        if self.way.owed:
            yield self._in_order(select_owed(self._query, self.way, *_TO_READ), article.c.id)

    def _indexed(self) -> Iterator[Select[Any]]:
        if self.way.is_told:
            yield select_candidates(self._query, self.way, *_TOLD)
            return
        answers = answers_as_written(self._query)
        if answers is None:
            yield select_candidates(self._query, self.way, *_TO_READ)
            return
        as_written, rewritten = split_rewritten(self.way)
        yield select_candidates(self._query, as_written, *_KNOWN, answers.label("answers"))
        yield select_candidates(self._query, rewritten, *_TO_READ)

    def _in_order(self, query: Select[Any], id_: ColumnElement[Any]) -> Select[Any]:
        return query.order_by(id_.desc() if self._newest_first else id_)

    def _fetch(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self._connection.execute(query, execution_options={"yield_per": _AT_ONCE})

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

    def _answers(self, row: Row[Any]) -> bool:
        if row.answers is None:
            return matches(self._query, row.title, row.text)
        return bool(row.answers)

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
