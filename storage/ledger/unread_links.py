"""Links of a list that name no article we know how to ask for: counted, and an event when they grow many."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from storage.database.schema import source
from storage.events.event import is_event_open, open_event, resolve_events
from storage.records import Poll
from storage.records.saying import Saying, say

UNREAD = "unread_links"
_FIRST_ALARM = 0.5
_LEAST_JUMP = 0.2
_LEARNING = 0.2
"""How much of the habit is the latest list."""


def watch_unread(connection: Connection, poll: Poll) -> Saying | None:
    """Open or resolve the event about a list's links without info code; return its sentence while open.

    To be called before the poll is recorded. The share jumps when it is half of a source's first list, or
    exceeds the source's own habit by a fifth of all links and by as much again as the habit. Whoever
    resolves the event says that the page is so: the share is the habit from then on.
    """
    if poll.outcome != "changed" or not poll.links:
        return None
    row = connection.execute(
        select(source.c.links, source.c.unread, source.c.usual_unread).where(source.c.slug == poll.source)
    ).one()
    share, limit = poll.unread / poll.links, _limit(row.usual_unread)
    was_seen = bool(row.links) and row.unread / row.links > limit
    if share > limit and (is_event_open(connection, UNREAD, source=poll.source) or not was_seen):
        message = say("ledger.unread_links", source=poll.source, unread=poll.unread, links=poll.links)
        open_event(connection, UNREAD, message, poll.polled_at, source=poll.source)
        return message
    resolve_events(connection, (UNREAD,), poll.polled_at, source=poll.source)
    _learn(connection, poll.source, share, None if share > limit else row.usual_unread)
    return None


def _limit(usual: float | None) -> float:
    """Return the share that is still no jump, given the usual one."""
    if usual is None:
        return _FIRST_ALARM - 1e-9
    return usual + max(_LEAST_JUMP, min(usual, (1 - usual) / 2))


def _learn(connection: Connection, slug: str, share: float, usual: float | None) -> None:
    habit = share if usual is None else (1 - _LEARNING) * usual + _LEARNING * share
    connection.execute(update(source).where(source.c.slug == slug).values(usual_unread=habit))
