"""Ways to the answers: which articles the index proposes for a query, and whether that settles it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from storage.articles.article import first_id
from storage.articles.lists import ArticleFilter, filter_conditions, select_matching
from storage.database.schema import article
from storage.search.expression import any_of, pick_rarest, search, tokens_match, with_token, without_token
from storage.search.index import IndexState, list_owed, read_index_state
from storage.search.query import Query, Word
from storage.search.tokens import REWRITTEN, is_told_by_tokens, query_tokens

FEW = 300
"""Articles that a filter leaves, whose texts are read as fast as the index."""
_FEW_TOKENS = 2
_SHORT = 3  # tokens of a word of four characters


@dataclass(frozen=True, slots=True)
class Way:
    """How the answers to a query are found: by which tokens, and whether these alone decide.

    Without an expression the texts themselves are read: the index cannot help, or is not there yet. ``owed``
    are articles that the index does not hold yet, whose texts are read besides. ``is_single`` says that it
    asks for one token.
    """

    state: IndexState
    expression: str | None
    is_told: bool
    owed: tuple[int, ...] = ()
    is_single: bool = False


def choose_way(connection: Connection, query: Query, few: int = FEW) -> Way:
    """Return how to find the answers: by the index, or by reading texts where a filter leaves ``few``."""
    state = read_index_state(connection)
    if not query.groups:
        return Way(state, None, is_told=True)
    if (
        not state.is_current
        or not all(group.words for group in query.groups)
        or _is_narrow(connection, query, few)
    ):
        return Way(state, None, is_told=False)
    alternatives = [
        (_tokens(connection, group.words), _tokens(connection, filter(_is_told, group.excluded)))
        for group in query.groups
    ]
    is_told = all(_is_told(word) for group in query.groups for word in (*group.words, *group.excluded))
    owed = list_owed(connection) if state.owed else ()
    is_single = sum(len(held) + len(excluded) for held, excluded in alternatives) == 1
    return Way(state, any_of(alternatives), is_told, owed, is_single)


def split_rewritten(way: Way) -> tuple[Way, Way]:
    """Return the ways to those texts that can be searched as they are written, and to all others."""
    assert way.expression is not None
    return (
        replace(way, expression=without_token(way.expression, REWRITTEN)),
        replace(way, expression=with_token(way.expression, REWRITTEN)),
    )


def select_candidates(query: Query, way: Way, *columns: Any) -> Select[Any]:
    """Return a query for the articles that the index proposes, within the filter but for its exact days."""
    assert way.expression is not None
    return (
        select(*columns)
        .select_from(search.join(article, article.c.id == search.c.rowid))
        .where(tokens_match(way.expression), *id_range(query.filter, way, search.c.rowid))
        .where(*_filter_but_days(query.filter))
    )


def select_owed(query: Query, way: Way, *columns: Any) -> Select[Any]:
    """Return a query for the articles that the index does not hold yet, within the filter."""
    return select(*columns).where(article.c.id.in_(way.owed), *filter_conditions(query.filter))


def id_range(wanted: ArticleFilter, way: Way, id_: Any) -> list[ColumnElement[bool]]:
    """Return what must hold of the ids of articles from the days asked for; a few others pass as well."""
    since = [] if wanted.since is None else [id_ >= first_id(wanted.since)]
    until = [] if wanted.until is None else [id_ <= first_id(wanted.until) + way.state.largest_shift]
    return since + until


def exact_days(query: Query) -> list[ColumnElement[bool]]:
    """Return what must hold of an article's time: ids tell its minute only, and not that of a crowded one."""
    return filter_conditions(ArticleFilter(since=query.filter.since, until=query.filter.until))


def _filter_but_days(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    """Return the filter's conditions, but for the days: an id is never below its minute's first."""
    return filter_conditions(replace(wanted, since=None, until=None))


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


def _is_narrow(connection: Connection, query: Query, few: int) -> bool:
    """Return whether the filter leaves no more articles than so many."""
    wanted = query.filter
    if not (wanted.sources or wanted.media or wanted.authors or wanted.securities):
        return False
    found = select_matching(wanted.with_copies, article.c.id).limit(few + 1).subquery()
    return connection.execute(select(func.count()).select_from(found)).scalar_one() <= few
