"""Events about the address of a source's page: it is not there at all, or it has moved for good."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.events.event import open_event, resolve_events
from storage.records import Poll, StoredSource
from storage.records.saying import Saying, say

ADDRESS_KINDS = ("page_missing", "page_moved")


def watch_address(connection: Connection, poll: Poll, row: StoredSource, open_kinds: frozenset[str]) -> None:
    """Open or resolve the events about the address of a page that was polled.

    ``row`` is its source as it was before; ``open_kinds`` are the kinds of its events that are open. A
    page that listed something once and is not there now is no news: then nothing was printed for days.
    """
    if poll.outcome == "failed":
        return
    if poll.missing and row.last_changed_at is None:
        _open(connection, "page_missing", poll, _say_missing(row))
    elif "page_missing" in open_kinds and not poll.missing:
        resolve_events(connection, ("page_missing",), poll.polled_at, source=poll.source)
    if poll.moved_to is not None:
        _open(connection, "page_moved", poll, _say_moved(row, poll.moved_to))
    elif "page_moved" in open_kinds and not poll.missing:
        resolve_events(connection, ("page_moved",), poll.polled_at, source=poll.source)


def _open(connection: Connection, kind: str, poll: Poll, message: Saying) -> None:
    open_event(connection, kind, message, poll.polled_at, source=poll.source)


def _say_missing(row: StoredSource) -> Saying:
    return say("crawl.missing", source=row.slug, url=row.url or "")


def _say_moved(row: StoredSource, address: str) -> Saying:
    return say("crawl.moved", source=row.slug, url=row.url or "", address=address)
