"""Times as feeds print them: RFC 822 and what is made of it, W3C's profile of ISO 8601, Chinese clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from storage.records import Precision

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_ZONE = r"\s{0,3}(?P<zone>Z|[+-]\d{1,2}:?\d{2}|[A-Za-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?)?"
_NUMBERS = re.compile(
    r"(?P<year>\d{4})\s?(?:[-/.年]\s?(?P<month>\d{1,2})(?:\s?[-/.月]\s?(?P<day>\d{1,2})\s?日?)?)"
    rf"(?:[T\s]{{1,3}}{_CLOCK})?{_ZONE}",
    re.ASCII,
)
_WORDS = re.compile(
    r"(?:[^\W\d]{2,9}[,，.]?\s{0,3})?(?P<day>\d{1,2})[\s-]{1,3}(?P<month>[A-Za-z]{3,9})\.?[\s-]{1,3}"
    rf"(?P<year>\d{{4}}|\d{{2}})(?:[\s,]{{1,3}}{_CLOCK})?{_ZONE}"
)
_ASCTIME = re.compile(
    rf"[A-Za-z]{{3}},? (?P<month>[A-Za-z]{{3}}) (?P<day>\d{{1,2}}),? {_CLOCK}"
    r"(?: (?P<zone>[A-Za-z]{1,5}))? (?P<year>\d{4})"
)
_COMMENT = re.compile(r" ?\([^()]{0,40}\)\Z")
_OFFSET = re.compile(r"(?:GMT|UTC|UT)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?", re.IGNORECASE)
_LONGEST = 80
_PIVOT = 70
_UTC_NAMES = frozenset({"z", "gmt", "utc", "ut"})
_CHINESE_NAMES = frozenset({"cst", "bjt", "hkt"})
"""CST is China's in a Chinese feed, whatever RFC 822 says of America."""
_AMERICAN = {"est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "jst": 9, "kst": 9}
_HALVES = frozenset({"am", "pm"})
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class FeedTime:
    """An instant as a feed prints it, aware, how exact it is, and the zone as printed (None: none was)."""

    at: datetime
    precision: Precision
    zone: str | None = None


def read_feed_time(text: str, zone: tzinfo) -> FeedTime | None:
    """Return the time that a feed prints; None for none, an impossible one, or one without a day.

    A time without a zone is in ``zone``, the newspaper's; one in a zone that nobody knows is none.
    """
    text = " ".join(text[: 2 * _LONGEST].split())
    if not text or len(text) > _LONGEST:
        return None
    text = _COMMENT.sub("", text)
    match = _NUMBERS.fullmatch(text) or _WORDS.fullmatch(text) or _ASCTIME.fullmatch(text)
    try:
        return _of_parts(match.groupdict(), zone) if match else None
    except (ValueError, OverflowError):
        return None


def _of_parts(parts: dict[str, str | None], zone: tzinfo) -> FeedTime | None:
    month, printed = _month(parts["month"]), parts["zone"]
    half = printed.lower() if printed is not None and printed.lower() in _HALVES else None
    if half is not None:
        printed = None
    there = zone if printed is None else zone_named(printed)
    if parts["day"] is None or month is None or there is None:
        return None
    day = datetime(_year(parts["year"] or ""), month, int(parts["day"]), tzinfo=there)
    if parts["hour"] is None:
        return FeedTime(day.replace(tzinfo=zone), "day")
    second = min(int(parts["second"] or 0), 59)
    hours = timedelta(hours=_hour(int(parts["hour"]), half))
    at = day.replace(minute=int(parts["minute"] or 0), second=second) + hours
    return FeedTime(at, "minute" if parts["second"] is None else "second", printed)


def _hour(hour: int, half: str | None) -> int:
    """Return an hour of a day, where 24 is the end of it; raise ValueError."""
    if hour > (24 if half is None else 12):
        raise ValueError(hour)
    return hour if half is None else hour % 12 + (12 if half == "pm" else 0)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (1900 if year >= _PIVOT else 2000)  # noqa: PLR2004 - RFC 822's two


def _month(text: str | None) -> int | None:
    if text is None:
        return None
    if text.isdecimal():
        return int(text)
    name = text[:3].lower()
    return _MONTHS.index(name) + 1 if name in _MONTHS else None


def zone_named(printed: str | None) -> tzinfo | None:
    """Return the zone of a name or a distance as printed; None where nobody knows it."""
    if printed is None:
        return None
    name = printed.lower()
    if name in _UTC_NAMES:
        return UTC
    if name in _CHINESE_NAMES:
        return _CHINA
    if name in _AMERICAN:
        return timezone(timedelta(hours=_AMERICAN[name]))
    match = _OFFSET.fullmatch(printed)
    if match is None:
        return None
    distance = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return timezone(-distance if match["sign"] == "-" else distance)
