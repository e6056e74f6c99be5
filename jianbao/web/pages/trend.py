"""Trends: how many articles contain a query, by day, week, month or year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from jianbao.documents.coverage import say_coverage, state_filter
from jianbao.documents.trend import cover_trend
from jianbao.web.answers.errors import NotUnderstood
from jianbao.web.answers.rendering import render_page
from jianbao.web.charts.trend import MOST_BARS, draw_trend
from jianbao.web.questions.addresses import name_sources
from jianbao.web.questions.dependencies import OpenArchive
from jianbao.web.questions.limits import NotIndexed, check_index, find_limits
from jianbao.web.questions.search_form import Asked
from jianbao.web.text.language import choose_language, speak
from storage.ledger.source import UnknownSource, check_sources
from storage.records.asking import UNITS
from storage.records.coverage import ArchiveCoverage
from storage.search import (
    COMPLETELY,
    BadQuery,
    Effort,
    Hint,
    Query,
    Settled,
    Trend,
    count_trend,
    search_articles,
    settle_query,
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Counted:
    """A trend; ``whole`` says that it should have been split by source, and is too large to be at once.

    ``query`` is what was counted.
    """

    query: Query
    trend: Trend
    whole: bool
    hints: tuple[Hint, ...]


@router.get("/trend")
def show_trend(request: Request, archive: OpenArchive) -> Response:
    """Show a query's use over time, as numbers or as a share of all articles, together or by source."""
    asked = Asked.of(request)
    with archive.reading() as view:
        try:
            query = asked.read_query()
            check_sources(view, query.filter.named_sources)
            check_index(request, archive, view)
            counted = None if asked.is_empty else _count(view, asked, query, find_limits(request).trend)
        except (BadQuery, NotUnderstood, UnknownSource) as problem:
            return _show(request, view, asked, None, 400, str(problem))
        except NotIndexed as problem:
            return _show(request, view, asked, None, 503, str(problem))
        return _show(request, view, asked, counted, archive=archive.coverage(view))


def _count(view: Connection, asked: Asked, wanted: Query, quickly: Effort) -> Counted:
    """Count at once: beyond some texts as an estimate, and by source where that is quick or insisted on."""
    settled, unit, effort = settle_query(view, wanted), asked.unit, COMPLETELY if asked.exact else quickly
    query = settled.query
    count = partial(count_trend, view, query, unit, effort=effort, newest=MOST_BARS)
    if not asked.split:
        return _told(settled, count(), whole=False)
    if not asked.exact and search_articles(view, query, limit=1, collapse=False).total > effort.rows:
        return _told(settled, count(), whole=True)
    return _told(settled, count(by_source=True), whole=False)


def _told(settled: Settled, trend: Trend, *, whole: bool) -> Counted:
    return Counted(settled.query, trend, whole, settled.tell(trend.total))


def _show(
    request: Request,
    view: Connection,
    asked: Asked,
    counted: Counted | None,
    status: int = 200,
    problem: str | None = None,
    archive: ArchiveCoverage | None = None,
) -> Response:
    drawn = coverage = None
    if counted is not None and archive is not None:
        covers = cover_trend(counted.trend, counted.query, archive)
        drawn = draw_trend(counted.trend, covers, asked, speak(choose_language(request)))
        coverage = say_coverage(state_filter(archive, counted.query.filter))
    return render_page(
        request,
        view,
        "trend.html",
        status,
        asked=asked,
        units=UNITS,
        counted=counted,
        trend=drawn,
        coverage=coverage,
        problem=problem,
        names=name_sources(view),
    )
