"""Adaptive polling: the next poll follows what a source's own polls have found, within its bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.adaptive.history import Bounds, HourCounts, PollHistory
from scheduler.adaptive.next_poll import busy_spans, plan_poll
from storage.records.poll_day import PollDay, add_poll, days_between

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOUNDS = Bounds(5 * MINUTE, 2 * HOUR, 3 * DAY)
NOON = datetime(2026, 3, 20, 12, 0, tzinfo=ZONE)  # a Friday
SIX = NOON - 6 * HOUR


def every_day(counts: Callable[[date], dict[int, float]], count: int = 28) -> list[HourCounts]:
    """Return the days before today, each seen whole, with what came in which hour."""
    days = [(NOON - number * DAY).date() for number in range(1, count + 1)]
    return [HourCounts(day, [1.0] * 24, [counts(day).get(hour, 0.0) for hour in range(24)]) for day in days]


def known(
    days: Sequence[HourCounts], polled_at: datetime = NOON, changed_at: datetime | None = None
) -> PollHistory:
    return PollHistory(ZONE, BOUNDS, days, polled_at, polled_at, changed_at or polled_at - DAY)


MORNING = every_day(lambda _: {6: 6.0})
WEEKLY = every_day(lambda day: {8: 6.0} if day.weekday() == 4 else {})


def test_who_was_never_polled_is_due_at_once_and_then_often() -> None:
    new = PollHistory(ZONE, BOUNDS)
    assert (plan_poll(new, NOON).at, plan_poll(new, NOON).why) == (NOON, "first")

    polled = known([], NOON)
    assert (plan_poll(polled, NOON).at, plan_poll(polled, NOON).why) == (NOON + 5 * MINUTE, "learning")


def test_the_pauses_grow_with_each_day_that_was_seen() -> None:
    pauses = [plan_poll(known(every_day(lambda _: {}, count)), NOON).pause for count in range(7)]

    assert pauses == [*(5 * MINUTE * 2**n for n in range(5)), 2 * HOUR, 2 * HOUR]


def test_a_morning_paper_is_polled_often_in_the_morning_and_seldom_else() -> None:
    assert plan_poll(known(MORNING, SIX), SIX).pause < 10 * MINUTE
    quiet = plan_poll(known(MORNING), NOON)
    assert (quiet.pause, quiet.at, quiet.why) == (2 * HOUR, NOON + 2 * HOUR, "quiet")


def test_a_long_pause_ends_early_where_a_busy_hour_begins() -> None:
    before = SIX - 2 * HOUR

    at = plan_poll(known(MORNING, before), before).at

    assert before + HOUR < at <= SIX + 10 * MINUTE


def test_a_weekly_paper_is_looked_for_on_its_day_only() -> None:
    eight = NOON - 4 * HOUR
    assert plan_poll(known(WEEKLY, eight), eight).pause <= 10 * MINUTE
    assert plan_poll(known(WEEKLY, eight + DAY), eight + DAY).pause > 20 * MINUTE


def test_the_busy_hours_of_today_can_be_told() -> None:
    (span,) = busy_spans(known(MORNING), NOON)
    assert span.first <= 6 < span.last
    assert span.last - span.first <= 3
    assert span.pause < 10 * MINUTE
    assert busy_spans(known(every_day(lambda _: {})), NOON) == ()


def test_after_news_it_is_looked_again_soon() -> None:
    found = plan_poll(known(MORNING, NOON, changed_at=NOON), NOON)

    assert (found.at, found.why) == (NOON + 20 * MINUTE, "news")


def test_a_poll_that_failed_is_tried_again_with_growing_pauses() -> None:
    pauses = [
        plan_poll(replace(known(MORNING), succeeded_at=NOON - ago * MINUTE), NOON).pause / MINUTE
        for ago in (5, 20, 60, 6000)
    ]
    assert pauses == [5, 10, 30, 120]
    never = replace(known(MORNING), succeeded_at=None)
    assert (plan_poll(never, NOON).pause, plan_poll(never, NOON).why) == (5 * MINUTE, "retry")


def test_a_host_that_wants_rest_is_not_polled_before_its_end() -> None:
    rest = replace(known(MORNING), rests_until=NOON + 5 * HOUR)

    found = plan_poll(rest, NOON)

    assert (found.at, found.may_at, found.why) == (NOON + 5 * HOUR, NOON + 5 * HOUR, "rest")


def test_no_pause_is_longer_than_a_safe_part_of_the_window() -> None:
    bounds = Bounds(5 * MINUTE, DAY, DAY)
    found = plan_poll(replace(known(every_day(lambda _: {})), bounds=bounds), NOON)

    assert found.pause == 4 * HOUR


def test_a_clock_that_was_ahead_is_not_believed() -> None:
    ahead = known(MORNING, NOON + 365 * DAY)
    assert plan_poll(ahead, NOON).at == NOON

    noisy = HourCounts((NOON + 90 * DAY).date(), [1.0] * 24, [9.0] * 24)
    assert plan_poll(known([*MORNING, noisy]), NOON).pause == 2 * HOUR


@pytest.mark.parametrize("broken", [[], [float("nan")] * 24, [-5.0] * 24, [float("inf")] * 30])
def test_counts_that_are_broken_teach_nothing(broken: list[float]) -> None:
    days = [HourCounts(day.day, broken, broken) for day in MORNING]

    assert plan_poll(known(days), NOON).why == "learning"


hours = st.lists(st.floats(0, 50), min_size=24, max_size=24)


@given(
    st.lists(st.tuples(st.integers(0, 40), hours, hours), max_size=20),
    st.integers(0, 2879),
    st.integers(0, 10_000),
)
def test_every_plan_keeps_its_bounds_and_is_the_same_again(
    told: list[tuple[int, list[float], list[float]]], minute: int, ago: int
) -> None:
    polled_at = NOON + minute * MINUTE
    days = [HourCounts((NOON - number * DAY).date(), seen, news) for number, seen, news in told]
    history = PollHistory(ZONE, BOUNDS, days, polled_at, polled_at - ago * MINUTE, polled_at - DAY)

    found = plan_poll(history, polled_at)

    assert BOUNDS.floor <= found.at - polled_at.astimezone(UTC) <= BOUNDS.longest
    assert polled_at <= found.may_at <= found.at
    assert found == plan_poll(history, polled_at)


def poll_on(days: dict[date, PollDay], first: datetime, last: datetime, prints: float) -> list[timedelta]:
    """Poll as planned while something comes at an hour of each day; return how long each waited."""
    at, before, changed, waited = first, first - HOUR, first - DAY, []
    while at < last:
        printed = at.replace(hour=0, minute=0) + prints * HOUR
        if has_news := before < printed <= at:
            waited.append(at - printed)
        changed = at if has_news else changed
        days.update((day.day, day) for day in add_poll(days, before, at, ZONE, 20 * has_news))
        counts = [HourCounts(day.day, day.seen, day.news) for day in days.values()]
        before, at = at, plan_poll(PollHistory(ZONE, BOUNDS, counts, at, at, changed), at).at.astimezone(ZONE)
    return waited


def test_a_changed_habit_is_learned_within_days() -> None:
    days: dict[date, PollDay] = {}
    poll_on(days, NOON, NOON + 28 * DAY, prints=6.3)

    waited = poll_on(days, NOON + 28 * DAY, NOON + 38 * DAY, prints=16.6)

    assert max(waited) <= 2 * HOUR
    assert max(waited[3:]) <= 20 * MINUTE


def test_a_pause_of_ours_teaches_nothing() -> None:
    assert days_between(NOON - 10 * DAY, NOON, ZONE) == ()
    assert days_between(NOON, NOON - HOUR, ZONE) == ()
    assert days_between(None, NOON, ZONE) == ()


def test_hundreds_at_once_count_little_more_than_dozens() -> None:
    (dozens,) = add_poll({}, NOON - HOUR, NOON, ZONE, 30)
    (hundreds,) = add_poll({}, NOON - HOUR, NOON, ZONE, 800)

    assert sum(hundreds.news) < 2 * sum(dozens.news)
