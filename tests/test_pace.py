"""How often a source is polled, as people are told: in the command line, in JSON and in the reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from jianbao.documents.status import read_status
from jianbao.service.runs import ArchiveRunHistory
from scheduler.runs import BudgetShort
from storage.archive.folder import Archive
from storage.events.event import list_open_events
from storage.ledger.poll import record_poll
from storage.ledger.poll_days import learn_poll
from storage.ledger.source import save_sources
from storage.records import Poll, Source

ZONE = ZoneInfo("Asia/Shanghai")
SIX = datetime(2026, 3, 20, 6, 0, tzinfo=ZONE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def open_archive(folder: Path) -> Archive:
    """Return an archive with a morning paper that was polled for four weeks, the last time at six."""
    archive = Archive.open(folder)
    with archive.writing() as connection:
        paper = Source("chenbao", "晨报", "category", "http://127.0.0.1/", ZONE.key, "auto", enabled=True)
        save_sources(connection, [paper])
        for ago in range(28, 0, -1):
            for hour in range(24):
                at = SIX - ago * DAY + hour * HOUR
                learn_poll(connection, "chenbao", ZONE, at - HOUR, at, new=40 if hour == 1 else 0)
        record_poll(connection, Poll("chenbao", "unchanged", SIX))
    return archive


def test_status_tells_how_often_a_source_is_polled_and_why(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        (source,) = read_status(archive, SIX + HOUR / 60)["sources"]

        pace = source["pace"]
        assert pace.tell("en").startswith("every 6 minutes at this hour; from 5 to 8 o'clock every ")
        assert pace.tell("zh").startswith("这个时段每 6 分钟；5–8 点每 ")
        assert source["next_run"].startswith("2026-03-20T06:0")
        assert source["overdue_since"] is None
        (late,) = read_status(archive, SIX + HOUR)["sources"]
        assert late["overdue_since"] == source["next_run"]


def test_the_service_reads_the_history_of_the_sources_it_asks_for(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        found = ArchiveRunHistory(archive).poll_histories(["chenbao", "nobody"])

    assert found.keys() == {"chenbao"}
    assert (found["chenbao"].polled_at, found["chenbao"].bounds.floor) == (SIX, HOUR / 12)


def test_a_budget_that_is_too_small_is_an_event_until_it_is_not(tmp_path: Path) -> None:
    with open_archive(tmp_path) as archive:
        history = ArchiveRunHistory(archive)
        short = BudgetShort("news.example.org", 20, 167, ("chenbao", "wanbao"))
        history.tell_budgets([short])
        history.tell_budgets([short])
        with archive.reading() as connection:
            (event,) = list_open_events(connection)
        assert (event.kind, event.times, event.examples) == ("budget_short", 2, ("chenbao", "wanbao"))
        assert "need 167 polls an hour" in event.message

        history.tell_budgets([])

        with archive.reading() as connection:
            assert list_open_events(connection) == []
