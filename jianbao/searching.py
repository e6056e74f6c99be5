"""Answers to queries, as `search --json` and the API have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from jianbao.presenting import present_item
from storage.archive import Archive
from storage.article_lists import list_article_sources
from storage.search import (
    AT_ONCE,
    Effort,
    Found,
    Hit,
    Order,
    Piece,
    Query,
    build_part,
    count_index_bytes,
    count_unindexed,
    create_index,
    merge_index,
    read_index_state,
    search_articles,
)


def read_search(  # noqa: PLR0913 - a search has that many sides
    archive: Archive,
    query: Query,
    order: Order = "newest",
    limit: int = 20,
    offset: int = 0,
    *,
    after: str | None = None,
    collapse: bool = True,
    effort: Effort = AT_ONCE,
) -> dict[str, Any]:
    """Return a page of the articles that answer a query; raise `BadQuery` for a bad cursor."""
    with archive.reading() as connection:
        found = search_articles(
            connection, query, order, limit, offset, after=after, collapse=collapse, effort=effort
        )
        codes = [hit.stored.article.info_code for hit in found.hits]
        sources = list_article_sources(connection, codes)
    return present_found(query, order, found, sources)


def present_found(query: Query, order: Order, found: Found, sources: dict[str, list[str]]) -> dict[str, Any]:
    """Return a page of hits as `search --json` prints it."""
    return {
        "query": query.text,
        "order": order,
        "total": found.total,
        "exact": found.exact,
        "items": [present_hit(hit, sources.get(hit.stored.article.info_code, ())) for hit in found.hits],
        "next": found.next,
        "note": found.note,
    }


def present_hit(hit: Hit, sources: Sequence[str]) -> dict[str, Any]:
    """Return an article as lists have it, its snippet with the places of the hits: [start, end) each."""
    return {
        **present_item(hit.stored, sources),
        "snippet": "".join(piece.text for piece in hit.snippet),
        "snippet_hits": _places(hit.snippet),
        "title_hits": _places(hit.title),
    }


def rebuild_index(archive: Archive, *, anew: bool) -> Iterator[int]:
    """Build the search index, anew or from where it was left; yield how many articles each step did.

    Crawls may go on meanwhile; an interrupted build goes on where it was.
    """
    with archive.writing() as connection:
        if anew:
            create_index(connection)
    while True:
        with archive.writing() as connection:
            done = build_part(connection)
        yield done
        if not done:
            break
    with archive.writing() as connection:
        merge_index(connection)


def is_half_built(archive: Archive) -> bool:
    """Return whether an earlier building of the index, by this version, was left before its end."""
    with archive.reading() as connection:
        state = read_index_state(connection)
    return state.is_of_this_version and not state.is_current


def describe_index(archive: Archive) -> dict[str, Any]:
    """Return the state of the index as `reindex --json` prints it; sizes are bytes."""
    with archive.reading() as connection:
        state = read_index_state(connection)
        return {
            "version": state.version,
            "current": state.is_current,
            "left": count_unindexed(connection),
            "bytes": count_index_bytes(connection),
        }


def _places(pieces: Sequence[Piece]) -> list[list[int]]:
    places: list[list[int]] = []
    start = 0
    for piece in pieces:
        if piece.hit:
            places.append([start, start + len(piece.text)])
        start += len(piece.text)
    return places
