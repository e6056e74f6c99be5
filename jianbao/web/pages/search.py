"""Search: the form, what matches with the hits marked, and the word's use over the months."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Query as Parameter
from sqlalchemy import Connection

from jianbao.documents.coverage import say_coverage, state_filter
from jianbao.documents.trend import cover_trend
from jianbao.web.answers.errors import NotUnderstood
from jianbao.web.answers.rendering import render_page
from jianbao.web.charts.trend import MOST_BARS, TrendChart, draw_trend
from jianbao.web.questions.dependencies import OpenArchive
from jianbao.web.questions.limits import NotIndexed, check_index
from jianbao.web.questions.search_form import LAST_PAGE, PAGE, Asked
from jianbao.web.text.language import choose_language, speak
from storage.articles.lists import list_article_sources
from storage.ledger.source import UnknownSource, check_sources, list_sources
from storage.records.asking import ORDERS
from storage.records.coverage import ArchiveCoverage
from storage.search import AT_ONCE, BadQuery, Query, count_trend, search_articles, settle_query

router = APIRouter()

_CHARTED = 1_000
"""More articles take longer to count by month than a page may: the link leads to their trend."""


@router.get("/search")
def show_search(
    request: Request,
    archive: OpenArchive,
    after: str | None = None,
    page: Annotated[int, Parameter(ge=1, le=LAST_PAGE)] = 1,
) -> Response:
    """Show the articles that match, newest first unless asked otherwise; a bad query is one sentence."""
    asked = Asked.of(request)
    with archive.reading() as view:
        try:
            query = asked.read_query()
            check_sources(view, query.filter.named_sources)
            check_index(request, archive, view)
            return _show_found(request, view, archive.coverage(view), asked, query, after, page)
        except (BadQuery, NotUnderstood, UnknownSource) as problem:
            return _show_form(request, view, asked, 400, str(problem))
        except NotIndexed as problem:
            return _show_form(request, view, asked, 503, str(problem))


def _show_found(
    request: Request,
    view: Connection,
    archive: ArchiveCoverage,
    asked: Asked,
    query: Query,
    after: str | None,
    page: int,
) -> Response:
    settled, order = settle_query(view, query), asked.checked_order
    query = settled.query
    offset = (page - 1) * PAGE if order == "relevance" else 0
    found = search_articles(
        view, query, order=order, limit=PAGE, offset=offset, after=after if order != "relevance" else None
    )
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
        hints=settled.tell(found.total),
        listed_by=list_article_sources(view, codes),
        coverage=say_coverage(state_filter(archive, query.filter)),
        months=_draw_months(request, view, archive, asked, query)
        if found.exact and 1 < found.total <= _CHARTED
        else None,
        first=after is None and page == 1,
        older=_older(asked, found, order, page),
    )


def _draw_months(
    request: Request, view: Connection, archive: ArchiveCoverage, asked: Asked, query: Query
) -> TrendChart | None:
    """Return the chart of the months, None when there is but one."""
    if asked.is_empty:
        return None
    trend = count_trend(view, query, "month", with_all=False, effort=AT_ONCE, newest=MOST_BARS)
    covers = cover_trend(trend, query, archive)
    drawn = draw_trend(trend, covers, asked, speak(choose_language(request)))
    return drawn if len(drawn.rows) > 1 else None


def _older(asked: Asked, found: object, order: str, page: int) -> str | None:
    """Return the address of the next page, None on the last."""
    if order == "relevance":
        more = page < LAST_PAGE and page * PAGE < getattr(found, "total", 0)
        return asked.at("/search", page=str(page + 1)) if more else None
    cursor = getattr(found, "next", None)
    return asked.at("/search", after=cursor) if cursor else None


def _show_form(request: Request, view: Connection, asked: Asked, status: int, problem: str) -> Response:
    return render_page(
        request,
        view,
        "search.html",
        status,
        asked=asked,
        orders=ORDERS,
        sources=list_sources(view),
        problem=problem,
        found=None,
        hints=(),
        months=None,
        coverage=None,
        first=True,
        older=None,
        listed_by={},
    )
