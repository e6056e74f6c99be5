"""The JSON API of issues and pictures, under `/api/v1` like the rest of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from jianbao.documents.issues import read_issue, read_issues, read_pictures
from jianbao.documents.said import tell_document
from jianbao.web.answers.errors import NotShown
from jianbao.web.api.questions import Asked, Day
from jianbao.web.api.routes import BAD, MISSING, Code
from jianbao.web.api.shapes import printed as shapes
from jianbao.web.questions.addresses import ask_day, ask_moments, ask_source
from jianbao.web.questions.dependencies import OpenArchive
from storage.articles.article import find_article
from storage.ledger.alias import resolve_code
from storage.records import canonical_info_code
from storage.records.press_days import press_day

router = APIRouter(prefix="/api/v1", responses=BAD, default_response_class=JSONResponse)

Slug = Annotated[str, Path(description="The source's slug.")]


class SpanQuestion(Asked):
    """Which days."""

    since: Day | None = Field(None, alias="from", description="From this day, month or year on.")
    until: Day | None = Field(None, alias="to", description="Up to this day, month or year, included.")

    def span(self) -> tuple[date, date]:
        """Return the first and the last day that are asked for; raise `NotUnderstood`."""
        since, until = ask_moments(self.since or "", self.until or "")
        last = press_day(until) - timedelta(days=1) if until else date.max
        return press_day(since) if since else date.min, last


@router.get(
    "/sources/{slug}/issues",
    operation_id="listIssues",
    tags=["issues"],
    response_model=shapes.Issues,
    responses=MISSING,
)
def list_issues(slug: Slug, archive: OpenArchive, asked: Annotated[SpanQuestion, Query()]) -> JSONResponse:
    """List what is known of the days of a digital newspaper, the latest first."""
    first, last = asked.span()
    with archive.reading() as view:
        ask_source(view, slug)
        return JSONResponse(
            tell_document({"source": slug, "items": read_issues(view, slug, first, last)}, "en")
        )


@router.get(
    "/sources/{slug}/issues/{day}",
    operation_id="showIssue",
    tags=["issues"],
    response_model=shapes.WholeIssue,
    responses=MISSING,
)
def show_issue(
    slug: Slug,
    day: Annotated[str, Path(description="The day, YYYY-MM-DD.", examples=["2026-03-20"])],
    archive: OpenArchive,
) -> JSONResponse:
    """Show one issue: its pages, where articles stand on them, and what is kept of them."""
    asked = ask_day(day)
    with archive.reading() as view:
        found = read_issue(view, slug, asked)
    if found is None:
        raise NotShown(f"nothing is known of an issue of {slug} on {day}")
    return JSONResponse(tell_document(found, "en"))


@router.get(
    "/articles/{info_code}/pictures",
    operation_id="listPictures",
    tags=["articles"],
    response_model=shapes.Pictures,
    responses=MISSING,
)
def list_pictures(info_code: Code, archive: OpenArchive) -> JSONResponse:
    """List the pictures of an article that are kept, are to be, or could not be had."""
    with archive.reading() as view:
        code = resolve_code(view, canonical_info_code(info_code))
        if find_article(view, code) is None:
            raise NotShown(f"{code} is not in the archive")
        return JSONResponse(tell_document({"info_code": code, "items": read_pictures(view, code)}, "en"))
