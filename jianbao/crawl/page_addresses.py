"""Events about the address of a source's page: it is not there at all, or it has moved for good."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.events.event import open_event, resolve_events
from storage.records import Poll, StoredSource

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


def _open(connection: Connection, kind: str, poll: Poll, message: str) -> None:
    open_event(connection, kind, message, poll.polled_at, source=poll.source)


def _say_missing(row: StoredSource) -> str:
    return (
        f"{row.slug} has never listed anything, and {row.url} answers that there is no such page: compare "
        "the source's url with the site (its letters, capitals and blanks); a paper that printed nothing for "
        "days has no page either, until it prints again"
    )


def _say_moved(row: StoredSource, address: str) -> str:
    return f"the page of {row.slug} has moved for good from {row.url}: write {address} into the source's url"
