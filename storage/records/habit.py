"""Habits: on which days of the week, and on which public holidays, a source prints, learned from its days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

from storage.records.press_holidays import find_holiday

_KNOWN_AFTER = 21
"""Days of history from which on a habit is known: three of each weekday."""
_EXPECTED = 0.75
_STEADY = 0.97
_FEW = 3
"""Articles a day: a source that usually has fewer may have none by chance."""
_PRIOR = 4
"""Days of its like that count beside a weekday's own: one that is missing is no habit yet."""
_HOLIDAYS_SEEN = 2
_SATURDAY = 5
_WEEK = 7


@dataclass(frozen=True, slots=True)
class DayHabit:
    """What a source did on the days of one sort: of ``seen`` ones it ``printed`` on so many.

    ``usual`` is the median of the articles on those (of a digital newspaper's issues, where only these count,
    1), ``few`` their lower quartile; 0 where it never printed.
    """

    seen: int = 0
    printed: int = 0
    usual: int = 0
    few: int = 0

    @property
    def share(self) -> float:
        """On which part of the days it printed."""
        return self.printed / self.seen if self.seen else 0.0


_NEVER = DayHabit()


@dataclass(frozen=True, slots=True)
class Habit:
    """On which days a source prints. ``weekdays`` begins on Monday, and leaves public holidays out.

    ``holidays`` has the days of each public holiday by its name. ``by_issue``: its issues were counted, of
    which there is one a day at most.
    """

    source: str
    weekdays: tuple[DayHabit, ...] = (_NEVER,) * 7
    holidays: Mapping[str, DayHabit] = field(default_factory=dict)
    by_issue: bool = False

    @property
    def seen(self) -> int:
        """How many ordinary days it was learned from."""
        return sum(day.seen for day in self.weekdays)

    @property
    def is_known(self) -> bool:
        """Whether there was enough to learn from; until then nothing can be said of a silent day."""
        return self.seen >= _KNOWN_AFTER and any(day.printed for day in self.weekdays)

    def of(self, day: date) -> DayHabit:
        """Return what the source did on days like this one."""
        holiday = find_holiday(day)
        return self.weekdays[day.weekday()] if holiday is None else self.holidays.get(holiday, _NEVER)

    def is_expected(self, day: date) -> bool:
        """Return whether a day without an article would be against the habit.

        Never while that is not known; on a public holiday only where the source printed on every day of
        that holiday before.
        """
        if not self.is_known:
            return False
        alike = self.of(day)
        if find_holiday(day) is not None:
            return alike.seen >= _HOLIDAYS_SEEN and alike.printed == alike.seen and self._is_steady(alike)
        return self._is_usual(day.weekday()) and self._is_steady(alike)

    def _is_usual(self, weekday: int) -> bool:
        own = self.weekdays[weekday]
        others = [
            day
            for other, day in enumerate(self.weekdays)
            if other != weekday and (other >= _SATURDAY) == (weekday >= _SATURDAY)
        ]
        seen = sum(day.seen for day in others)
        prior = sum(day.printed for day in others) / seen if seen else 0.0
        shrunk = (own.printed + _PRIOR * prior) / (own.seen + _PRIOR)
        return max(own.share, shrunk) >= _EXPECTED and own.printed > 0

    def _is_steady(self, alike: DayHabit) -> bool:
        """Return whether a day with nothing can't be chance, as it is where there are few articles a day."""
        if self.by_issue or alike.few >= _FEW:
            return True
        expected = [day for weekday, day in enumerate(self.weekdays) if self._is_usual(weekday)]
        return sum(day.printed for day in expected) >= _STEADY * sum(day.seen for day in expected)


def learn_habit(
    source: str, counts: Mapping[date, int], seen: Iterable[date], *, by_issue: bool = False
) -> Habit:
    """Return the habit that these days teach: how many articles (or issues) each of the ``seen`` days had.

    Days before the first that printed teach nothing, nor does a silence of a week or more that is twice as
    long as the usual pauses: that is a fault, or a holiday, and no habit.
    """
    days = sorted(set(seen))
    taught = _leave_silences_out(days, counts)
    weekdays: list[list[int]] = [[] for _ in range(7)]
    holidays: dict[str, list[int]] = {}
    for day in taught:
        holiday = find_holiday(day)
        sort = weekdays[day.weekday()] if holiday is None else holidays.setdefault(holiday, [])
        sort.append(counts.get(day, 0))
    return Habit(
        source,
        tuple(_sum_up(sort) for sort in weekdays),
        {name: _sum_up(sort) for name, sort in holidays.items()},
        by_issue,
    )


def _leave_silences_out(days: Sequence[date], counts: Mapping[date, int]) -> list[date]:
    """Return the days from the first that printed on, without those of unusually long silences."""
    printed = [day for day in days if counts.get(day)]
    if not printed:
        return []
    pauses = sorted((later - earlier).days for earlier, later in pairwise(printed))
    usual = pauses[len(pauses) * 9 // 10] if pauses else 1
    longest = max(_WEEK, 2 * usual)
    taught: list[date] = []
    for first, following in pairwise([*printed, days[-1] + timedelta(days=1)]):
        if (following - first).days <= longest:
            taught += days[bisect_left(days, first) : bisect_left(days, following)]
        else:
            taught.append(first)
    return taught


def _sum_up(counts: list[int]) -> DayHabit:
    printed = sorted(count for count in counts if count)
    if not printed:
        return DayHabit(len(counts))
    return DayHabit(len(counts), len(printed), median_low(printed), printed[(len(printed) - 1) // 4])
