"""Days, months and years as newspapers print them and people name them: in UTC+8."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from storage.records.remedy import Mistaken

PRESS_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the newspapers, and of every day that a person names."""
PRINTED_ZONE = timezone(timedelta(hours=8))
"""China Standard Time, the zone of whatever the sites print: without the summers of 1986 to 1991."""
_FIRST_DAY = date(1990, 1, 1)
_LAST_DAY = date(2200, 12, 31)
_PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class BadDay(Mistaken, ValueError):
    """This text names no day, month or year: the message says what is expected."""


def first_moment(text: str) -> datetime:
    """Return the first moment of a day (2022-04-18), month (2022-04) or year (2022); raise `BadDay`.

    Days are those from 1990 to 2200: no article is older, and no date can overflow.
    """
    return datetime.combine(_read_period(text)[0], time(), PRESS_ZONE)


def last_moment(text: str) -> datetime:
    """Return the first moment after a day, month or year; raise `BadDay` for any other text."""
    return datetime.combine(_read_period(text)[1], time(), PRESS_ZONE)


def press_day(moment: datetime) -> date:
    """Return the day of an aware moment where the newspapers are printed."""
    return moment.astimezone(PRESS_ZONE).date()


def _read_period(text: str) -> tuple[date, date]:
    """Return the first day of a period and the first day after it."""
    parts = _PERIOD.fullmatch(text)
    if parts is None:
        raise BadDay(f"{text} is not a day; expected YYYY-MM-DD (or a month YYYY-MM, or a year)")
    year, month, day = parts.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise BadDay(f"{text} is not a day of the calendar; expected YYYY-MM-DD") from None
    if not _FIRST_DAY <= first <= _LAST_DAY:
        raise BadDay(f"{text} is out of range; expected {_FIRST_DAY} to {_LAST_DAY}")
    if day:
        return first, first + timedelta(days=1)
    if month:
        return first, (first + timedelta(days=31)).replace(day=1)
    return first, first.replace(year=first.year + 1)
