"""Troubles: what fails now, source by source, as events and the ledger know it."""

from __future__ import annotations

import re

from sqlalchemy import Connection, select

from storage.database.schema import event, listing
from storage.events.event import RUN_KINDS
from storage.records.info_code import SITE_PATTERN

_FAILING = ("failed", "quarantined")
_PASSING = re.compile(
    r"https?://\S+"  # which page it was
    r"|\d{4}-\d\d-\d\dT[\d:.+\-Z]+"  # until when
    rf"|\b(?:NW\d{{18}}\b|{SITE_PATTERN}-[\w.-]*\d[\w.-]*)"  # which article
    r"|(?<!answered )\b\d+\b"  # how many
)

Trouble = tuple[str, str]
"""A source's slug, and what is the matter there: without pages, articles, counts and times."""


def list_troubles(connection: Connection) -> dict[Trouble, str]:
    """Return what fails at all sources, each with one of the sentences that say so.

    The same trouble with another article is the same trouble: it is new when it began, or became another.
    """
    events = select(event.c.source, event.c.message).where(
        event.c.resolved_at.is_(None), event.c.kind.in_(RUN_KINDS), event.c.source.is_not(None)
    )
    listings = (
        select(listing.c.source, listing.c.last_error)
        .where(listing.c.state.in_(_FAILING), listing.c.last_error.is_not(None))
        .distinct()
    )
    found: dict[Trouble, str] = {}
    for query in (events, listings):
        for source, sentence in connection.execute(query):
            found.setdefault((source, _PASSING.sub("…", sentence)), f"{source}: {sentence}")
    return found
