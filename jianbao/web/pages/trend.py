"""Trends: how many articles contain a query, by day, week, month or year."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from jianbao.crawling import UnknownSource, check_sources
from jianbao.web.asking import name_sources
from jianbao.web.errors import NotUnderstood
from jianbao.web.index_guard import NotIndexed, check_index
from jianbao.web.language import choose_language, speak
from jianbao.web.opened import OpenArchive
from jianbao.web.rendering import render_page
from jianbao.web.searching import UNITS, Asked
from jianbao.web.trend_chart import TrendChart, draw_trend
from storage.search import BadQuery, count_trend

router = APIRouter()


@router.get("/trend")
def show_trend(request: Request, archive: OpenArchive) -> Response:
    """Show a query's use over time, as numbers or as a share of all articles, together or by source."""
    asked = Asked.of(request)
    with archive.reading() as view:
        try:
            check_sources(archive, asked.query.filter.named_sources)
            check_index(request, archive)
            trend = None if asked.is_empty else _draw(request, view, asked)
        except (BadQuery, NotUnderstood, UnknownSource) as problem:
            return _show(request, view, asked, None, 400, str(problem))
        except NotIndexed as problem:
            return _show(request, view, asked, None, 503, str(problem))
        return _show(request, view, asked, trend)


def _draw(request: Request, view: Connection, asked: Asked) -> TrendChart:
    trend = count_trend(view, asked.query, asked.unit, by_source=bool(asked.split))
    return draw_trend(trend, asked, speak(choose_language(request)))


def _show(
    request: Request,
    view: Connection,
    asked: Asked,
    trend: TrendChart | None,
    status: int = 200,
    problem: str | None = None,
) -> Response:
    return render_page(
        request,
        view,
        "trend.html",
        status,
        asked=asked,
        units=UNITS,
        trend=trend,
        problem=problem,
        names=name_sources(view),
    )
