"""How often sources are polled whose schedule is ``auto``: what is known of their polls, and what follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from scheduler.adaptive.habit import BusySpan
from scheduler.adaptive.history import Bounds, HourCounts, PollHistory
from scheduler.adaptive.next_poll import NextPoll, busy_spans, plan_poll
from storage.ledger.host import list_resting
from storage.ledger.poll_days import list_poll_days
from storage.records import StoredSource
from storage.records.host import host_of
from storage.records.saying import Saying, say

AUTO = "auto"
"""The schedule of a source whose polls follow its own habit."""
_HOUR = timedelta(hours=1)


def read_histories(
    connection: Connection, rows: Collection[StoredSource], now: datetime
) -> dict[str, PollHistory]:
    """Return what is known of the polls of these sources, which are polled by their own habit."""
    days = list_poll_days(connection, [row.slug for row in rows], now)
    resting = {host.name: host.rests_until for host in list_resting(connection, now)}
    return {
        row.slug: PollHistory(
            zone=ZoneInfo(row.timezone),
            bounds=Bounds(
                timedelta(seconds=row.poll_floor),
                timedelta(seconds=row.poll_ceiling),
                timedelta(days=row.window_days),
            ),
            days=[HourCounts(day.day, day.seen, day.news) for day in days.get(row.slug, ())],
            polled_at=row.last_polled_at,
            succeeded_at=row.last_succeeded_at,
            changed_at=row.last_changed_at,
            rests_until=resting.get(host_of(row.url)) if row.url else None,
        )
        for row in rows
    }


def say_pace(history: PollHistory, now: datetime) -> tuple[NextPoll, Saying]:
    """Return the next poll of a source, and a saying of how often it is polled now, and why."""
    planned = plan_poll(history, now)
    spans = [_say_span(span) for span in busy_spans(history, now)]
    why = say(f"polling.why_{planned.why}", pause=_say_pause(planned.pause))
    return planned, say("polling.pace_with_busy", pace=why, busy=spans) if spans else why


def read_pace(connection: Connection, row: StoredSource, now: datetime) -> Saying | None:
    """Return how often a source is polled now, and why; None for one that has a schedule, or is off."""
    histories = read_histories(connection, automatic([row]), now)
    return say_pace(histories[row.slug], now)[1] if histories else None


def _say_span(span: BusySpan) -> Saying:
    return say("polling.busy", first=span.first, last=span.last, pause=_say_pause(span.pause))


def _say_pause(pause: timedelta) -> Saying:
    minutes = max(round(pause.total_seconds() / 60), 1)
    if minutes % 60 == 0:
        return say("polling.hours", count=minutes // 60)
    return say("polling.minutes", count=minutes)


def automatic(rows: Sequence[StoredSource]) -> list[StoredSource]:
    """Return the sources that are polled by their own habit."""
    return [row for row in rows if row.enabled and row.schedule == AUTO]
