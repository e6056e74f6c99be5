"""The watch over polls: it asks the archive whether polls happen, and tells when they have stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from jianbao.crawl.overdue import watch_overdue
from jianbao.documents.overdue import find_stopped
from jianbao.service.polls import ArchivePolls
from scheduler.liveness.poll_watch import PollWatch
from scheduler.vocabulary.refusal import HistoryRefused
from storage.archive.folder import Archive
from storage.database.schema import source
from storage.events.event import list_open_events
from storage.ledger.overdue_events import tell_overdue
from storage.ledger.source import save_sources
from storage.records import Source

NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
SCHEDULES = {"quick": "*/5 * * * *", "daily": "0 6 * * *"}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive of two newspapers, polled just now."""
    rows = [
        Source(slug, slug, "category", "http://127.0.0.1/", "Asia/Shanghai", schedule, enabled=True)
        for slug, schedule in SCHEDULES.items()
    ]
    with Archive.open(tmp_path) as archive, time_machine.travel(NOW - timedelta(days=3), tick=False):
        with archive.writing() as connection:
            save_sources(connection, rows)
            connection.execute(update(source).values(last_polled_at=NOW))
        yield archive


def stopped_at(archive: Archive, after: timedelta) -> set[str]:
    with archive.reading() as view:
        return set(find_stopped(view, NOW + after))


def test_each_source_has_until_the_run_after_the_next_one(archive: Archive) -> None:
    assert stopped_at(archive, timedelta(minutes=20)) == set()
    assert stopped_at(archive, timedelta(minutes=21)) == {"quick"}
    assert stopped_at(archive, timedelta(days=3)) == {"quick", "daily"}


def test_as_long_as_anything_is_polled_polls_go_on(archive: Archive) -> None:
    with archive.writing() as connection:
        later = update(source).where(source.c.slug == "daily").values(last_polled_at=NOW + timedelta(hours=1))
        connection.execute(later)
    assert stopped_at(archive, timedelta(hours=2)) == set()


def test_stopped_polls_are_one_event_that_ends_with_the_next(archive: Archive) -> None:
    seconds = [0.0]
    polls = ArchivePolls(archive)
    watch = PollWatch(polls.are_going_on, polls.tell, 1, 300, lambda: seconds[0])

    def look_at(moment: datetime, waited: float) -> list[str]:
        seconds[0] += waited
        with time_machine.travel(moment, tick=False):
            watch.look()
        with archive.reading() as view:
            return [event.kind for event in list_open_events(view)]

    assert look_at(NOW, 0) == []
    night = NOW + timedelta(hours=9)
    assert look_at(night, 0) == [], "the machine may have slept"
    assert look_at(night, 299) == []
    assert look_at(night, 1) == ["polling_stopped"]
    assert watch.has_stopped
    with archive.reading() as view:
        [event] = list_open_events(view)
    assert event.examples == ("quick",)
    with archive.writing() as connection:
        connection.execute(update(source).values(last_polled_at=night))
    assert look_at(night, 1) == []
    assert not watch.has_stopped


def test_while_crawling_pauses_and_while_nobody_knows_nothing_is_told() -> None:
    told: list[bool] = []

    def refuse() -> bool:
        raise HistoryRefused("database is locked")

    PollWatch(refuse, told.append, 1, 0).look()
    watch = PollWatch(lambda: False, told.append, 1, 0)
    watch.is_paused = True
    watch.look()
    assert told == []
    watch.is_paused = False
    watch.look()
    assert told == [False]


def test_one_late_source_among_others_is_an_event_until_its_next_poll(archive: Archive) -> None:
    began = NOW + timedelta(hours=1)

    def events(moment: datetime) -> list[tuple[str, str | None, int]]:
        with archive.writing() as connection:
            connection.execute(update(source).where(source.c.slug == "daily").values(last_polled_at=moment))
        watch_overdue(archive, moment, began)
        with archive.reading() as view:
            return [(event.kind, event.source, event.times) for event in list_open_events(view)]

    assert events(NOW + timedelta(minutes=110)) == [], "whoever polls began less than an hour ago"
    assert events(NOW + timedelta(minutes=125)) == [("source_overdue", "quick", 1)]
    assert events(NOW + timedelta(minutes=130)) == [("source_overdue", "quick", 1)]
    with archive.writing() as connection:
        connection.execute(update(source).values(last_polled_at=NOW + timedelta(minutes=131)))
    assert events(NOW + timedelta(minutes=132)) == []


def test_many_late_sources_are_one_event(archive: Archive) -> None:
    late = {f"paper-{number}": NOW + timedelta(minutes=number) for number in range(7)}
    with archive.writing() as connection:
        tell_overdue(connection, dict(list(late.items())[:3]), NOW)
        assert len(list_open_events(connection)) == 3
        tell_overdue(connection, late, NOW)
        tell_overdue(connection, late, NOW)
        [event] = list_open_events(connection)
        assert (event.about, event.times) == ("polls", 1)
        assert event.examples[0] == "paper-0"
        assert event.message.tell("zh").startswith("有 7 个来源应轮询而未轮询")
        tell_overdue(connection, {}, NOW)
        assert list_open_events(connection) == []
