"""Atom feeds: all articles, one source, one search. What an address gives is the newest by publication."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from jianbao.exporting.atom import MEDIA_TYPE, FeedEntry, FeedFacts, entry_of, write_feed
from jianbao.web.answers.errors import NotShown
from jianbao.web.api.questions import FeedQuestion
from jianbao.web.questions.dependencies import OpenArchive
from jianbao.web.questions.limits import check_index
from storage.articles.lists import ArticleFilter, list_article_sources, list_articles
from storage.articles.revision import list_wording_times
from storage.ledger.source import check_sources, find_source, list_sources
from storage.records import StoredArticle
from storage.search import search_articles, settle_query

router = APIRouter(prefix="/feeds", include_in_schema=False)
_ASKED = frozenset(field.alias or name for name, field in FeedQuestion.model_fields.items()) - {"limit"}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/all.atom")
def feed_all(request: Request, archive: OpenArchive, limit: Limit = 50) -> Response:
    """Return the newest articles of all sources."""
    with archive.reading() as view:
        found = list_articles(view, ArticleFilter(), limit)
        facts = _facts(request, view, "剪报", page="/")
        return _answer(request, view, facts, found)


@router.get("/source/{slug}.atom")
def feed_source(slug: str, request: Request, archive: OpenArchive, limit: Limit = 50) -> Response:
    """Return the newest articles that a source listed; raise `NotShown` when there is no such source."""
    with archive.reading() as view:
        row = find_source(view, slug)
        if row is None:
            raise NotShown(f"there is no source {slug}: /api/v1/sources names them all")
        found = list_articles(view, ArticleFilter(sources=(slug,)), limit)
        facts = _facts(request, view, row.name, page=f"/source/{quote(slug, safe='')}")
        return _answer(request, view, facts, found)


@router.get("/search.atom")
def feed_search(request: Request, archive: OpenArchive, asked: Annotated[FeedQuestion, Query()]) -> Response:
    """Return the newest articles that a query finds; raise what the API's search does, or `NotIndexed`."""
    query = asked.query()
    with archive.reading() as view:
        check_sources(view, query.filter.named_sources)
        check_index(request, archive, view)
        query = settle_query(view, query).query
        found = [hit.stored for hit in search_articles(view, query, limit=asked.limit).hits]
        facts = _facts(request, view, f"剪报：{asked.q}", page=f"/search{_query(request)}")
        return _answer(request, view, facts, found)


def _facts(request: Request, view: Connection, title: str, page: str) -> FeedFacts:
    """Return what a feed says of itself: while it is empty, it is as old as the archive's first source."""
    base = str(request.base_url).rstrip("/")
    return FeedFacts(
        identity=f"tag:jianbao,2026:{quote(request.url.path)}{_query(request)}",
        title=title,
        updated=min((row.added_at for row in list_sources(view)), default=_NEVER),
        links=(
            ("self", f"{base}{quote(request.url.path)}{_query(request)}"),
            ("alternate", f"{base}{page}"),
        ),
    )


def _query(request: Request) -> str:
    """Return what the feed was asked for, without how much of it."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name in _ASKED]
    return f"?{urlencode(asked)}" if asked else ""


def _answer(request: Request, view: Connection, facts: FeedFacts, found: Sequence[StoredArticle]) -> Response:
    """Return a feed, or 304 to a reader that says it knows what was there at its last change."""
    entries = _entries(request, view, found)
    updated = max((entry.updated for entry in entries), default=facts.updated)
    headers = {"Last-Modified": format_datetime(updated, usegmt=True)}
    if _is_known(request, updated):
        return Response(status_code=304, headers=headers)
    out = io.BytesIO()
    write_feed(out, replace(facts, updated=updated), entries)
    return Response(out.getvalue(), headers=headers, media_type=f"{MEDIA_TYPE}; charset=utf-8")


def _entries(request: Request, view: Connection, found: Sequence[StoredArticle]) -> list[FeedEntry]:
    """Return the entries of articles: by their newspaper, filed under the sources that listed them."""
    base = str(request.base_url).rstrip("/")
    codes = [stored.article.info_code for stored in found]
    seen, sources = list_wording_times(view, codes), list_article_sources(view, codes)
    return [
        replace(
            entry_of(
                stored,
                seen.get(code, stored.first_seen_at),
                (("alternate", f"{base}/article/{code}"), ("via", stored.article.url)),
            ),
            author=stored.article.media,
            categories=tuple(sources.get(code, ())),
        )
        for code, stored in zip(codes, found, strict=True)
    ]


def _is_known(request: Request, updated: datetime) -> bool:
    """Return whether a reader without our ETag has seen the feed since its last change (RFC 9110, 13.1.3)."""
    if "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, OverflowError):
        return False
    return since.tzinfo is not None and updated.replace(microsecond=0) <= since
