"""Public holidays of China: days on which a newspaper may be silent.

From the library ``holidays``, which has the days off that the State Council announces for each year in its
autumn before. Of a year whose days off are not announced yet, National Day and the Spring Festival count as
long as they usually last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

NATIONAL_DAY = "National Day"
SPRING_FESTIVAL = "Spring Festival"
_OTHER_NAMES = {
    "Chinese New Year": SPRING_FESTIVAL,
    "New Year's Day": "New Year's Day",
    "National Day": NATIONAL_DAY,
}
_LONG = {NATIONAL_DAY: 7, SPRING_FESTIVAL: 8}
"""How many days the long holidays last, from their first."""
_SUBSTITUTED = "Day off"
_SATURDAY = 5
_DAY = timedelta(days=1)


def find_holiday(day: date) -> str | None:
    """Return the name of the public holiday of China that a day belongs to, in English; None for none."""
    return _list_holidays(day.year).get(day)


def count_holidays(after: date, until: date) -> int:
    """Return how many public holidays there are after one day, until another one, which counts."""
    days = (after + timedelta(days=at) for at in range(1, (until - after).days + 1))
    return sum(find_holiday(day) is not None for day in days)


def longest_pause(days: Sequence[date]) -> timedelta:
    """Return the longest time between two of these days, in order; holidays between them do not count."""
    longest = timedelta()
    for earlier, later in pairwise(days):
        pause = later - earlier
        if pause > max(longest, _DAY):  # a shorter one needs no calendar
            pause -= count_holidays(earlier, later - _DAY) * _DAY
        longest = max(longest, pause)
    return longest


@cache
def _list_holidays(year: int) -> dict[date, str]:
    from holidays.countries.china import China  # noqa: PLC0415 - a tenth of a second

    known = China(years=[year], language="en_US")  # type: ignore[no-untyped-call]
    found: dict[date, str] = {}
    before: tuple[date, str] | None = None
    announced = any(_SUBSTITUTED in name for name in known.values())
    for day, printed in sorted(known.items()):
        name = _name(printed)
        if name is None:  # a day off, beside the holiday that it prolongs
            near = before is not None and day - before[0] <= timedelta(days=4)
            name = before[1] if near and before is not None else _SUBSTITUTED
        found[day] = name
        before = (day, name)
    return _join_weekends(found if announced else _prolong(found))


def _name(printed: str) -> str | None:
    """Return the name of a holiday without what the library adds; None for a day off without a name."""
    if _SUBSTITUTED in printed:
        return None
    bare = printed.split(";", maxsplit=1)[0].partition(" (")[0]
    return next((name for start, name in _OTHER_NAMES.items() if bare.startswith(start)), bare)


def _prolong(found: dict[date, str]) -> dict[date, str]:
    """Return holidays with the long ones as long as they usually last."""
    whole = dict(found)
    for name, days in _LONG.items():
        first = min((day for day, its in found.items() if its == name), default=None)
        if first is not None:
            whole |= {first + timedelta(days=at): name for at in range(days)}
    return whole


def _join_weekends(found: dict[date, str]) -> dict[date, str]:
    """Return holidays with the weekends that touch them: one break, whatever the calendar calls its days."""
    whole = dict(found)
    for step in (timedelta(days=1), timedelta(days=-1)):
        for day, name in found.items():
            beside = day + step
            while beside.weekday() >= _SATURDAY and beside not in whole:
                whole[beside] = name
                beside += step
    return whole
