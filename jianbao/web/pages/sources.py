"""Newspapers: all of them, one with its calendar, and what one of them listed on a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from jianbao.documents.contract import say_contract
from jianbao.documents.coverage import say_coverage
from jianbao.documents.polling import read_pace
from jianbao.web.answers.rendering import render_page
from jianbao.web.charts.calendar import read_calendar
from jianbao.web.pages.newspaper_day import bounds_of
from jianbao.web.questions.addresses import ask_day, ask_source
from jianbao.web.questions.dependencies import OpenArchive
from jianbao.web.text.language import choose_language, speak
from storage.articles.headlines import find_headlines
from storage.ledger.calendar import list_newest, list_published, list_unarchived
from storage.ledger.contract import find_contract
from storage.ledger.issue_articles import list_newest_issues
from storage.ledger.source import list_sources
from storage.records.coverage import state_coverage

router = APIRouter()

_NEWEST = 30
_MISSING = 100
_ISSUES = 14


@router.get("/sources")
def show_sources(request: Request, archive: OpenArchive) -> Response:
    """List the sources with the state of their pages and of the ledger."""
    with archive.reading() as view:
        return render_page(
            request, view, "sources.html", sources=list_sources(view), states=archive.totals(view).states
        )


@router.get("/source/{slug}")
def show_source(
    request: Request,
    archive: OpenArchive,
    slug: str,
    year: Annotated[int | None, Query(ge=1990, le=2200)] = None,
) -> Response:
    """Show a source: a year of its days, what it listed last, and what is not archived."""
    say = speak(choose_language(request))
    with archive.reading() as view:
        source = ask_source(view, slug)
        coverage = archive.coverage(view)
        newest = list_newest(view, slug, _NEWEST)
        return render_page(
            request,
            view,
            "source.html",
            source=source,
            states=archive.totals(view).states.get(slug, {}),
            usual=say_contract(find_contract(view, slug), source.kind),
            coverage=say_coverage(state_coverage(coverage, (slug,))),
            pace=read_pace(view, source, datetime.now(UTC)),
            year_calendar=read_calendar(view, source, coverage.of(slug), year, say),
            newest=newest,
            headlines=find_headlines(view, [entry.info_code for entry in newest]),
            missing=list_unarchived(view, slug, limit=_MISSING),
            issues=list_newest_issues(view, slug, _ISSUES),
        )


@router.get("/source/{slug}/{day}")
def show_source_day(request: Request, archive: OpenArchive, slug: str, day: str) -> Response:
    """Show what a source listed that was published on a day, and what of that day is not archived."""
    asked = ask_day(day)
    with archive.reading() as view:
        source = ask_source(view, slug)
        published = list_published(view, slug, *bounds_of(asked))
        return render_page(
            request,
            view,
            "source_day.html",
            source=source,
            day=asked,
            published=published,
            headlines=find_headlines(view, [entry.info_code for entry in published]),
            missing=list_unarchived(view, slug, asked),
        )
