"""What somebody should know when a crawl ends: events about its sources, opened and resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from storage.events.event import list_open_sources, open_event, resolve_events
from storage.ledger.arrears import watch_arrears
from storage.ledger.counts import CrawlCounts, SourceCounts
from storage.ledger.set_events import fold_quarantines
from storage.records.host import host_of
from storage.records.saying import say

_SUSPECT = 2
"""Articles set aside in one crawl that read no page, from which on the layout is suspected."""


def raise_alarms(
    connection: Connection,
    slugs: Iterable[str],
    counted: CrawlCounts,
    now: datetime,
    *,
    polled: bool,
    may_doubt_layout: Callable[[str], bool],
) -> None:
    """Settle the events about a crawl's sources by what it counted and what it leaves owed.

    ``may_doubt_layout`` says whether a source's articles, all set aside, make its layout suspect.
    A crawl that ``polled`` and leaves an alarm open is not well, though nothing may have been due in it. One
    that was interrupted or broke leaves its articles for the next, and tells nothing about them.
    """
    for source in counted.sources.values():
        _watch_layout(connection, source, now, suspicious=may_doubt_layout(source.slug))
    if counted.interrupted or counted.broken:
        return
    touched = {*slugs, *counted.sources}
    open_alarms = watch_arrears(connection, touched, now, host_of)
    for slug in touched & list_open_sources(connection, "article_layout_broken"):
        fold_quarantines(connection, slug, now)
        open_alarms.append(say("crawl.last_set_aside", source=slug))
    for slug in touched & list_open_sources(connection, "contract_broken"):
        open_alarms.append(say("contract.still_broken", source=slug))
    for slug in touched & list_open_sources(connection, "unread_links"):
        open_alarms.append(say("crawl.more_unread", source=slug))
    if polled:
        for message in open_alarms:
            counted.note(message)
        counted.unwell = bool(open_alarms)


def _watch_layout(connection: Connection, source: SourceCounts, now: datetime, *, suspicious: bool) -> None:
    stored = source.new + source.revised + source.unchanged
    astray = suspicious and source.astray >= _SUSPECT and source.astray == stored
    if astray:
        message = say("crawl.all_astray", count=stored, source=source.slug)
        open_event(connection, "article_layout_broken", message, now, source=source.slug)
    elif stored:
        resolve_events(connection, ("article_layout_broken",), now, source=source.slug)
    elif suspicious and source.quarantined >= _SUSPECT:
        message = say("crawl.all_set_aside", count=source.quarantined, source=source.slug)
        open_event(connection, "article_layout_broken", message, now, source=source.slug)
