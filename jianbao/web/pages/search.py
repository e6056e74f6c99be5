"""Search: the form, what matches with the hits marked, and the word's use over the months."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from jianbao.web.errors import NotUnderstood
from jianbao.web.language import choose_language, speak
from jianbao.web.opened import OpenArchive
from jianbao.web.rendering import render_page
from jianbao.web.searching import LAST_PAGE, ORDERS, PAGE, Asked
from jianbao.web.trend_chart import draw_trend
from storage.article_lists import list_article_sources
from storage.search import BadQuery, count_trend, search_articles
from storage.sources import list_sources

router = APIRouter()


@router.get("/search")
def show_search(
    request: Request,
    archive: OpenArchive,
    after: str | None = None,
    page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """Show the articles that match, newest first unless asked otherwise; a bad query is one sentence."""
    asked = Asked.of(request)
    with archive.reading() as view:
        try:
            return _show_found(request, view, asked, after, page)
        except (BadQuery, NotUnderstood) as problem:
            return _show_form(request, view, asked, str(problem))


def _show_found(request: Request, view: Connection, asked: Asked, after: str | None, page: int) -> Response:
    query, order = asked.query, asked.checked_order
    offset = (page - 1) * PAGE if order == "relevance" else 0
    found = search_articles(
        view, query, order=order, limit=PAGE, offset=offset, after=after if order != "relevance" else None
    )
    say = speak(choose_language(request))
    trend = None if asked.is_empty else draw_trend(count_trend(view, query, "month"), asked, say)
    codes = [hit.stored.article.info_code for hit in found.hits]
    return render_page(
        request,
        view,
        "search.html",
        asked=asked,
        orders=ORDERS,
        sources=list_sources(view),
        problem=None,
        found=found,
        listed_by=list_article_sources(view, codes),
        chart=trend.charts[0] if trend and len(trend.rows) > 1 else None,
        first=after is None and page == 1,
        older=_older(asked, found, order, page),
    )


def _older(asked: Asked, found: object, order: str, page: int) -> str | None:
    """Return the address of the next page, None on the last."""
    if order == "relevance":
        more = page < LAST_PAGE and page * PAGE < getattr(found, "total", 0)
        return asked.at("/search", page=str(page + 1)) if more else None
    cursor = getattr(found, "next", None)
    return asked.at("/search", after=cursor) if cursor else None


def _show_form(request: Request, view: Connection, asked: Asked, problem: str) -> Response:
    return render_page(
        request,
        view,
        "search.html",
        400,
        asked=asked,
        orders=ORDERS,
        sources=list_sources(view),
        problem=problem,
        found=None,
        chart=None,
        first=True,
        older=None,
        listed_by={},
    )
