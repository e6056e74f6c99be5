"""Days as people name them: from the first moment in Shanghai to the first moment after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.records.press_days import PRESS_ZONE, BadDay, first_moment, last_moment, press_day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-20", "2026-03-20", "2026-03-21"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-12-31", "2026-12-31", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("1990", "1990-01-01", "1991-01-01"),
        ("2200-12-31", "2200-12-31", "2201-01-01"),
    ],
)
def test_a_period_begins_and_ends_at_midnight_in_shanghai(text: str, first: str, last: str) -> None:
    assert first_moment(text) == datetime.fromisoformat(f"{first}T00:00+08:00")
    assert last_moment(text) == datetime.fromisoformat(f"{last}T00:00+08:00")
    assert first_moment(text).tzinfo is PRESS_ZONE


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "expected YYYY-MM-DD"),
        ("2026-3-1", "expected YYYY-MM-DD"),
        ("20260301", "expected YYYY-MM-DD"),
        ("2026-03-01T00:00", "expected YYYY-MM-DD"),
        (" 2026-03-01", "expected YYYY-MM-DD"),
        ("2026-03-01\n", "expected YYYY-MM-DD"),
        ("２０２６", "expected YYYY-MM-DD"),
        ("2026-02-29", "calendar"),
        ("2026-13", "calendar"),
        ("2026-00", "calendar"),
        ("2026-03-00", "calendar"),
        ("0000", "calendar"),
        ("0001", "out of range"),
        ("1989-12-31", "out of range"),
        ("2201", "out of range"),
        ("9999-12-31", "out of range"),
    ],
    ids=ascii,
)
def test_what_is_no_day_is_told_so(text: str, hint: str) -> None:
    for read in (first_moment, last_moment):
        with pytest.raises(BadDay, match=hint):
            read(text)


@given(st.text(st.sampled_from("0123456789-年 "), max_size=10))
def test_any_text_is_a_period_or_refused(text: str) -> None:
    try:
        first, last = first_moment(text), last_moment(text)
    except BadDay:
        return
    assert timedelta(days=1) <= last - first <= timedelta(days=366)


@given(st.dates(date(1990, 1, 1), date(2200, 12, 31)))
def test_every_moment_of_a_day_is_of_that_day(day: date) -> None:
    first, last = first_moment(day.isoformat()), last_moment(day.isoformat())
    assert {press_day(first), press_day(last - timedelta(microseconds=1))} == {day}
    assert press_day(first.astimezone(UTC) - timedelta(microseconds=1)) == day - timedelta(days=1)
