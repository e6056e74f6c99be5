"""Events: what somebody should know, and what is over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from jianbao.web.answers.rendering import render_page
from jianbao.web.questions.addresses import name_sources
from jianbao.web.questions.dependencies import OpenArchive
from storage.events.event import list_events, list_open_events
from storage.records import Event

router = APIRouter()

_PAGE = 50


@router.get("/events")
def show_events(
    request: Request, archive: OpenArchive, before: Annotated[int | None, Query(gt=0, lt=2**63)] = None
) -> Response:
    """Show the open events by kind, the gravest first, then those that are over, the latest first."""
    with archive.reading() as view:
        resolved = list_events(view, only_open=False, before=before, limit=_PAGE + 1)
        return render_page(
            request,
            view,
            "events.html",
            opened=_group(list_open_events(view)) if before is None else [],
            resolved=resolved[:_PAGE],
            older=resolved[_PAGE - 1].id if len(resolved) > _PAGE else None,
            before=before,
            names=name_sources(view),
        )


def _group(events: Iterable[Event]) -> list[list[Event]]:
    """Return the events of each kind together, kinds and events in the order in which they came."""
    kinds: dict[str, list[Event]] = {}
    for event in events:
        kinds.setdefault(event.kind, []).append(event)
    return list(kinds.values())
