"""Troubles: what fails now, source by source, as events and the ledger know it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from storage.database.schema import event, listing
from storage.events.event import RUN_KINDS
from storage.records.info_code import SITE_PATTERN
from storage.records.saying import Saying, Value, say

_FAILING = ("failed", "quarantined")
_PASSING = re.compile(
    r"https?://\S+"  # which page it was
    r"|\d{4}-\d\d-\d\dT[\d:.+\-Z]+"  # until when
    rf"|\b(?:NW\d{{18}}\b|{SITE_PATTERN}-[\w.-]*\d[\w.-]*)"  # which article
    r"|(?<!answered )\b\d+\b"  # how many
)

_TELLING = ("status", "type", "host")
"""The values that tell one trouble from another: the others name pages, articles, counts and times."""
_MORE = "said.more"

Trouble = tuple[str, str]
"""A source's slug, and what is the matter there: without pages, articles, counts and times."""


def list_troubles(connection: Connection) -> dict[Trouble, Saying]:
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
    found: dict[Trouble, Saying] = {}
    for query in (events, listings):
        for source, said in connection.execute(query):
            found.setdefault((source, identify(said)), say("crawl.of", source=source, what=said))
    return found


def identify(said: Saying) -> str:
    """Return what sayings of the same trouble share; one without a key is compared by its words."""
    if said.is_quotation:
        return _PASSING.sub("…", said)
    telling = [str(said.values[name]) for name in _TELLING if name in said.values]
    inner = sorted({identify(one) for one in _inner(said.values.values()) if one.key != _MORE})
    return f"{said.key} {telling} {inner}"


def _inner(values: Iterable[Value]) -> Iterator[Saying]:
    """Yield the sayings among some values."""
    for value in values:
        if isinstance(value, Saying):
            yield value
        elif not isinstance(value, str | int | float):
            yield from _inner(value)
