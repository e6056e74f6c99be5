"""Watching the contracts of sources: one event for a source whose latest articles are not as before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from pipelines.doubt.contract import Break, find_breaks
from storage.events.event import open_event, resolve_events
from storage.ledger.contract import BROKEN, find_contract, save_contract
from storage.ledger.counts import CrawlCounts, SourceCounts
from storage.ledger.set_events import fold_quarantines
from storage.records.contract import KEPT, NO_TERMS, Terms
from storage.records.saying import Saying, say


def watch_contracts(
    connection: Connection,
    counted: CrawlCounts,
    now: datetime,
    terms: Mapping[str, Terms],
    *,
    may_doubt_layout: Callable[[str], bool],
) -> frozenset[str]:
    """Open and resolve the events about the sources that a crawl fetched from; return those that are broken.

    Where no article of a source could be read at all, its layout is doubted instead, if it may be.
    """
    found = set()
    for slug, source in counted.sources.items():
        own = terms.get(slug, NO_TERMS)
        if own.is_watched and (
            said := _watch_source(connection, source, now, own, is_doubted=may_doubt_layout(slug))
        ):
            counted.note(said)
            found.add(slug)
    return frozenset(found)


def tell_break(slug: str, broken: Break) -> Saying:
    """Return what is told of a break: what so many articles lack, and what becomes of them."""
    key = "contract.thin" if broken.mark in KEPT else "contract.break"
    was = say(f"contract.were_{broken.mark}")
    return say(key, source=slug, lost=broken.lost, count=broken.of, was=was)


def _watch_source(
    connection: Connection, source: SourceCounts, now: datetime, terms: Terms, *, is_doubted: bool
) -> Saying | None:
    slug, contract = source.slug, find_contract(connection, source.slug)
    breaks = find_breaks(contract, terms)
    marks = tuple(one.mark for one in breaks)
    if set(marks) != {*contract.broken}:
        save_contract(connection, slug, contract.breaking(marks))
    has_read = bool(source.new or source.revised or source.unchanged)
    told = [one for one in breaks if one.mark != "article" or has_read or not is_doubted]
    if not told:
        resolve_events(connection, (BROKEN,), now, source=slug)
        return None
    message = tell_break(slug, told[0])
    open_event(connection, BROKEN, message, now, source=slug, examples=told[0].codes)
    fold_quarantines(connection, slug, now)
    return message
