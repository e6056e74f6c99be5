"""Times as upstream prints them: China Standard Time, in a handful of shapes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from storage.records import Precision
from storage.records.press_days import PRINTED_ZONE

_PRINTED = re.compile(
    r"(?P<year>\d{4})[-/年](?P<month>\d{1,2})[-/月](?P<day>\d{1,2})日?"
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
# Art_SortStart: epoch seconds, then the last six digits of the code (docs/upstream.md#times-and-codes).
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:\d{3}|\d{6})?", re.ASCII)


def read_time(text: str) -> tuple[datetime, Precision] | None:
    """Return a printed time, aware, and how exact it is; None when the text is no time or an impossible one.

    Reads ``2022-04-18 08:09:12``, ``2026年08月19日 17:46`` and ISO 8601 (Beijing time unless a zone is
    printed), and epoch seconds or milliseconds.
    """
    text = text.strip()
    try:
        if match := _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(int(match["seconds"]), PRINTED_ZONE), "second"
        match = _PRINTED.fullmatch(text)
        return _from_parts(match) if match else None
    except (ValueError, OverflowError):
        return None


def _from_parts(match: re.Match[str]) -> tuple[datetime, Precision]:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if match["hour"] is None:
        return datetime(year, month, day, tzinfo=PRINTED_ZONE), "day"
    clock = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    time = datetime(year, month, day, *clock, tzinfo=_zone(match["zone"]))
    return time.astimezone(PRINTED_ZONE), "second" if match["second"] else "minute"


def _zone(printed: str | None) -> timezone:
    if printed is None:
        return PRINTED_ZONE
    if printed == "Z":
        return UTC
    minutes = int(printed[1:3]) * 60 + int(printed[-2:])
    return timezone(timedelta(minutes=-minutes if printed[0] == "-" else minutes))
