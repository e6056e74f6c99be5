"""Cron: reading the five fields, with cron's standard meaning (crontab(5), Vixie and its heirs)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduler.cron.schedule import Schedule

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART = re.compile(
    r"(?:\*|(?P<first>[0-9]{1,3}|[a-z]{3})(?:-(?P<last>[0-9]{1,3}|[a-z]{3}))?)(?:/(?P<step>[0-9]{1,3}))?"
)
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SHAPE = (
    "expected five fields (minute, hour, day of month, month, day of week) "
    "or @hourly, @daily, @weekly, @monthly, @yearly"
)


class BadSchedule(ValueError):
    """The text is no schedule; the message is one sentence with field, value and what is expected."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One of the five fields: its name, its limits, and the names that stand for numbers from ``low`` on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        names = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        return f"expected {self.low}-{self.high}{names}, *, lists (1,3), ranges (1-5) or steps (*/2, 1-5/2)"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_SUNDAY = 7
_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, _SUNDAY, _WEEKDAYS),
)


def parse_schedule(text: str, zone: ZoneInfo) -> Schedule:
    """Read a standard cron line, whose times are in ``zone``; raise `BadSchedule`.

    Weekdays: 0 and 7 are Sunday, 1 is Monday. Where day of month and day of week are both restricted (neither
    begins with ``*``), a day that matches either will do.
    """
    fields = _split(text)
    minutes, hours, days, months, weekdays = map(_read_field, _FIELDS, fields)
    schedule = Schedule(
        text=" ".join(fields),
        zone=zone,
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=days,
        months=months,
        weekdays=frozenset(day % _SUNDAY for day in weekdays),
        either_day=not (fields[2].startswith("*") or fields[4].startswith("*")),
    )
    _must_fire(schedule, text)
    return schedule


def _split(text: str) -> list[str]:
    line = text.strip().lower()
    fields = _NICKNAMES.get(line, line).split()
    if len(fields) != len(_FIELDS):
        raise BadSchedule(f"the schedule {text!r} is not a cron line: {_SHAPE}")
    return fields


def _read_field(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _read_part(field, part, text))


def _read_part(field: _Field, part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if not match:
        raise _bad(field, text)
    first, last, step = match["first"], match["last"], match["step"]
    if first and step and not last:
        raise _bad(field, text, f"a step needs a range, such as {first}-{field.high}/{step}")
    if first is None:
        return _stepped(field, field.low, field.high, step, text)
    low = _number(field, first, text)
    high = low if last is None else _number(field, last, text)
    if last == "sun" and low:  # fri-sun: Sunday may stand at either end
        high = _SUNDAY
    return _stepped(field, low, high, step, text)


def _number(field: _Field, word: str, text: str) -> int:
    if word in field.names:
        return field.names.index(word) + field.low
    if not word.isdigit() or not field.low <= int(word) <= field.high:
        raise _bad(field, text, f"{word} is none of its values")
    return int(word)


def _stepped(field: _Field, low: int, high: int, step: str | None, text: str) -> range:
    stride = int(step) if step else 1
    if low > high:
        raise _bad(field, text, f"the range runs backwards from {low} to {high}")
    if not 1 <= stride <= field.high - field.low + 1:
        raise _bad(field, text, f"a step of {stride} reaches past the whole field")
    return range(low, high + 1, stride)


def _bad(field: _Field, text: str, why: str = "") -> BadSchedule:
    reason = f" ({why})" if why else ""
    return BadSchedule(f"the {field.name} {text!r} of the schedule is not valid{reason}: {field.expected}")


def _must_fire(schedule: Schedule, text: str) -> None:
    possible = any(day <= _LONGEST_MONTHS[month - 1] for month in schedule.months for day in schedule.days)
    if not possible and not schedule.either_day:
        days = ", ".join(map(str, sorted(schedule.days)))
        raise BadSchedule(
            f"the schedule {text!r} never fires: day of month {days} does not exist in its months"
        )
