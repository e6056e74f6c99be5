"""What polls found hour by hour: kept as they happen, so that nobody need look through years of listings."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema_polls import poll_day
from storage.records.poll_day import PollDay, add_poll, days_between

_KEPT = timedelta(days=35)
_DAY = timedelta(days=1)


def learn_poll(
    connection: Connection, slug: str, zone: ZoneInfo, before: datetime | None, polled_at: datetime, new: int
) -> None:
    """Enter what a poll saw of the time since the last one that succeeded: ``new`` articles, or none."""
    wanted = days_between(before, polled_at, zone)
    if before is None or not wanted:
        return
    query = select(poll_day).where(poll_day.c.source == slug, poll_day.c.day.in_(wanted))
    known = {row.day: PollDay(row.day, tuple(row.seen), tuple(row.news)) for row in connection.execute(query)}
    for day in add_poll(known, before, polled_at, zone, new):
        if day.day not in known:
            _forget(connection, slug, day.day)
        _save(connection, slug, day)


def list_poll_days(
    connection: Connection, slugs: Collection[str], now: datetime
) -> dict[str, tuple[PollDay, ...]]:
    """Return for each of these sources that has any the days of its last five weeks, the latest first.

    A day that lies ahead was kept by a clock that was wrong, and is left out.
    """
    found: dict[str, list[PollDay]] = {}
    last = (now + _DAY).date()
    for part in batches(list(slugs)):
        rows = connection.execute(
            select(poll_day)
            .where(poll_day.c.source.in_(part), poll_day.c.day >= last - _KEPT, poll_day.c.day <= last)
            .order_by(poll_day.c.source, poll_day.c.day.desc())
        )
        for row in rows:
            found.setdefault(row.source, []).append(PollDay(row.day, tuple(row.seen), tuple(row.news)))
    return {slug: tuple(days) for slug, days in found.items()}


def _save(connection: Connection, slug: str, day: PollDay) -> None:
    values = {"seen": list(day.seen), "news": list(day.news)}
    entry = upsert(poll_day).values(source=slug, day=day.day, **values)
    connection.execute(entry.on_conflict_do_update(index_elements=["source", "day"], set_=values))


def _forget(connection: Connection, slug: str, day: date) -> None:
    connection.execute(delete(poll_day).where(poll_day.c.source == slug, poll_day.c.day <= day - _KEPT))
