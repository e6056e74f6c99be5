"""Days that are missing: against a habit, watched by nobody; the event that tells of them, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from support.printed_days import SLUG, PrintedDays, keep_days, moment

from storage.database.schema import backfill
from storage.events.event import list_open_events, resolve_all_events
from storage.ledger.habits import each_day
from storage.ledger.holes.covered import read_coverage
from storage.ledger.holes.look import look_for_gaps, tell_gaps
from storage.ledger.poll import record_poll
from storage.records import Poll
from storage.records.press_holidays import find_holiday

FIRST, LAST = date(2026, 6, 25), date(2026, 11, 12)  # National Day and Mid-Autumn are in between
TUESDAY, WEDNESDAY = date(2026, 11, 3), date(2026, 11, 4)
DAY = timedelta(days=1)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[PrintedDays]:
    with keep_days(tmp_path / "archive", FIRST, LAST) as kept:
        yield kept


def test_days_against_the_habit_are_named_and_nothing_else(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    assert days.spans() == []
    days.loses(date(2026, 8, 11), TUESDAY, WEDNESDAY)
    assert days.spans() == [
        ("silent", date(2026, 8, 11), date(2026, 8, 11)),
        ("silent", TUESDAY, WEDNESDAY),
    ]
    assert days.day_holes()[1].count == 2


@pytest.mark.parametrize(
    "much",
    [
        lambda day: 0 if find_holiday(day) else 6,
        lambda day: 6 if day.weekday() < 5 and not find_holiday(day) else 0,
        lambda day: 9 if day.weekday() == 3 and not find_holiday(day) else 0,
        lambda day: 9 if day.day in (1, 15) else 0,
        lambda day: day.toordinal() * 7919 % 3,
    ],
    ids=["holidays", "weekends and holidays", "weekly", "twice a month", "irregular"],
)
def test_what_the_habit_or_the_calendar_explains_is_no_hole(
    days: PrintedDays, much: Callable[[date], int]
) -> None:
    days.prints(much)
    assert days.spans() == []


def test_a_silence_that_begins_in_holidays_and_goes_on_is_a_hole(days: PrintedDays) -> None:
    days.prints(lambda day: 0 if date(2026, 10, 1) <= day <= date(2026, 10, 11) else 6)
    assert days.spans() == [("silent", date(2026, 10, 8), date(2026, 10, 11))]


def test_a_weekly_paper_is_missed_on_its_day_alone(days: PrintedDays) -> None:
    days.prints(lambda day: 9 if day.weekday() == 1 and day != TUESDAY else 0)
    assert days.spans() == [("silent", TUESDAY, TUESDAY)]


def test_nothing_is_said_of_a_source_with_little_history(tmp_path: Path) -> None:
    with keep_days(tmp_path / "archive", LAST - 15 * DAY, LAST) as days:
        days.prints(lambda _day: 6)
        days.loses(TUESDAY)
        assert days.spans() == []


def test_an_outage_longer_than_the_window_is_told_as_such(days: PrintedDays) -> None:
    outage = each_day(date(2026, 10, 20), date(2026, 10, 29))
    days.prints(lambda day: 0 if day in outage[1:-3] else 6)
    days.change_source(last_succeeded_at=moment(outage[0]), last_outcome="failed")
    back = Poll(SLUG, "unchanged", moment(outage[-1]))
    with days.archive.writing() as connection:
        record_poll(connection, back)
        record_poll(connection, Poll(SLUG, "unchanged", days.now))
    (hole,) = [hole for hole in days.day_holes() if hole.first < TUESDAY]
    assert (hole.kind, hole.first, hole.last) == ("unwatched", outage[1], outage[-4])
    assert str(hole.reason) == (
        "nobody watched it for longer than the 3 days that its site keeps articles: every poll failed"
    )
    assert "每次轮询都失败" in hole.reason.tell("zh")


def test_a_poll_under_a_clock_that_was_years_ahead_makes_no_later_day_unwatched(days: PrintedDays) -> None:
    days.prints(lambda day: 6 if day.weekday() < 5 and not find_holiday(day) else 0)
    days.change_source(last_succeeded_at=moment(LAST - 60 * DAY))
    with days.archive.writing() as connection:
        record_poll(connection, Poll(SLUG, "unchanged", days.now + 1000 * DAY))
        record_poll(connection, Poll(SLUG, "unchanged", days.now))
    assert days.spans() == []
    days.loses(TUESDAY)
    assert days.spans() == [("silent", TUESDAY, TUESDAY)]


def test_a_silence_that_no_poll_has_seen_yet_is_none(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(LAST, LAST - DAY)
    days.change_source(last_succeeded_at=moment(LAST - DAY), last_outcome="failed")
    assert days.spans() == []
    going_on = days.day_holes(moment(LAST + 6 * DAY))
    assert [(hole.kind, hole.first, hole.last) for hole in going_on] == [
        ("unwatched", LAST - DAY, LAST + 3 * DAY)
    ]


def test_days_before_a_source_was_added_count_where_a_backfill_went(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.change_source(added_at=days.now)
    days.loses(TUESDAY)
    assert days.spans() == []
    with days.archive.writing() as connection:
        done = {"source": SLUG, "newest_first": True, "state": "done", "begun_at": days.now}
        connection.execute(insert(backfill).values(**done, first_day=FIRST, last_day=LAST))
    assert days.spans() == [("silent", TUESDAY, TUESDAY)]


def look(days: PrintedDays, at: date | None = None) -> list[str]:
    """Look as after a crawl; return the messages of the open events about gaps."""
    now = days.now if at is None else moment(at)
    with days.archive.reading() as view:
        seen = look_for_gaps(view, [SLUG], now)
    with days.archive.writing() as connection:
        tell_gaps(connection, seen, now)
        return [str(one.message) for one in list_open_events(connection) if one.kind == "gap_found"]


def test_a_missed_day_is_an_event_at_the_first_poll_after_it_and_ends_with_its_articles(
    days: PrintedDays,
) -> None:
    days.prints(lambda _day: 6)
    assert look(days) == []
    days.loses(LAST)
    told = look(days)
    assert told == [f"{SLUG} misses days: {LAST} (nothing was published, against its habit)"]
    assert look(days) == told
    with days.archive.reading() as view:
        (event,) = list_open_events(view)
    assert (event.times, event.examples) == (1, (str(LAST),))
    days.loses(*each_day(FIRST, LAST))
    days.prints(lambda _day: 6)
    assert look(days) == []


def test_what_somebody_has_seen_is_not_told_again(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(LAST)
    assert len(look(days)) == 1
    with days.archive.writing() as connection:
        resolve_all_events(connection, days.now)
    assert look(days) == []
    days.change_source(last_succeeded_at=moment(LAST + 2 * DAY))
    assert look(days, LAST + 2 * DAY) == [
        f"{SLUG} misses days: {LAST + DAY} (nothing was published, against its habit)"
    ]


def test_a_day_that_was_watched_in_part_and_has_less_than_usual_is_told(days: PrintedDays) -> None:
    outage = each_day(date(2026, 10, 20), date(2026, 10, 29))
    border = outage[-4]
    days.prints(lambda day: 0 if day in outage[1:-4] else 2 if day == border else 6)
    days.change_source(last_succeeded_at=moment(outage[0]), last_outcome="failed")
    with days.archive.writing() as connection:
        record_poll(connection, Poll(SLUG, "unchanged", moment(outage[-1])))
        record_poll(connection, Poll(SLUG, "unchanged", days.now))
    assert days.spans() == [("unwatched", outage[1], outage[-5]), ("unwatched", border, border)]
    assert str(days.day_holes()[1].reason) == (
        "nobody watched a part of the day, of which 2 articles are known (every poll failed)"
    )
    with days.archive.reading() as view:
        known = read_coverage(view, days.now).of(SLUG)
    assert known.unwatched == ((outage[1], border),)
    with days.archive.writing() as connection:
        done = {"source": SLUG, "newest_first": True, "state": "done", "begun_at": days.now}
        connection.execute(insert(backfill).values(**done, first_day=border, last_day=border))
    assert days.spans() == [("unwatched", outage[1], outage[-5])]
