"""The state of things, as `status --json` has it: what runs, what is owed, and what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from jianbao.documents.article import (
    present_crawl,
    present_event,
    present_time,
)
from jianbao.documents.contract import present_contract
from jianbao.documents.document import Document
from jianbao.documents.faults import find_faults
from jianbao.documents.history import group_spans, present_progress
from jianbao.documents.issue_sums import present_issue_sums
from jianbao.documents.overdue import overdue_since
from jianbao.documents.polling import automatic, read_histories, say_pace
from jianbao.documents.standstill import find_standstills
from jianbao.documents.verification import present_backup
from scheduler.adaptive.next_poll import NextPoll
from scheduler.cron.line import parse_schedule
from scheduler.liveness.heartbeat import read_service_state
from storage.archive.folder import Archive
from storage.custody.backups import find_backup
from storage.events.event import list_open_events
from storage.events.troubles import Trouble, list_troubles
from storage.ledger.arrears import Arrears, list_overdue
from storage.ledger.contract import list_contracts
from storage.ledger.crawl import read_crawl
from storage.ledger.host import list_resting
from storage.ledger.issue_sums import sum_issues
from storage.ledger.listing import count_states
from storage.ledger.source import list_sources
from storage.ledger.spans import list_spans
from storage.records import (
    UNARCHIVED,
    Crawl,
    StoredSource,
)
from storage.records.saying import Saying


def read_troubles(archive: Archive) -> dict[Trouble, Saying]:
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
        histories = group_spans(list_spans(connection))
        issues = sum_issues(connection, rows, now)
        contracts = list_contracts(connection)
        tried = find_backup(connection)
        standstills = find_standstills(connection, service, now)
        polls = read_histories(connection, automatic(rows), now)
        paces = {slug: say_pace(history, now) for slug, history in polls.items()}
    return {
        "sources": [
            _present_status(
                row,
                crawls.get(row.last_crawl_id or 0),
                states.get(row.slug, {}),
                overdue.get(row.slug),
                paces.get(row.slug),
                now,
            )
            | {
                "history": present_progress(histories.get(row.slug, ())),
                "issues": present_issue_sums(issues.get(row.slug)),
                "contract": present_contract(contracts.get(row.slug), row.kind),
            }
            for row in rows
        ],
        "events": [present_event(event) for event in events],
        "service": service,
        "faults": [asdict(fault) for fault in faults],
        "standstills": [asdict(standstill) for standstill in standstills],
        "backup": present_backup(tried),
        "hosts": [{"name": host.name, "rests_until": present_time(host.rests_until)} for host in resting],
    }


def _present_status(
    row: StoredSource,
    crawl: Crawl | None,
    states: dict[str, int],
    overdue: Arrears | None,
    pace: tuple[NextPoll, Saying] | None,
    now: datetime,
) -> Document:
    zone = ZoneInfo(row.timezone)
    next_run = None
    if pace is not None:
        next_run = max(pace[0].at, now)
    elif row.enabled and row.schedule:
        next_run = parse_schedule(row.schedule, zone).next_after(now)
    return {
        "slug": row.slug,
        "name": row.name,
        "enabled": row.enabled,
        "last_crawl": present_crawl(crawl, zone),
        "last_poll": row.last_outcome,
        "last_polled_at": present_time(row.last_polled_at, zone),
        "next_run": present_time(next_run, zone),
        "pace": pace[1] if pace is not None else None,
        "overdue_since": present_time(overdue_since(row, pace and pace[0], now), zone),
        "owed": sum(states.get(state, 0) for state in UNARCHIVED if state != "quarantined"),
        "failed": states.get("failed", 0),
        "quarantined": states.get("quarantined", 0),
        "archived": states.get("archived", 0),
        "gone": states.get("gone", 0),
        "furniture": states.get("furniture", 0),
        "arrears": _present_arrears(overdue, zone),
    }


def _present_arrears(overdue: Arrears | None, zone: ZoneInfo) -> Document | None:
    """Return what a source owes for longer than half of its site's window, None when nothing is."""
    if overdue is None:
        return None
    return {"count": overdue.count, "since": present_time(overdue.since, zone), "message": overdue.message}
