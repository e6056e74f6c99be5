"""Polls that are overdue: what should have been polled by its schedule, or its own pace, and was not."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.documents.polling import automatic, read_histories, say_pace
from scheduler.adaptive.next_poll import NextPoll
from scheduler.cron.line import parse_schedule
from storage.ledger.source import list_sources
from storage.records import StoredSource
from storage.records.instants import past

_LATE = timedelta(minutes=10)


def overdue_since(row: StoredSource, planned: NextPoll | None, now: datetime) -> datetime | None:
    """Return since when a source should have been polled by its schedule and was not, None when all is well.

    A source has until the run after the next one: by then somebody should look, whoever runs the crawls.
    """
    if planned is not None:
        since = past(row.added_at, now) or now if planned.why == "first" else planned.at
        return since if since + planned.pause + _LATE < now else None
    if not (row.enabled and row.schedule):
        return None
    schedule = parse_schedule(row.schedule, ZoneInfo(row.timezone))
    due = schedule.next_after(past(row.last_polled_at, now) or past(row.added_at, now) or now)
    return due if schedule.next_after(due) + _LATE < now else None


def find_stopped(view: Connection, now: datetime) -> dict[str, datetime]:
    """Return the sources that should have been polled, with since when, if nothing at all was polled since.

    As long as any source is polled, polls go on, and only take their time.
    """
    rows = [row for row in list_sources(view) if row.enabled]
    paces = {
        slug: say_pace(history, now)[0]
        for slug, history in read_histories(view, automatic(rows), now).items()
    }
    found = {row.slug: overdue_since(row, paces.get(row.slug), now) for row in rows}
    late = {slug: since for slug, since in found.items() if since is not None}
    newest = max((at for row in rows if (at := past(row.last_polled_at, now)) is not None), default=None)
    return late if late and (newest is None or newest <= min(late.values())) else {}
