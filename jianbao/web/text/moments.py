"""Days and instants as pages print them, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from jianbao.web.text.language import Say
from storage.records.press_days import PRESS_ZONE


def name_day(day: date, say: Say) -> str:
    """Return a day with its day of the week."""
    return say(
        "day.full",
        year=day.year,
        month=say(f"month.{day.month}"),
        day=day.day,
        weekday=say(f"weekday.{day.isoweekday()}"),
    )


def name_month(day: date, say: Say) -> str:
    """Return the month of a day, with its year."""
    return say("day.month", year=day.year, month=say(f"month.{day.month}"))


def print_clock(moment: datetime, zone: ZoneInfo = PRESS_ZONE) -> str:
    """Return an instant's hour and minute."""
    return f"{moment.astimezone(zone):%H:%M}"


def print_moment(moment: datetime, zone: ZoneInfo = PRESS_ZONE) -> str:
    """Return an instant to the minute."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def print_published(moment: datetime, precision: str, zone: ZoneInfo = PRESS_ZONE) -> str:
    """Return a publication time as exactly as the newspaper states it."""
    return f"{moment.astimezone(zone):%Y-%m-%d}" if precision == "day" else print_moment(moment, zone)


def machine_moment(moment: datetime, zone: ZoneInfo = PRESS_ZONE) -> str:
    """Return an instant in ISO 8601 with the zone's offset, as `<time datetime>` has it."""
    return moment.astimezone(zone).isoformat(timespec="seconds")
