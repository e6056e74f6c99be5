"""Answers to queries and lists, as `search --json`, `list --json` and the API have them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from jianbao.documents.article import present_item
from jianbao.documents.document import Document
from storage.articles.lists import ArticleFilter, count_articles, list_article_sources, list_articles
from storage.search import (
    AT_ONCE,
    Effort,
    Found,
    Hit,
    Order,
    Piece,
    Query,
    Settled,
    search_articles,
    settle_names,
    settle_query,
)


def read_list(view: Connection, wanted: ArticleFilter, limit: int, offset: int) -> Document:
    """Return one page of articles, and how many match in all."""
    wanted, hints = settle_names(view, wanted)
    total = count_articles(view, wanted)
    found = list_articles(view, wanted, limit, offset)
    sources = list_article_sources(view, [stored.article.info_code for stored in found])
    items = [present_item(stored, sources.get(stored.article.info_code, [])) for stored in found]
    return {"total": total, "items": items, "hints": [hint.sentence for hint in hints]}


def read_search(  # noqa: PLR0913 - a search has that many sides
    view: Connection,
    query: Query,
    order: Order = "newest",
    limit: int = 20,
    offset: int = 0,
    *,
    after: str | None = None,
    collapse: bool = True,
    effort: Effort = AT_ONCE,
) -> Document:
    """Return a page of the articles that answer a query; raise `BadQuery` for a bad cursor."""
    settled = settle_query(view, query)
    found = search_articles(
        view, settled.query, order, limit, offset, after=after, collapse=collapse, effort=effort
    )
    codes = [hit.stored.article.info_code for hit in found.hits]
    sources = list_article_sources(view, codes)
    return present_found(settled, order, found, sources)


def present_found(settled: Settled, order: Order, found: Found, sources: dict[str, list[str]]) -> Document:
    """Return a page of hits as `search --json` prints it."""
    return {
        "query": settled.query.text,
        "order": order,
        "total": found.total,
        "exact": found.exact,
        "items": [present_hit(hit, sources.get(hit.stored.article.info_code, ())) for hit in found.hits],
        "next": found.next,
        "note": found.note,
        "hints": [hint.sentence for hint in settled.tell(found.total)],
    }


def present_hit(hit: Hit, sources: Sequence[str]) -> Document:
    """Return an article as lists have it, its snippet with the places of the hits: [start, end) each."""
    return {
        **present_item(hit.stored, sources),
        "snippet": "".join(piece.text for piece in hit.snippet),
        "snippet_hits": _places(hit.snippet),
        "title_hits": _places(hit.title),
    }


def _places(pieces: Sequence[Piece]) -> list[list[int]]:
    places: list[list[int]] = []
    start = 0
    for piece in pieces:
        if piece.hit:
            places.append([start, start + len(piece.text)])
        start += len(piece.text)
    return places
