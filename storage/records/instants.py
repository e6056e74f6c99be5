"""Which stored instants count: a clock that was wrong for one run must not be believed for years.

An instant that was stored by a sound clock lies ahead of now by no more than its kind ever reaches ahead: a
retry by a day, a host's rest by a day, what has happened not at all. One that lies further ahead was stored
while the clock was ahead, and counts as unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from storage.records import info_code_day

LONGEST_RETRY = timedelta(days=1)
"""How far ahead a listing's next try may lie."""
LONGEST_REST = timedelta(days=1)
"""How far ahead the end of a host's rest may lie, whatever the host asked for."""

_EARLY = timedelta(days=31)
"""How much earlier than the day in its info code an article is never listed: there is plenty to spare."""

Stamp = tuple[datetime, str]
"""When an article was first listed, by the clock of that moment, and its info code."""


def past(moment: datetime | None, now: datetime) -> datetime | None:
    """Return an instant at which something happened; None when it is unknown, or lies ahead of now."""
    return ahead(moment, now, timedelta(0))


def ahead(moment: datetime | None, now: datetime, longest: timedelta) -> datetime | None:
    """Return an instant that may lie ahead by the longest distance; None when it is unknown or further."""
    return moment if moment is not None and moment - now <= longest else None


def is_recent(moment: datetime | None, now: datetime, memory: timedelta) -> bool:
    """Tell whether something happened within the memory's length before now."""
    return moment is not None and timedelta(0) <= now - moment < memory


def sound_stamps(stamps: Iterable[Stamp], now: datetime) -> list[Stamp]:
    """Return the stamps that lie neither ahead of now nor long before the day in the article's own code."""
    return [(moment, code) for moment, code in stamps if moment <= now and not _is_too_early(moment, code)]


def steady_days(stamps: Iterable[Stamp]) -> list[date]:
    """Return, in order, the days (UTC) of stamps that do not contradict each other.

    Articles are listed in the order of the days in their codes, so a stamp that stands out of that order is
    one of a clock that had jumped: of those that contradict each other, as many as possible are kept.
    """
    ordered = sorted(stamps, key=lambda stamp: (info_code_day(stamp[1]) or stamp[0].date(), stamp[0]))
    return sorted({moment.date() for moment in _longest_ordered([moment for moment, _ in ordered])})


def _is_too_early(moment: datetime, info_code: str) -> bool:
    day = info_code_day(info_code)
    return day is not None and moment.date() < day - _EARLY


def _longest_ordered(moments: Sequence[datetime]) -> list[datetime]:
    """Return the longest run of times, others left out, in which none is earlier than the one before it."""
    last: list[int] = []  # of the runs of each length, where the one that ends earliest ends
    ends: list[datetime] = []
    before: list[int] = []
    for place, moment in enumerate(moments):
        length = bisect_right(ends, moment)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [moment]
        last[length : length + 1] = [place]
    run: list[datetime] = []
    place = last[-1] if last else -1
    while place >= 0:
        run.append(moments[place])
        place = before[place]
    return run[::-1]
