"""Issues of digital newspapers: the pages of a day side by side, and one page with what stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from jianbao.web.answers.errors import NotShown
from jianbao.web.answers.rendering import render_page
from jianbao.web.charts.sheet import Sheet, draw_sheet
from jianbao.web.questions.addresses import ask_day, ask_source
from jianbao.web.questions.dependencies import OpenArchive
from storage.ledger.issue import find_issue, list_pages
from storage.ledger.issue_articles import IssueEntry, entries_of, list_issue_articles, list_neighbours
from storage.ledger.picture import list_facsimiles
from storage.records import IssuePage, StoredIssue, StoredPicture
from storage.records.saying import say

router = APIRouter()

Place = Annotated[int, Path(ge=1, le=9999)]


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """One page of an issue: what stands on it, and its facsimile where that is archived."""

    page: IssuePage
    entries: list[IssueEntry]
    sheet: Sheet
    pdf: StoredPicture | None


@router.get("/issue/{slug}/{day}")
def show_issue(request: Request, archive: OpenArchive, slug: str, day: str) -> Response:
    """Show the pages of a day's issue with the articles on each."""
    asked = ask_day(day)
    with archive.reading() as view:
        source = ask_source(view, slug)
        issue = _ask_issue(view, slug, asked)
        entries = list_issue_articles(view, slug, asked)
        pages = _print_pages(view, slug, asked, entries)
        placed = {entry.info_code for page in pages for entry in page.entries}
        before, after = list_neighbours(view, slug, asked)
        return render_page(
            request,
            view,
            "issue.html",
            source=source,
            day=asked,
            issue=issue,
            pages=pages,
            entries=entries,
            others=[entry for entry in entries if entry.info_code not in placed],
            before=before,
            after=after,
        )


@router.get("/issue/{slug}/{day}/{place}")
def show_issue_page(request: Request, archive: OpenArchive, slug: str, day: str, place: Place) -> Response:
    """Show one page of an issue: its facsimile, on which each article's area leads to it."""
    asked = ask_day(day)
    with archive.reading() as view:
        source = ask_source(view, slug)
        issue = _ask_issue(view, slug, asked)
        pages = _print_pages(view, slug, asked, list_issue_articles(view, slug, asked))
        found = next((one for one in pages if one.page.order == place), None)
        if found is None:
            raise NotShown(say("reader.no_page", day=str(day), place=place))
        number = pages.index(found)
        before, after = list_neighbours(view, slug, asked)
        return render_page(
            request,
            view,
            "issue_page.html",
            source=source,
            day=asked,
            issue=issue,
            pages=pages,
            shown=found,
            page_before=pages[number - 1] if number else None,
            page_after=pages[number + 1] if number + 1 < len(pages) else None,
            before=before,
            after=after,
        )


def _ask_issue(view: Connection, slug: str, day: date) -> StoredIssue:
    """Return what is known of an issue; raise `NotShown` where nothing is."""
    if (found := find_issue(view, slug, day)) is not None:
        return found
    raise NotShown(say("reader.no_issue", source=slug, day=str(day)))


def _print_pages(view: Connection, slug: str, day: date, entries: list[IssueEntry]) -> list[PrintedPage]:
    facsimiles = {
        url: one for url, one in list_facsimiles(view, slug, day).items() if one.state == "archived"
    }
    return [
        PrintedPage(
            page,
            on_page := entries_of(page, entries),
            draw_sheet(page, facsimiles, {entry.info_code: entry.title for entry in on_page}),
            facsimiles.get(page.pdf) if page.pdf else None,
        )
        for page in list_pages(view, slug, day)
    ]
