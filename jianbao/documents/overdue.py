"""Polls that are overdue: what should have been polled by its schedule, or its own pace, and was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
_FAR = timedelta(hours=1)
_FAR_RUNS = 3


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
    newest = max((at for row in rows if (at := past(row.last_polled_at, now)) is not None), default=None)
    if newest is not None and newest + _LATE > now:
        return {}
    late = {row.slug: since for row, _, since in _list_overdue(view, rows, now)}
    return late if late and (newest is None or newest <= min(late.values())) else {}


def find_late(view: Connection, now: datetime, began: datetime | None = None) -> dict[str, datetime]:
    """Return the sources that are late by far, with since when, though others are polled.

    By far is three further runs, or three of a source's own pauses, and an hour at least. Whoever polls has
    so much time from ``began`` on, when it began to: after an outage everything is late for a while.
    """
    rows = [row for row in list_sources(view) if row.enabled]
    return {
        row.slug: since
        for row, planned, since in _list_overdue(view, rows, now)
        if _is_far(row, planned, max(since, began or since), now)
    }


def _list_overdue(
    view: Connection, rows: Sequence[StoredSource], now: datetime
) -> Iterator[tuple[StoredSource, NextPoll | None, datetime]]:
    """Yield the sources that should have been polled, with the next poll that their own pace plans."""
    histories = read_histories(view, automatic(rows), now)
    for row in rows:
        planned = say_pace(histories[row.slug], now)[0] if row.slug in histories else None
        since = overdue_since(row, planned, now)
        if since is not None:
            yield row, planned, since


def _is_far(row: StoredSource, planned: NextPoll | None, since: datetime, now: datetime) -> bool:
    if now - since < _FAR:
        return False
    if planned is not None:
        return since + _FAR_RUNS * planned.pause < now
    schedule, at = parse_schedule(row.schedule or "", ZoneInfo(row.timezone)), since
    for _ in range(_FAR_RUNS):
        at = schedule.next_after(at)
    return at < now
