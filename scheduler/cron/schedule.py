"""Schedules: when a source is due, as cron's five fields mean it, in the source's own time zone.

Why not APScheduler's ``CronTrigger``: it counts weekdays from Monday, needs both day fields to match, and in
the hour that summer time repeats its next fire time jumps back and forth for ever (seen with 3.11.3).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_HOURS_OF_A_DAY = 24
_LONGEST_PAUSE = 41 * 366  # days; 29 February falls on a given weekday every 28 years, 40 around 2100
_WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_MOST_TIMES_SPELT = 4


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times that one cron line names in one zone. Made by `scheduler.cron.line.parse_schedule`.

    ``weekdays`` count from Sunday = 0. ``either_day`` tells that a day matches by its number or by its
    weekday (both fields are restricted); otherwise it has to match both.

    Summer time, as crontab(5) has it: a schedule that runs every hour follows the clock. Any other names
    times of day: what the clocks skip fires once, when they have jumped; what comes twice fires once.
    """

    text: str
    zone: ZoneInfo
    minutes: tuple[int, ...] = field(compare=False, repr=False)
    hours: tuple[int, ...] = field(compare=False, repr=False)
    days: frozenset[int] = field(compare=False, repr=False)
    months: frozenset[int] = field(compare=False, repr=False)
    weekdays: frozenset[int] = field(compare=False, repr=False)
    either_day: bool = field(compare=False, repr=False)

    def next_after(self, moment: datetime) -> datetime:
        """Return the first time later than the aware ``moment``, in the schedule's zone."""
        instant = moment.astimezone(UTC)
        today = instant.astimezone(self.zone).date()
        near = [fire for day in _around(today) for fire in _first_later(_fires_on(self, day), instant)]
        if near:
            return min(near).astimezone(self.zone)
        later = (_fires_on(self, today + n * _DAY) for n in range(2, _LONGEST_PAUSE))
        return next(fires[0] for fires in later if fires).astimezone(self.zone)

    def last_until(self, moment: datetime) -> datetime:
        """Return the latest time that is not later than the aware ``moment``, in the schedule's zone."""
        instant = moment.astimezone(UTC)
        today = instant.astimezone(self.zone).date()
        near = [fire for day in _around(today) for fire in _last_so_far(_fires_on(self, day), instant)]
        if near:
            return max(near).astimezone(self.zone)
        earlier = (_fires_on(self, today - n * _DAY) for n in range(2, _LONGEST_PAUSE))
        return next(fires[-1] for fires in earlier if fires).astimezone(self.zone)

    def fires_between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield, in order and lazily, the times later than ``after`` and not later than ``until``."""
        fire = self.next_after(after)
        end = until.astimezone(UTC)
        while fire.astimezone(UTC) <= end:
            yield fire
            fire = self.next_after(fire)

    def count_between(self, after: datetime, until: datetime) -> int:
        """Return how many times `fires_between` would yield, day by day instead of one by one.

        Only where a zone skips midnight may a time count for both days (Apia left out 30 December 2011).
        """
        start, end = after.astimezone(UTC), until.astimezone(UTC)
        first, last = start.astimezone(self.zone).date() - _DAY, end.astimezone(self.zone).date() + _DAY
        days = (_fires_on(self, first + n * _DAY) for n in range((last - first).days + 1))
        return sum(max(bisect_right(fires, end) - bisect_right(fires, start), 0) for fires in days)

    def matches(self, day: date) -> bool:
        """Tell whether the schedule names any time on this day."""
        if day.month not in self.months:
            return False
        by_number = day.day in self.days
        by_weekday = day.isoweekday() % 7 in self.weekdays
        return (by_number or by_weekday) if self.either_day else (by_number and by_weekday)

    def describe(self) -> str:
        """Return the schedule in words, such as ``at 06:00 on Mon (Asia/Shanghai)``."""
        return (
            " ".join(part for part in (self._times_in_words(), self._days_in_words()) if part)
            + f" ({self.zone})"
        )

    @property
    def is_hourly(self) -> bool:
        """Whether it runs in every hour of its days, so that summer time doesn't concern it."""
        return len(self.hours) == _HOURS_OF_A_DAY

    def _times_in_words(self) -> str:
        if self.is_hourly:
            return _minutes_in_words(self.minutes)
        times = [f"{hour:02}:{minute:02}" for hour in self.hours for minute in self.minutes]
        return f"at {', '.join(times)}" if len(times) <= _MOST_TIMES_SPELT else f"{len(times)} times a day"

    def _days_in_words(self) -> str:
        number, month, weekday = self.text.split()[2:5]
        names = [
            f"on {', '.join(_WEEKDAYS[d] for d in sorted(self.weekdays))}" if weekday[0] != "*" else "",
            f"on day {number}" if number != "*" else "",
        ]
        days = " or ".join(name for name in names if name)
        return " ".join(part for part in (days, f"in month {month}" if month != "*" else "") if part)


def _minutes_in_words(minutes: tuple[int, ...]) -> str:
    steps = {b - a for a, b in zip(minutes, (*minutes[1:], minutes[0] + 60), strict=True)}
    if len(minutes) == 1:
        return f"every hour at minute {minutes[0]}"
    if len(steps) > 1:
        return f"{len(minutes)} times an hour"
    step = steps.pop()
    return "every minute" if step == 1 else f"every {step} minutes"


def _around(day: date) -> tuple[date, date, date]:
    """Return the days whose times can be nearest: a change of the clocks at midnight can swap neighbours."""
    return day - _DAY, day, day + _DAY


def _first_later(fires: tuple[datetime, ...], instant: datetime) -> tuple[datetime, ...]:
    place = bisect_right(fires, instant)
    return fires[place : place + 1]


def _last_so_far(fires: tuple[datetime, ...], instant: datetime) -> tuple[datetime, ...]:
    place = bisect_right(fires, instant)
    return fires[max(place - 1, 0) : place]


@lru_cache(maxsize=64)
def _fires_on(schedule: Schedule, day: date) -> tuple[datetime, ...]:
    """Return the instants (UTC, ascending) that the schedule names on one day of its zone's calendar."""
    if not schedule.matches(day):
        return ()
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock time; its zone follows
    minutes = [60 * hour + minute for hour in schedule.hours for minute in schedule.minutes]
    if _is_steady(midnight, schedule.zone):
        start = midnight.replace(tzinfo=schedule.zone).astimezone(UTC)
        return tuple(start + timedelta(minutes=minute) for minute in minutes)
    walls = (midnight + timedelta(minutes=minute) for minute in minutes)
    return tuple(sorted({instant for wall in walls for instant in _instants(schedule, wall)}))


def _is_steady(midnight: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks of that day never change."""
    edges = (
        moment.replace(tzinfo=zone, fold=fold) for moment in (midnight, midnight + _DAY) for fold in (0, 1)
    )
    return len({edge.utcoffset() for edge in edges}) == 1


def _instants(schedule: Schedule, wall: datetime) -> tuple[datetime, ...]:
    """Return when a wall clock time fires: PEP 495's two readings differ only where the clocks change."""
    first, second = (wall.replace(tzinfo=schedule.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return (first,)
    if first < second:  # the time comes twice
        return (first, second) if schedule.is_hourly else (first,)
    return () if schedule.is_hourly else (_clocks_jump(second, first, schedule.zone),)


def _clocks_jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant (whole second) in ``(before, after]`` that has the later offset."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after
