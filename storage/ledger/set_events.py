"""Events about a set of things: over as soon as the set is empty, whatever emptied it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, update

from storage.database.schema import capture, event, listing
from storage.events.event import EXAMPLES
from storage.records import UNARCHIVED

_REFUSED = ("quarantined", "archived")
"""The states of a listing whose last answer was set aside: an archived one stays so, and is due again."""


def resolve_empty_sets(connection: Connection, now: datetime, scheme: str) -> int:
    """Resolve the open events about sets that have become empty; return how many.

    The imported posts that were set aside (their addresses begin with ``scheme``): all archived since, or
    merged with their articles. The articles of one source that were all set aside: all fetched since,
    perhaps through another source.
    """
    imported = event.c.kind == "quarantine", event.c.source.is_(None), event.c.info_code.is_(None)
    unarchived = listing.c.state.in_(UNARCHIVED), capture.c.url.startswith(scheme)
    refused = (
        listing.c.source == event.c.source,
        listing.c.state.in_(_REFUSED),
        listing.c.attempts > 0,
    )
    return _resolve(connection, now, *imported, ~_is_waiting(*unarchived)) + _resolve(
        connection, now, event.c.kind == "article_layout_broken", ~_is_waiting(*refused)
    )


def fold_quarantines(connection: Connection, slug: str, now: datetime) -> int:
    """Resolve the open events about single articles of a source that were set aside, where they are many.

    To be called where one event tells of all of them. Return how many it were.
    """
    single = (
        event.c.kind == "quarantine",
        event.c.source == slug,
        event.c.info_code.is_not(None),
        event.c.resolved_at.is_(None),
    )
    open_ones = connection.execute(select(func.count()).select_from(event).where(*single)).scalar_one()
    if open_ones <= EXAMPLES:
        return 0
    return connection.execute(update(event).where(*single).values(resolved_at=now)).rowcount


def _resolve(connection: Connection, now: datetime, *conditions: ColumnElement[bool]) -> int:
    return connection.execute(
        update(event).where(event.c.resolved_at.is_(None), *conditions).values(resolved_at=now)
    ).rowcount


def _is_waiting(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that such a listing waits: it has a next try, and so an index of its own."""
    waiting = (
        select(listing.c.info_code)
        .outerjoin(capture, capture.c.id == listing.c.capture_id)
        .where(listing.c.next_try_at.is_not(None), *conditions)
    )
    return waiting.correlate(event).exists()
