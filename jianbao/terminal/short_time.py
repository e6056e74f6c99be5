"""Times as tables for people have them: short, and all in one zone."""

from __future__ import annotations

from datetime import datetime

from storage.records.press_days import PRESS_ZONE
from storage.records.saying import say

ZONE_NOTE = say("status.times")
"""What a page of short times says once."""


def short_time(moment: str | None, now: datetime) -> str:
    """Return an instant (ISO 8601 with its offset) to the minute in UTC+8; empty for none.

    Its year is told only when it is not now's.
    """
    if moment is None:
        return ""
    shown = datetime.fromisoformat(moment).astimezone(PRESS_ZONE)
    same_year = shown.year == now.astimezone(PRESS_ZONE).year
    return shown.strftime("%m-%d %H:%M" if same_year else "%Y-%m-%d %H:%M")
