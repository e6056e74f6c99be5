"""A day: every newspaper of it, or one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from jianbao.web.answers.rendering import render_page
from jianbao.web.pages.newspaper_day import read_newspaper_day
from jianbao.web.questions.addresses import ask_day
from jianbao.web.questions.dependencies import OpenArchive

router = APIRouter()

_TITLES = 30


@router.get("/day/{day}")
def show_day(request: Request, archive: OpenArchive, day: str, media: str = "") -> Response:
    """Show what was published on a day (UTC+8), by newspaper."""
    with archive.reading() as view:
        newspaper_day = read_newspaper_day(view, ask_day(day), media or None)
        return render_page(
            request,
            view,
            "day.html",
            newspaper_day=newspaper_day,
            media=media,
            most_titles=None if media else _TITLES,
        )
