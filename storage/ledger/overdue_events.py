"""Events about sources that are polled far too seldom, though others are polled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from storage.events.event import (
    list_open_about,
    list_open_sources,
    open_event,
    open_event_about,
    resolve_events,
)
from storage.records.saying import say

_KIND = "source_overdue"
_MANY = "polls"
"""What the one event is about that tells of more sources than have events of their own."""
_FEW = 5


def tell_overdue(connection: Connection, late: Mapping[str, datetime], now: datetime) -> None:
    """Open the events of sources that are late, each with since when; resolve those of all others.

    More than a few have one event together. What is open already is not counted again.
    """
    many = len(late) > _FEW
    told = list_open_sources(connection, _KIND)
    for slug in told - (set() if many else set(late)):
        resolve_events(connection, (_KIND,), now, source=slug)
    if not many:
        resolve_events(connection, (_KIND,), now, about=_MANY)
        for slug in sorted(set(late) - told):
            message = say("polling.overdue", since=late[slug].isoformat(timespec="minutes"))
            open_event(connection, _KIND, message, now, source=slug)
    elif _MANY not in list_open_about(connection, _KIND):
        since = min(late.values()).isoformat(timespec="minutes")
        message = say("polling.many_overdue", count=len(late), since=since)
        open_event_about(connection, _KIND, _MANY, message, now, examples=sorted(late, key=late.__getitem__))
