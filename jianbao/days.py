"""Days as people name them on the command line: in the newspapers' own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import typer

PRESS_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of the newspapers, and of days on the command line."""
_FIRST_DAY = date(1990, 1, 1)
_LAST_DAY = date(2200, 12, 31)


def first_moment(text: str | None, option: str) -> datetime | None:
    """Return the first moment of a day, None for none; raise `typer.BadParameter` for any other text.

    Days are those from 1990 to 2200: no article is older, and no date can overflow.
    """
    day = _parse_day(text, option)
    return None if day is None else datetime.combine(day, time(), PRESS_ZONE)


def last_moment(text: str | None, option: str) -> datetime | None:
    """Return the first moment after a day, None for none; raise `typer.BadParameter` for any other text.

    Days are those from 1990 to 2200: no article is older, and no date can overflow.
    """
    day = _parse_day(text, option)
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), PRESS_ZONE)


def _parse_day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} {text} is not a day; expected YYYY-MM-DD") from None
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise typer.BadParameter(f"{option} {text} is out of range; expected {_FIRST_DAY} to {_LAST_DAY}")
    return day
