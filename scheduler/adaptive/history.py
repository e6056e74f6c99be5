"""What is known of a source's polls: all that its next one is worked out from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class HourCounts:
    """A day of polls, in the source's zone: 24 numbers each.

    ``seen`` is which share of each hour lies before a poll that was told of it, ``news`` how much came in it,
    where a burst counts by its doublings.
    """

    day: date
    seen: Sequence[float]
    news: Sequence[float]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a source's pauses may be: never shorter than ``floor`` nor longer than ``ceiling``.

    Nor longer than a safe part of ``window``, the time for which its site keeps an article listed.
    """

    floor: timedelta
    ceiling: timedelta
    window: timedelta

    @property
    def longest(self) -> timedelta:
        """The longest pause between two polls: six polls at least fall into the window."""
        return max(self.floor, min(self.ceiling, self.window / SAFE_PART))


SAFE_PART = 6
"""How often at least a source is polled within its window: five polls may fail and nothing is lost."""


@dataclass(frozen=True, slots=True)
class PollHistory:
    """A source's polls so far. Instants are aware; None is what never happened.

    ``days`` are the last weeks, in any order. ``rests_until`` is until when its host asked to be left alone.
    """

    zone: ZoneInfo
    bounds: Bounds
    days: Sequence[HourCounts] = ()
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    changed_at: datetime | None = None
    rests_until: datetime | None = field(default=None)
