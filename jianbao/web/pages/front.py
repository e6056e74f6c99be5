"""The front page: the newest day's newspapers, and whether anything is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from jianbao.documents.standstill import find_standstills
from jianbao.web.answers.rendering import render_page
from jianbao.web.pages.newspaper_day import NewspaperDay, bounds_of, read_newspaper_day
from jianbao.web.questions.addresses import name_sources
from jianbao.web.questions.dependencies import OpenArchive
from scheduler.liveness.heartbeat import read_service_state
from storage.articles.headlines import count_published, newest_moment
from storage.events.event import list_open_events
from storage.ledger.issue_articles import list_front_issues
from storage.records.press_days import press_day

router = APIRouter()

_EARLIER = 7  # days
_EVENTS = 5
_PAPERS = 24
_TITLES = 6


@router.get("/")
def show_front(request: Request, archive: OpenArchive) -> Response:
    """Show the newest day of the archive as a newspaper's front page."""
    with archive.reading() as view:
        newest, now = newest_moment(view), datetime.now(UTC)
        newspaper_day = read_newspaper_day(view, press_day(newest)) if newest else None
        return render_page(
            request,
            view,
            "front.html",
            newspaper_day=newspaper_day,
            earlier=_earlier(view, newspaper_day) if newspaper_day else [],
            events=list_open_events(view, _EVENTS),
            standstills=find_standstills(view, read_service_state(archive.folder, now), now),
            counts=archive.totals(view).counts,
            issues=list_front_issues(view),
            names=name_sources(view),
            most_papers=_PAPERS,
            most_titles=_TITLES,
        )


def _earlier(view: Connection, newspaper_day: NewspaperDay) -> list[tuple[object, int]]:
    """Return the days before a day that have articles, with how many, the latest first."""
    days: list[tuple[object, int]] = []
    day = newspaper_day.before
    while day is not None and len(days) < _EARLIER:
        since, until = bounds_of(day)
        days.append((day, count_published(view, since, until)))
        before = newest_moment(view, since)
        day = press_day(before) if before else None
    return days
