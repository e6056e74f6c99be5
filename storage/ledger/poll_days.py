"""What polls found hour by hour: kept as they happen, so that nobody need look through years of listings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from math import log2
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema_polls import poll_day
from storage.records.poll_day import PollDay

_KEPT = timedelta(days=35)
_LONGEST = timedelta(hours=25)
"""A pause longer than that between two polls was ours: what came meanwhile tells of no hour."""
_HOUR = timedelta(hours=1)
_HOURS = 24


def learn_poll(
    connection: Connection, slug: str, zone: ZoneInfo, before: datetime | None, polled_at: datetime, new: int
) -> None:
    """Enter what a poll saw of the time since the last one that succeeded: ``new`` articles, or none.

    The first poll of a source, one after a long pause, and one behind which the clock was set back teach
    nothing: what they list may have come at any time.
    """
    if before is None or not timedelta(0) < polled_at - before <= _LONGEST:
        return
    weight = 1 + log2(new) if new else 0.0
    shares = list(_shares(before, polled_at, zone))
    known = {day.day: day for day in list_poll_days(connection, [slug], polled_at).get(slug, ())}
    for day in {day for day, _, _ in shares}:
        hours = [(hour, share) for at, hour, share in shares if at == day]
        if day not in known:
            _forget(connection, slug, day)
        _save(connection, slug, _add(known.get(day) or PollDay(day), hours, weight, polled_at - before))


def list_poll_days(
    connection: Connection, slugs: Collection[str], now: datetime
) -> dict[str, tuple[PollDay, ...]]:
    """Return for each of these sources that has any the days of its last five weeks, the latest first.

    A day that lies ahead was kept by a clock that was wrong, and is left out.
    """
    found: dict[str, list[PollDay]] = {}
    last = (now + _HOURS * _HOUR).date()
    for part in batches(list(slugs)):
        rows = connection.execute(
            select(poll_day)
            .where(poll_day.c.source.in_(part), poll_day.c.day >= last - _KEPT, poll_day.c.day <= last)
            .order_by(poll_day.c.source, poll_day.c.day.desc())
        )
        for row in rows:
            found.setdefault(row.source, []).append(PollDay(row.day, tuple(row.seen), tuple(row.news)))
    return {slug: tuple(days) for slug, days in found.items()}


def _shares(before: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int, timedelta]]:
    """Yield day, hour and how much of that hour lies in a span of time, by the zone's clock."""
    while before < until:
        local = before.astimezone(zone)
        passed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        end = min(before.astimezone(UTC) + _HOUR - passed, until)
        yield local.date(), local.hour, end - before
        before = end


def _add(day: PollDay, hours: list[tuple[int, timedelta]], weight: float, span: timedelta) -> PollDay:
    seen, news = list(day.seen), list(day.news)
    for hour, share in hours:
        seen[hour] = min(1.0, round(seen[hour] + share / _HOUR, 4))
        news[hour] = round(news[hour] + weight * (share / span), 4)
    return PollDay(day.day, tuple(seen), tuple(news))


def _save(connection: Connection, slug: str, day: PollDay) -> None:
    values = {"seen": list(day.seen), "news": list(day.news)}
    entry = upsert(poll_day).values(source=slug, day=day.day, **values)
    connection.execute(entry.on_conflict_do_update(index_elements=["source", "day"], set_=values))


def _forget(connection: Connection, slug: str, day: date) -> None:
    connection.execute(delete(poll_day).where(poll_day.c.source == slug, poll_day.c.day <= day - _KEPT))
