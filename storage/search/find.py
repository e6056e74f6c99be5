"""Finding: a page of the articles that answer a query, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, select

from storage.articles.article_row import read_stored
from storage.articles.lists import count_articles, list_articles
from storage.database.schema import article
from storage.records import StoredArticle
from storage.records.asking import Order
from storage.records.info_code import LONGEST_CODE, SITE_CODE_PATTERN
from storage.search.copies import Key
from storage.search.query import BadQuery, Query
from storage.search.rank import rank_articles
from storage.search.snippet import Piece, make_snippet, mark_hits
from storage.search.sweep import Begun, Sweep
from storage.search.total import AT_ONCE, Effort, Total, count_matching
from storage.search.way import Way, choose_way

_PART = 200
_CURSOR = re.compile(rf"(-?[0-9]{{1,10}}\.[0-9]{{6}})-(NW[0-9]{{18}}|{SITE_CODE_PATTERN})")
_LONGEST_CURSOR = 18 + 1 + LONGEST_CODE  # ten digits of seconds: from 1653 to 2286


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that answers a query, with its title and the place in its text that shows why."""

    stored: StoredArticle
    title: tuple[Piece, ...]
    snippet: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits. ``total`` is exact, or an estimate that says so; ``next`` asks for the page after.

    ``note`` is a sentence about how the answer was found, when that is worth knowing.
    """

    total: int
    exact: bool
    hits: tuple[Hit, ...]
    next: str | None = None
    note: str | None = None


def search_articles(  # noqa: PLR0913 - a search has that many sides
    connection: Connection,
    query: Query,
    order: Order = "newest",
    limit: int = 20,
    offset: int = 0,
    *,
    after: str | None = None,
    collapse: bool = True,
    effort: Effort = AT_ONCE,
) -> Found:
    """Return a page of the articles that answer a query; raise `BadQuery` for a cursor that is none of ours.

    With ``collapse`` an article is left out whose text also stands in an earlier one that answers the query.
    """
    if order == "relevance" and query.groups:
        return _most_relevant(connection, query, limit, offset, collapse=collapse, effort=effort)
    cursor = read_cursor(after) if after else None
    newest_first = order != "oldest"
    if not query.groups:
        wanted = replace(query.filter, with_duplicates=not collapse)
        stored = list_articles(connection, wanted, limit + 1, offset, after=cursor, newest_first=newest_first)
        total = Total(count_articles(connection, wanted), exact=True)
        return _found(query, total, stored, limit, note=None)
    way = choose_way(connection, query, effort.few)
    begun = Begun.of(
        Sweep(connection, query, newest_first=newest_first, after=cursor, collapse=collapse, way=way)
    )
    rows = list(islice(begun.rest, offset, offset + limit + 1))
    stored = read_articles(connection, [row.id for row in rows])
    if cursor is None and len(rows) <= limit and (rows or not offset):
        total = Total(offset + len(rows), exact=True)  # the page has come to the last match
    else:
        from_newest = begun if cursor is None and newest_first else None
        total = count_matching(connection, query, way, effort, collapse=collapse, begun=from_newest)
        total = total.at_least(offset + len(rows))
    return _found(query, total, stored, limit, note=_note(way))


def iterate_matches(connection: Connection, query: Query, order: Order = "oldest") -> Iterator[StoredArticle]:
    """Yield every article that answers a query, without its securities, in flat memory; copies included."""
    matching = (row.id for row in Sweep(connection, query, newest_first=order == "newest"))
    while ids := list(islice(matching, _PART)):
        yield from read_articles(connection, ids)


def read_articles(connection: Connection, ids: Sequence[int]) -> list[StoredArticle]:
    """Return articles by id, in the order asked for, without their securities."""
    rows = {row.id: row for row in connection.execute(select(article).where(article.c.id.in_(ids)))}
    return [read_stored(rows[id_], ()) for id_ in ids]


def write_cursor(stored: StoredArticle) -> str:
    """Return the cursor of the page that begins after an article."""
    published_at = stored.article.published_at
    assert published_at is not None
    return f"{published_at.timestamp():.6f}-{stored.article.info_code}"


def read_cursor(cursor: str) -> Key:
    """Return where a page begins; raise `BadQuery` for what is no cursor of ours."""
    parts = _CURSOR.fullmatch(cursor) if len(cursor) <= _LONGEST_CURSOR else None
    if parts is None:
        raise BadQuery("this is not the cursor of a page: begin again with the first one")
    return datetime.fromtimestamp(float(parts[1]), UTC), parts[2]


def _most_relevant(
    connection: Connection, query: Query, limit: int, offset: int, *, collapse: bool, effort: Effort
) -> Found:
    way = choose_way(connection, query, effort.few)
    ranked, rest = rank_articles(connection, query, way, collapse=collapse, newest=effort.ranked)
    stored = read_articles(connection, ranked[offset : offset + limit])
    note = _note(way)
    total = Total(len(ranked), exact=True)
    if rest is not None:
        total = count_matching(connection, query, way, effort, collapse=collapse, begun=rest)
        note = f"the {len(ranked):,} best of the newest matches were ranked"
    return replace(_found(query, total, stored, limit, note=note), next=None)


def _found(query: Query, total: Total, stored: list[StoredArticle], limit: int, *, note: str | None) -> Found:
    shown = stored[:limit]
    return Found(
        total=total.count,
        exact=total.exact,
        hits=tuple(_hit(each, query) for each in shown),
        next=write_cursor(shown[-1]) if shown and len(stored) > limit else None,
        note=note,
    )


def _hit(stored: StoredArticle, query: Query) -> Hit:
    return Hit(
        stored,
        mark_hits(stored.article.title, query, in_title=True),
        make_snippet(stored.article.text, query),
    )


def _note(way: Way) -> str | None:
    if way.state.is_current:
        return None
    return "the search index is not up to date, so the texts themselves were read: run `jianbao reindex`"
