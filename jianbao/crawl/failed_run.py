"""A run that failed as a whole, or was killed, is an event until one ends well."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection

from storage.events.event import is_told_since, open_event, resolve_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import list_sources_of
from storage.records.saying import Saying, say

_OVERCOME = ("failed_run", "killed_run", "failed_start")


def tell_end(
    connection: Connection,
    slugs: Sequence[str],
    counted: CrawlCounts,
    began: datetime,
    now: datetime,
    *,
    asked: bool,
) -> None:
    """Open the events about a crawl that failed as a whole, or resolve those that one ending well ends.

    A source about which another event was told since the crawl ``began`` needs no second one, unless the
    crawl itself broke; nor does what somebody ``asked`` for by hand, and is told of on the spot.
    """
    if counted.interrupted:
        return
    for slug in slugs:
        if counted.status != "failed":
            resolve_events(connection, _OVERCOME, now, source=slug)
        elif counted.broken or not (asked or is_told_since(connection, slug, began)):
            open_event(connection, "failed_run", _say_failed(slug, counted), now, source=slug)


def tell_killed(connection: Connection, killed: Collection[int], reason: Saying, now: datetime) -> None:
    """Open the events about crawls that ended without a word, source by source."""
    for slug in list_sources_of(connection, killed):
        open_event(connection, "killed_run", say("crawl.killed", source=slug, why=reason), now, source=slug)


def _say_failed(slug: str, counted: CrawlCounts) -> Saying:
    why = counted.errors[-1] if counted.errors else say("crawl.nothing_succeeded")
    return say("crawl.failed", source=slug, why=why)
