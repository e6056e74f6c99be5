"""What the polls of one day saw, hour by hour, and how a further poll adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import log2
from zoneinfo import ZoneInfo

_NONE = (0.0,) * 24
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(hours=25)
"""A pause longer than that between two polls was ours: what came meanwhile tells of no hour."""


@dataclass(frozen=True, slots=True)
class PollDay:
    """A day in the source's zone.

    ``seen`` says for each hour which share of it lies before a poll that was told of it, ``news`` how much
    came in it: the first article that a poll lists counts 1, each doubling 1 more, so that hundreds at once
    don't count as hundreds of times. What came between two polls is spread over the hours between them.
    """

    day: date
    seen: tuple[float, ...] = _NONE
    news: tuple[float, ...] = _NONE


def days_between(before: datetime | None, polled_at: datetime, zone: ZoneInfo) -> tuple[date, ...]:
    """Return the days of which a poll can tell, after the last one that succeeded.

    The first poll of a source, one after a long pause, and one before which the clock was set back can tell
    nothing: what they list may have come at any time.
    """
    if before is None or not timedelta(0) < polled_at - before <= _LONGEST:
        return ()
    first, last = before.astimezone(zone).date(), polled_at.astimezone(zone).date()
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def add_poll(
    days: Mapping[date, PollDay], before: datetime, polled_at: datetime, zone: ZoneInfo, new: int
) -> tuple[PollDay, ...]:
    """Return the days of `days_between` with what a poll found that lists ``new`` articles, or none."""
    weight, span = 1 + log2(new) if new else 0.0, polled_at - before
    seen = {day: list(days.get(day, PollDay(day)).seen) for day in days_between(before, polled_at, zone)}
    news = {day: list(days.get(day, PollDay(day)).news) for day in seen}
    for day, hour, share in _shares(before, polled_at, zone):
        seen[day][hour] = min(1.0, round(seen[day][hour] + share / _HOUR, 4))
        news[day][hour] = round(news[day][hour] + weight * (share / span), 4)
    return tuple(PollDay(day, tuple(seen[day]), tuple(news[day])) for day in seen)


def _shares(before: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, int, timedelta]]:
    """Yield day, hour and how much of that hour lies in a span of time, by the zone's clock."""
    before, until = before.astimezone(UTC), until.astimezone(UTC)
    while before < until:
        local = before.astimezone(zone)
        passed = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        end = min(before + _HOUR - passed, until)
        yield local.date(), local.hour, end - before
        before = end
