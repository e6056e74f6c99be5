"""What has vanished: archived articles whose pages are no longer there, by day and newspaper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from fastapi import APIRouter, Request, Response

from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.addresses import AskedPage, name_sources
from jianbao.web.questions.dependencies import OpenArchive
from storage.articles.headlines import Headline
from storage.articles.vanished import VanishedPage, list_vanished
from storage.ledger.checks import count_vanished
from storage.records.look import Look
from storage.records.press_days import press_day
from storage.records.saying import Saying, say

router = APIRouter()

_PAGE = 50


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
def show_gone(request: Request, archive: OpenArchive, asked: AskedPage) -> Response:
    """Show a page of the articles whose pages have vanished, the newest published first."""
    with archive.reading() as view:
        source = asked.narrow(view)
        found = list_vanished(view, source=source, limit=_PAGE + 1, offset=(asked.number - 1) * _PAGE)
        return render_page(
            request,
            view,
            "gone.html",
            days=_group(found[:_PAGE]),
            count=count_vanished(view, source),
            more=len(found) > _PAGE,
            names=name_sources(view),
            **asked.parameters,
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
