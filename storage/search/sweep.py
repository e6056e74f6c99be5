"""One pass over the articles that may answer a query, in the order of their publication.

What the index proposes is looked at again in the text, so that what comes out is exactly what matches.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from storage.article_lists import ArticleFilter, filter_conditions, select_matching
from storage.articles import first_id
from storage.batches import batches
from storage.schema import article
from storage.search.index import IndexState, any_of, pick_rarest, read_index_state, search, tokens_match
from storage.search.match import matches
from storage.search.query import Query, Word
from storage.search.tokens import is_told_by_tokens, query_tokens
from storage.stories import list_earlier_members

Key = tuple[datetime, str]
"""Where an article stands in the order of publication: its time, then its info code."""

_FEW = 300
_FEW_TOKENS = 2
_SHORT = 3  # tokens of a word of four characters
_AT_ONCE = 50
_COLUMNS = (article.c.id, article.c.info_code, article.c.published_at, article.c.duplicate_of)
_TEXTS = (article.c.title, article.c.text)


@dataclass(frozen=True, slots=True)
class Way:
    """How the answers to a query are found: by which tokens, and whether these alone decide.

    Without an expression the texts themselves are read: the index cannot help, or is not there yet.
    """

    state: IndexState
    expression: str | None
    is_told: bool


class Sweep:
    """A pass over the articles that may match; yields those that do.

    ``examined`` counts the articles that were looked at, ``reached`` is the id of the last one. A pass with
    a ``most`` ends after so many, one with ``down_to`` at that id; ``was_cut`` says that ``most`` ended it.
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
        self.examined = 0
        self.reached = 0
        self.was_cut = False
        self._most = most
        self._down_to = down_to
        self._connection = connection
        self._query = query
        self._newest_first = newest_first
        self._after = after
        self._collapse = collapse

    def __iter__(self) -> Iterator[Row[Any]]:
        for row in self._candidates():
            if self.examined == self._most:
                self.was_cut = True
                return
            self.examined += 1
            self.reached = row.id
            if self._matches(row) and not self._is_hidden(row):
                yield row

    def _candidates(self) -> Iterator[Row[Any]]:
        texts = () if self.way.is_told else _TEXTS
        if self.way.expression is None:
            wanted = self._query.filter.with_copies
            query = select_matching(
                wanted, *_COLUMNS, *texts, newest_first=self._newest_first, after=self._after
            )
            yield from self._fetch(query)
            return
        query = select_candidates(self._query, self.way, *_COLUMNS, *texts)
        order = search.c.rowid.desc() if self._newest_first else search.c.rowid
        query = query.where(*self._start()).order_by(order)
        rows = filter(self._is_in_range, self._fetch(query))
        yield from in_time_order(rows, self.way.state.largest_shift, newest_first=self._newest_first)

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
        key = (row.published_at, row.info_code)
        return key < self._after if self._newest_first else key > self._after

    def _matches(self, row: Row[Any]) -> bool:
        if self.way.is_told:
            return True
        return matches(self._query, row.title, row.text)

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


def choose_way(connection: Connection, query: Query) -> Way:
    """Return how to find the answers: by the index, or by reading the few texts that the filter leaves."""
    state = read_index_state(connection)
    if not query.groups:
        return Way(state, None, is_told=True)
    if (
        not state.is_current
        or not all(group.words for group in query.groups)
        or _leaves_few(connection, query)
    ):
        return Way(state, None, is_told=False)
    alternatives = [
        (_tokens(connection, group.words), _tokens(connection, filter(_is_told, group.excluded)))
        for group in query.groups
    ]
    is_told = all(_is_told(word) for group in query.groups for word in (*group.words, *group.excluded))
    return Way(state, any_of(alternatives), is_told)


def select_candidates(query: Query, way: Way, *columns: Any) -> Select[Any]:
    """Return a query for the articles that the index proposes, within the filter but for its exact days."""
    assert way.expression is not None
    wanted = query.filter
    # The days by ids, which are those of the index: an article's id is never below its minute's first.
    return (
        select(*columns)
        .select_from(search.join(article, article.c.id == search.c.rowid))
        .where(tokens_match(way.expression), *id_range(wanted, way, search.c.rowid))
        .where(*filter_conditions(replace(wanted, since=None, until=None)))
    )


def id_range(wanted: ArticleFilter, way: Way, id_: Any) -> list[ColumnElement[bool]]:
    """Return what must hold of the ids of articles from the days asked for; a few others pass as well."""
    since = [] if wanted.since is None else [id_ >= first_id(wanted.since)]
    until = [] if wanted.until is None else [id_ <= first_id(wanted.until) + way.state.largest_shift]
    return since + until


def exact_days(query: Query) -> list[ColumnElement[bool]]:
    """Return what must hold of an article's time: ids tell its minute only, and not that of a crowded one."""
    return filter_conditions(ArticleFilter(since=query.filter.since, until=query.filter.until))


def list_copies(connection: Connection, firsts: Iterable[str]) -> dict[str, list[tuple[str, Key]]]:
    """Return for each article that has copies all articles of its text, itself the first, and their keys."""
    copies: dict[str, list[tuple[str, Key]]] = {}
    for codes in batches(dict.fromkeys(firsts)):
        rows = connection.execute(
            select(article.c.info_code, article.c.published_at, article.c.duplicate_of)
            .where(or_(article.c.info_code.in_(codes), article.c.duplicate_of.in_(codes)))
            .order_by(article.c.published_at, article.c.info_code)
        )
        for row in rows:
            copies.setdefault(row.duplicate_of or row.info_code, []).append((row.info_code, _key(row)))
    return copies


def matches_article(connection: Connection, query: Query, info_code: str) -> bool:
    """Return whether one article answers the query."""
    row = connection.execute(
        select(*_TEXTS).where(article.c.info_code == info_code, *filter_conditions(query.filter))
    ).first()
    return row is not None and matches(query, row.title, row.text)


def matching_articles(connection: Connection, query: Query, info_codes: Iterable[str]) -> set[str]:
    """Return those of the articles that answer the query."""
    found = set[str]()
    for codes in batches(dict.fromkeys(info_codes)):
        rows = select(article.c.info_code, *_TEXTS).where(article.c.info_code.in_(codes))
        for row in connection.execute(rows.where(*filter_conditions(query.filter))):
            if matches(query, row.title, row.text):
                found.add(row.info_code)
    return found


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


def _tokens(connection: Connection, words: Iterable[Word]) -> list[str]:
    """Return tokens that every text with these words holds: all of a short word, the rarest of a long one.

    A rare token is read in no time and leaves few texts to look at; a common one takes long and tells little.
    """
    chosen: list[str] = []
    for word in words:
        tokens = query_tokens(word.folded, in_title=word.in_title)
        chosen += pick_rarest(connection, tokens, _FEW_TOKENS + (len(tokens) > _SHORT))
    return chosen


def _is_told(word: Word) -> bool:
    return is_told_by_tokens(word.folded)


def _leaves_few(connection: Connection, query: Query) -> bool:
    """Return whether the filter leaves so few articles that their texts are read as fast as the index."""
    wanted = query.filter
    if not (wanted.sources or wanted.media or wanted.securities):
        return False
    found = select_matching(wanted.with_copies, article.c.id).limit(_FEW + 1).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one() <= _FEW
