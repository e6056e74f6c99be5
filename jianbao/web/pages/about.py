"""About: how to ask, which keys there are, and where programs find the same."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from jianbao import __version__
from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.dependencies import OpenArchive

router = APIRouter()


@router.get("/about")
def show_about(request: Request, archive: OpenArchive) -> Response:
    """Show how the reader is used."""
    with archive.reading() as view:
        return render_page(request, view, "about.html", version=__version__)
