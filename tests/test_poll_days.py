"""What polls found hour by hour: only what a poll can tell is kept, and no more than five weeks of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from storage.database.opening import open_database, writing
from storage.ledger.poll import record_poll
from storage.ledger.poll_days import learn_poll, list_poll_days
from storage.ledger.source import save_sources
from storage.records import Poll, Source
from storage.records.poll_day import PollDay
from storage.records.saying import quote

ZONE = ZoneInfo("Asia/Shanghai")
SLUG = "yunwanbao"
SIX = datetime(2026, 3, 20, 6, 0, tzinfo=ZONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_database(tmp_path / "archive.db")
    with writing(engine) as connection:
        row = Source(SLUG, "云湾报", "category", "http://127.0.0.1/", "Asia/Shanghai", "auto", enabled=True)
        save_sources(connection, [row])
        yield connection
    engine.dispose()


def days(connection: Connection, now: datetime = SIX + timedelta(days=1)) -> tuple[PollDay, ...]:
    return list_poll_days(connection, [SLUG], now).get(SLUG, ())


def test_news_are_spread_over_the_hours_between_two_polls(connection: Connection) -> None:
    learn_poll(connection, SLUG, ZONE, SIX - HOUR / 2, SIX + HOUR / 2, new=8)

    (day,) = days(connection)
    assert day.day == date(2026, 3, 20)
    assert (day.seen[5], day.seen[6]) == (0.5, 0.5)
    assert (day.news[5], day.news[6]) == (2.0, 2.0)  # 1 and three doublings
    assert (sum(day.seen), sum(day.news)) == (1.0, 4.0)


def test_a_span_over_midnight_belongs_to_both_days_of_the_sources_zone(connection: Connection) -> None:
    midnight = datetime(2026, 3, 20, tzinfo=ZONE)
    learn_poll(connection, SLUG, ZONE, (midnight - HOUR).astimezone(UTC), midnight + HOUR, new=0)

    today, yesterday = days(connection)
    assert (today.seen[0], yesterday.seen[23]) == (1.0, 1.0)
    assert not any(today.news + yesterday.news)


def test_what_a_pause_of_ours_or_a_wrong_clock_left_teaches_nothing(connection: Connection) -> None:
    learn_poll(connection, SLUG, ZONE, None, SIX, new=300)
    learn_poll(connection, SLUG, ZONE, SIX - timedelta(days=10), SIX, new=300)
    learn_poll(connection, SLUG, ZONE, SIX + HOUR, SIX, new=300)
    learn_poll(connection, SLUG, ZONE, SIX, SIX, new=300)

    assert days(connection) == ()


def test_five_weeks_are_kept_and_days_ahead_are_not_believed(connection: Connection) -> None:
    for number in range(60):
        at = SIX + timedelta(days=number)
        learn_poll(connection, SLUG, ZONE, at - HOUR, at, new=1)

    assert len(days(connection, SIX + timedelta(days=59))) == 35
    assert len(days(connection, SIX + timedelta(days=30))) < 35


def test_a_poll_is_learned_from_and_one_that_failed_is_not(connection: Connection) -> None:
    record_poll(connection, Poll(SLUG, "unchanged", SIX))
    record_poll(connection, Poll(SLUG, "failed", SIX + HOUR / 4, error=quote("答了 503")))
    assert days(connection) == ()

    record_poll(connection, Poll(SLUG, "unchanged", SIX + HOUR))

    (day,) = days(connection)
    assert day.seen[6] == 1.0
    assert not any(day.news)
