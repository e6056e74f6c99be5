"""Habits: which days a source prints on, and what is not to be expected of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from storage.ledger.habits import each_day
from storage.records.habit import Habit, learn_habit
from storage.records.press_holidays import find_holiday

FIRST, LAST = date(2026, 5, 6), date(2026, 9, 20)  # of holidays the Dragon Boat Festival alone
MONDAY, FRIDAY, SATURDAY = date(2026, 9, 21), date(2026, 9, 18), date(2026, 9, 26)


def learn(prints: Callable[[date], int], first: date = FIRST, last: date = LAST) -> Habit:
    """Return the habit of a source that printed so much on each day."""
    days = each_day(first, last)
    return learn_habit("laiyangribao", Counter({day: prints(day) for day in days}), days)


def test_a_daily_paper_is_expected_every_day_but_on_holidays() -> None:
    habit = learn(lambda _day: 20)
    assert habit.is_known
    assert habit.is_expected(MONDAY)
    assert habit.is_expected(date(2026, 9, 20))
    assert not habit.is_expected(date(2026, 10, 1)), "nothing is known of what it does on National Day"


def test_quiet_weekends_are_a_habit() -> None:
    habit = learn(lambda day: 12 if day.weekday() < 5 else 0)
    assert habit.is_expected(FRIDAY)
    assert not habit.is_expected(date(2026, 9, 19))


def test_a_weekly_paper_is_expected_on_its_day_alone() -> None:
    habit = learn(lambda day: 30 if day.weekday() == 4 else 0)
    assert [habit.is_expected(FRIDAY - timedelta(days=before)) for before in range(7)] == [True] + [False] * 6


@pytest.mark.parametrize(
    "prints",
    [
        lambda day: 1 if day.toordinal() % 3 else 0,
        lambda day: 9 if day.toordinal() % 14 == 5 else 0,
        lambda day: 9 if day.day == 5 else 0,
        lambda day: (day.toordinal() * 7919 % 13) % 3,
    ],
    ids=["two days of three", "every other week", "every month", "few by chance"],
)
def test_irregular_papers_are_never_expected(prints: Callable[[date], int]) -> None:
    habit = learn(prints)
    assert not any(habit.is_expected(day) for day in each_day(date(2026, 9, 21), date(2026, 12, 31)))


def test_what_is_missing_is_not_taken_for_a_habit() -> None:
    missing = {date(2026, 8, 4), date(2026, 8, 18), *each_day(date(2026, 8, 24), date(2026, 9, 2))}
    habit = learn(lambda day: 0 if day in missing else 20, date(2026, 8, 1), date(2026, 9, 12))
    assert all(habit.is_expected(day) for day in missing)


def test_a_habit_of_two_weeks_is_not_known_yet() -> None:
    habit = learn(lambda _day: 20, date(2026, 9, 1), date(2026, 9, 14))
    assert not habit.is_known
    assert not habit.is_expected(FRIDAY)


def test_a_paper_that_printed_on_every_day_of_a_holiday_is_expected_then() -> None:
    habit = learn(lambda _day: 20, date(2025, 9, 1), date(2026, 9, 20))
    assert habit.is_expected(date(2026, 10, 2))
    silent = learn(lambda day: 0 if find_holiday(day) else 20, date(2025, 9, 1), date(2026, 9, 20))
    assert not silent.is_expected(date(2026, 10, 2))


def test_days_off_that_are_not_announced_yet_count_as_long_as_they_usually_last() -> None:
    assert {find_holiday(day) for day in each_day(date(2026, 10, 1), date(2026, 10, 7))} == {"National Day"}
    assert {find_holiday(day) for day in each_day(date(2044, 10, 1), date(2044, 10, 7))} == {"National Day"}
    assert find_holiday(date(2026, 10, 14)) is None
