"""The habit of a source: at which hours of which weekdays something comes, and how long to pause there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf, sqrt

from scheduler.adaptive.history import HourCounts, PollHistory

_HALF_LIFE = 7.0  # days, after which a day counts half
_WEEKS_TO_BELIEVE = 0.5  # weight of all days together beside those of the same weekday
_PAUSES = 3.0  # the pause, in floors, where one piece of news an hour is usual
_SPILL = 0.25  # of what the hours beside it have: nobody prints at the stroke of the clock
_HOURS = 24
_WEEK = 7
_BUSY = 2.0  # a pause that is so many times shorter than the longest makes an hour one to speak of
_MOST_SPANS = 2

_Week = list[list[float]]
"""A number for each weekday, Monday first, and each of its hours."""


@dataclass(frozen=True, slots=True)
class BusySpan:
    """Hours of a day, from ``first`` up to ``last`` (24 for midnight), that are polled every ``pause``."""

    first: int
    last: int
    pause: timedelta


class Habit:
    """What a source's last weeks teach. ``today`` is the day in its zone; days after it are not believed."""

    def __init__(self, history: PollHistory, today: date) -> None:
        self._bounds = history.bounds
        self._news, self._seen = _sums(history.days, today)
        self._pauses: dict[tuple[int, int], timedelta] = {}
        self.days_seen = sum(sum(_numbers(day.seen)) for day in history.days) / _HOURS
        """For how many days together there were polls that could tell."""

    @property
    def is_known(self) -> bool:
        """Whether enough was seen to pause for as long as may be."""
        return self._learning >= self._bounds.longest

    def pause(self, local: datetime) -> timedelta:
        """Return the pause between two polls at an hour: long where little is usual, floor where much is."""
        place = local.weekday(), local.hour
        if place not in self._pauses:
            self._pauses[place] = self._work_out(*place)
        return self._pauses[place]

    def busy_spans(self, weekday: int) -> tuple[BusySpan, ...]:
        """Return the hours of a weekday that are polled much more often than the others, by the clock."""
        hours = [self.pause(_at(weekday, hour)) for hour in range(_HOURS)]
        spans = sorted(_spans(hours, max(hours) / _BUSY), key=lambda span: span.pause)[:_MOST_SPANS]
        return tuple(sorted(spans, key=lambda span: span.first))

    @property
    def _learning(self) -> timedelta:
        """The longest pause for now: with each day that was seen it doubles."""
        return self._bounds.floor * 2 ** min(self.days_seen, 20.0)

    def _work_out(self, weekday: int, hour: int) -> timedelta:
        beside = max(self._rate(weekday, hour, -1), self._rate(weekday, hour, 1))
        rate = max(self._rate(weekday, hour), _SPILL * beside)
        wished = self._bounds.floor * _PAUSES / sqrt(rate) if rate > 0 else timedelta.max
        return max(self._bounds.floor, min(wished, self._bounds.longest, self._learning))

    def _rate(self, weekday: int, hour: int, beside: int = 0) -> float:
        """Return how much comes at an hour of a weekday: what that weekday says, and all days beside it."""
        days, hour = divmod(hour + beside, _HOURS)
        news, seen = (_column(sums, hour) for sums in (self._news, self._seen))
        usual = sum(news) / sum(seen) if any(seen) else 0.0
        place = (weekday + days) % _WEEK
        return (news[place] + _WEEKS_TO_BELIEVE * usual) / (seen[place] + _WEEKS_TO_BELIEVE)


def _sums(days: Sequence[HourCounts], today: date) -> tuple[_Week, _Week]:
    """Return what came and what was seen by weekday and hour, where the latest days count most."""
    news, seen = ([[0.0] * _HOURS for _ in range(_WEEK)] for _ in range(2))
    for day in days:
        if (age := (today - day.day).days) < -1:
            continue  # it lies ahead: kept while the clock was wrong
        weight = 0.5 ** (age / _HALF_LIFE)
        for sums, counts in ((news, day.news), (seen, day.seen)):
            row = sums[day.day.weekday()]
            for hour, number in enumerate(_numbers(counts)):
                row[hour] += weight * number
    return news, seen


def _column(week: _Week, hour: int) -> list[float]:
    return [row[hour] for row in week]


def _numbers(counts: Sequence[float]) -> list[float]:
    """Return the counts of a day that may be believed: what was stored may be short, or broken."""
    return [count if 0 <= count < inf else 0.0 for count in counts[:_HOURS]]


def _at(weekday: int, hour: int) -> datetime:
    return datetime(2024, 1, 1 + weekday, hour)  # noqa: DTZ001 - that year began with a Monday


def _spans(pauses: list[timedelta], most: timedelta) -> Iterator[BusySpan]:
    first = None
    for hour, pause in enumerate([*pauses, timedelta.max]):
        if pause <= most and first is None:
            first = hour
        elif pause > most and first is not None:
            yield BusySpan(first, hour, min(pauses[first:hour]))
            first = None
