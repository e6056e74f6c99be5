"""Answers from the archive: lists, single articles, sources and the state of things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.documents.article import (
    present_article,
    present_crawl,
    present_event,
    present_item,
    present_time,
)
from jianbao.documents.document import Document
from jianbao.documents.faults import find_faults
from jianbao.documents.revisions import at_revision
from scheduler.cron import parse_schedule
from scheduler.heartbeat import read_service_state
from storage.archive.folder import Archive
from storage.articles.alias import resolve_code
from storage.articles.article import NotArchived, list_revisions
from storage.articles.lists import ArticleFilter, count_articles, list_article_sources, list_articles
from storage.articles.whole import find_whole
from storage.events.event import list_open_events
from storage.events.troubles import Trouble, list_troubles
from storage.ledger.arrears import Arrears, list_overdue
from storage.ledger.crawl import read_crawl
from storage.ledger.host import list_resting
from storage.ledger.listing import count_states
from storage.ledger.source import list_sources
from storage.records import (
    UNARCHIVED,
    Crawl,
    Source,
    StoredSource,
    canonical_info_code,
)
from storage.records.instants import past
from storage.records.press_days import PRESS_ZONE
from storage.search import settle_names

_LATE = timedelta(minutes=10)


def read_list(view: Connection, wanted: ArticleFilter, limit: int, offset: int) -> Document:
    """Return one page of articles, and how many match in all."""
    wanted, hints = settle_names(view, wanted)
    total = count_articles(view, wanted)
    found = list_articles(view, wanted, limit, offset)
    sources = list_article_sources(view, [stored.article.info_code for stored in found])
    items = [present_item(stored, sources.get(stored.article.info_code, [])) for stored in found]
    return {"total": total, "items": items, "hints": [hint.sentence for hint in hints]}


def read_shown(view: Connection, code: str, revision: int | None = None) -> Document:
    """Return an article as `show` prints it; raise `BadInfoCode`, or `NotArchived` when there is none."""
    info_code = resolve_code(view, canonical_info_code(code))
    whole = find_whole(view, info_code)
    if whole is None:
        raise NotArchived(
            f"{info_code} is not in the archive: fetch it with `jianbao recrawl --code {info_code}`"
        )
    zones = {row.slug: row.timezone for row in list_sources(view)}
    zone = ZoneInfo(zones[whole.sources[0]]) if whole.sources else PRESS_ZONE
    if revision is not None:
        earlier = at_revision(whole.stored, list_revisions(view, info_code), revision)
        whole = replace(whole, stored=earlier)
    return present_article(whole, zone=zone)


def read_sources(view: Connection | None, configured: Sequence[Source]) -> list[Document]:
    """Return every configured source with page state and ledger, then those only the archive knows."""
    rows: dict[str, StoredSource] = {}
    states: dict[str, dict[str, int]] = {}
    if view is not None:
        rows = {row.slug: row for row in list_sources(view)}
        states = count_states(view)
    known = [_present_source(source, rows.get(source.slug), states) for source in configured]
    slugs = {source.slug for source in configured}
    return known + [_present_source(row, row, states) for slug, row in rows.items() if slug not in slugs]


def read_troubles(archive: Archive) -> dict[Trouble, str]:
    """Return what fails now, source by source, each with a sentence."""
    with archive.reading() as connection:
        return list_troubles(connection)


def read_status(archive: Archive, now: datetime) -> Document:
    """Return sources with last and next run and what they owe, events, faults, service, hosts at rest."""
    with archive.reading() as connection:
        rows = list_sources(connection)
        states = count_states(connection)
        crawls = {
            row.last_crawl_id: read_crawl(connection, row.last_crawl_id) for row in rows if row.last_crawl_id
        }
        events = list_open_events(connection)
        resting = list_resting(connection, now)
        service = read_service_state(archive.folder, now)
        faults = find_faults(archive, connection, service)
        overdue = {one.source: one for one in list_overdue(connection, now)}
    return {
        "sources": [
            _present_status(
                row, crawls.get(row.last_crawl_id or 0), states.get(row.slug, {}), overdue.get(row.slug), now
            )
            for row in rows
        ],
        "events": [present_event(event) for event in events],
        "service": service,
        "faults": [asdict(fault) for fault in faults],
        "hosts": [{"name": host.name, "rests_until": present_time(host.rests_until)} for host in resting],
    }


def _present_source(source: Source, row: StoredSource | None, states: dict[str, dict[str, int]]) -> Document:
    zone = ZoneInfo(source.timezone)
    return {
        "slug": source.slug,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "schedule": source.schedule,
        "timezone": source.timezone,
        "enabled": source.enabled,
        "last_poll": row.last_outcome if row else None,
        "last_polled_at": present_time(row.last_polled_at, zone) if row else None,
        "last_changed_at": present_time(row.last_changed_at, zone) if row else None,
        "links": row.links if row else 0,
        "unread": row.unread if row else 0,
        "listings": states.get(source.slug, {}),
    }


def _present_status(
    row: StoredSource,
    crawl: Crawl | None,
    states: dict[str, int],
    overdue: Arrears | None,
    now: datetime,
) -> Document:
    zone = ZoneInfo(row.timezone)
    next_run = None
    if row.enabled and row.schedule:
        next_run = present_time(parse_schedule(row.schedule, zone).next_after(now), zone)
    return {
        "slug": row.slug,
        "name": row.name,
        "enabled": row.enabled,
        "last_crawl": present_crawl(crawl, zone),
        "last_poll": row.last_outcome,
        "last_polled_at": present_time(row.last_polled_at, zone),
        "next_run": next_run,
        "overdue_since": present_time(_overdue_since(row, now), zone),
        "owed": sum(states.get(state, 0) for state in UNARCHIVED if state != "quarantined"),
        "failed": states.get("failed", 0),
        "quarantined": states.get("quarantined", 0),
        "archived": states.get("archived", 0),
        "gone": states.get("gone", 0),
        "arrears": _present_arrears(overdue, zone),
    }


def _present_arrears(overdue: Arrears | None, zone: ZoneInfo) -> Document | None:
    """Return what a source owes for longer than half of its site's window, None when nothing is."""
    if overdue is None:
        return None
    return {"count": overdue.count, "since": present_time(overdue.since, zone), "message": overdue.message}


def _overdue_since(row: StoredSource, now: datetime) -> datetime | None:
    """Return since when a source should have been polled by its schedule and was not, None when all is well.

    A source has until the run after the next one: by then somebody should look, whoever runs the crawls.
    """
    if not (row.enabled and row.schedule):
        return None
    schedule = parse_schedule(row.schedule, ZoneInfo(row.timezone))
    due = schedule.next_after(past(row.last_polled_at, now) or past(row.added_at, now) or now)
    return due if schedule.next_after(due) + _LATE < now else None
