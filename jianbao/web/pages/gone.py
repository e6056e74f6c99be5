"""What has vanished: archived articles whose pages are no longer there, by day and newspaper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.addresses import ask_source, name_sources
from jianbao.web.questions.dependencies import OpenArchive
from storage.articles.headlines import Headline
from storage.articles.vanished import VanishedPage, list_vanished
from storage.ledger.checks import count_vanished
from storage.records.look import Look
from storage.records.press_days import press_day
from storage.records.saying import Saying, say

router = APIRouter()

_PAGE = 50
_LAST_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A vanished page: its article, the look that missed it last, and what that found; None: none is kept."""

    headline: Headline
    look: Look | None
    found: Saying | None


@dataclass(frozen=True, slots=True)
class VanishedDay:
    """What vanished of one day of publication, newspaper by newspaper: "" for those that name none."""

    day: date
    newspapers: dict[str, list[ShownPage]]


@router.get("/gone")
def show_gone(
    request: Request,
    archive: OpenArchive,
    source: str = "",
    page: Annotated[int, Query(ge=1, le=_LAST_PAGE)] = 1,
) -> Response:
    """Show a page of the articles whose pages have vanished, the newest published first."""
    with archive.reading() as view:
        if source:
            ask_source(view, source)
        asked = source or None
        found = list_vanished(view, source=asked, limit=_PAGE + 1, offset=(page - 1) * _PAGE)
        return render_page(
            request,
            view,
            "gone.html",
            days=_group(found[:_PAGE]),
            count=count_vanished(view, asked),
            source=source,
            page=page,
            more=len(found) > _PAGE,
            names=name_sources(view),
        )


def _group(pages: Iterable[VanishedPage]) -> list[VanishedDay]:
    """Return the pages by day and newspaper, days and articles in the order in which they came."""
    days = []
    for day, some in groupby(pages, lambda one: press_day(one.headline.published_at)):
        newspapers: dict[str, list[ShownPage]] = {}
        for one in some:
            newspapers.setdefault(one.headline.media or "", []).append(_show(one))
        days.append(VanishedDay(day, newspapers))
    return days


def _show(page: VanishedPage) -> ShownPage:
    found = say(f"check.is_{page.look.found}") if page.look is not None else None
    return ShownPage(page.headline, page.look, found)
