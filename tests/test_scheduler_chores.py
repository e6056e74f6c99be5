"""Chores: one child each, when it is due, beside crawls or in idle time, and what became of it is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from support.service_setup import QUICK, SHANGHAI, START, Bench, idle, until
from test_scheduler_idle import WORK

from jianbao.service.runs import ArchiveRunHistory
from scheduler.chore import Chore
from scheduler.cron.line import parse_schedule
from scheduler.ending import Ending
from scheduler.liveness.heartbeat import read_heartbeat
from scheduler.service import Service
from scheduler.vocabulary.refusal import HistoryRefused
from storage.archive.folder import Archive
from storage.events.event import list_open_events

EAGER = replace(QUICK, idle_pause=0.02, stop_grace=60)
NEVER = {"yunwanbao": "0 0 1 1 *"}
BAD = Ending("exited", 4711, 2, forced=False, seconds=3.0, tail=("no room", "it gave up"))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


def work(folder: Path, seconds: float = 0) -> tuple[str, ...]:
    """Return a command line that writes what became of it into a file of the folder."""
    return (sys.executable, "-S", "-c", WORK, str(folder / "log"), str(seconds))


def read_log(folder: Path) -> list[str]:
    file = folder / "log"
    return file.read_text().split("\n")[:-1] if file.exists() else []


def test_a_chore_runs_when_it_is_wanted_and_is_told_well(tmp_path: Path) -> None:
    wishes = [True]
    chore = Chore("notify", work(tmp_path), wanted=lambda _now: bool(wishes and wishes.pop()))
    bench = Bench(tmp_path, NEVER, limits=EAGER, chores=(chore,)).up_to_date()

    async def wait(_service: Service) -> None:
        await until(lambda: bench.notebook.chores)

    assert bench.run(wait) == 0
    assert bench.notebook.chores == [("notify", None)]
    assert read_log(tmp_path) == ["began", "ended"]


def test_a_chore_that_fails_is_told_with_how_and_tried_again_after_a_pause(tmp_path: Path) -> None:
    argv = (sys.executable, "-S", "-c", "import sys; sys.exit('no such folder')")
    bench = Bench(tmp_path, NEVER, limits=EAGER, chores=(Chore("backup", argv, wanted=lambda _now: True),))
    bench.up_to_date()

    async def wait(_service: Service) -> None:
        await until(lambda: len(bench.notebook.chores) == 2)

    assert bench.run(wait) == 0
    name, ending = bench.notebook.chores[0]
    assert ending is not None
    assert (name, ending.status, ending.tail) == ("backup", 1, ("no such folder",))


def test_a_chore_ends_at_its_time_limit(tmp_path: Path) -> None:
    chore = Chore("verify", work(tmp_path, 600), every=0, time_limit=0.2)
    bench = Bench(tmp_path, NEVER, limits=EAGER, chores=(chore,)).up_to_date()

    async def wait(_service: Service) -> None:
        await until(lambda: bench.notebook.chores)

    assert bench.run(wait) == 0
    _, ending = bench.notebook.chores[0]
    assert ending is not None
    assert ending.how == "timed_out"


def test_one_that_may_not_run_beside_crawls_makes_way(tmp_path: Path, clock: time_machine.Traveller) -> None:
    chore = Chore("check", work(tmp_path, 600), every=0, beside_crawls=False)
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, limits=EAGER, chores=(chore,)).up_to_date()

    async def five_past_twelve(service: Service) -> None:
        await until(lambda: read_log(tmp_path) == ["began"])
        await until(lambda: [one["name"] for one in read_heartbeat(tmp_path)["chores"]] == ["check"])
        clock.move_to(START.replace(minute=5, second=0))
        service._scheduler.wakeup()
        await until(lambda: bench.started)
        await until(lambda: "told to end" in read_log(tmp_path) and idle(service))

    assert bench.run(five_past_twelve) == 0
    assert bench.notebook.chores == [], "it was stopped: that is no failure, and no success"


def test_stopping_ends_every_chore(tmp_path: Path) -> None:
    bench = Bench(tmp_path, NEVER, limits=EAGER, chores=(Chore("verify", work(tmp_path, 600), every=0),))

    async def wait(_service: Service) -> None:
        await until(lambda: "began" in read_log(tmp_path))

    assert bench.up_to_date().run(wait) == 0
    assert read_log(tmp_path) == ["began", "told to end"]


def test_a_look_that_the_archive_refuses_ends_nothing(tmp_path: Path) -> None:
    looks: list[datetime] = []

    def refuse(now: datetime) -> bool:
        looks.append(now)
        raise HistoryRefused("database is locked")

    bench = Bench(tmp_path, NEVER, limits=EAGER, chores=(Chore("notify", work(tmp_path), wanted=refuse),))

    async def wait(_service: Service) -> None:
        await until(lambda: len(looks) > 2)

    assert bench.up_to_date().run(wait) == 0
    assert read_log(tmp_path) == []


def test_when_a_chore_is_due() -> None:
    now = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
    daily = Chore("backup", (), schedule=parse_schedule("0 3 * * *", SHANGHAI))
    assert daily.is_due(now, now - timedelta(hours=10))
    assert not daily.is_due(now, now - timedelta(hours=1))
    remembering = replace(daily, last=lambda: now - timedelta(days=2))
    assert remembering.is_due(now, now), "what the archive knows counts, not when the service began"
    hourly = Chore("notify", (), every=3600)
    assert hourly.is_due(now, now - timedelta(hours=1))
    assert not hourly.is_due(now, now - timedelta(minutes=59))
    assert not hourly.is_due(now, now + timedelta(days=900)), (
        "a clock that was wrong silences nothing for long"
    )


def test_a_failed_chore_is_an_event_until_it_ends_well(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        history = ArchiveRunHistory(archive)
        history.account_chore("backup", BAD)
        history.account_chore("verify", replace(BAD, how="timed_out", status=-15, tail=()))
        history.account_chore("backup", BAD)
        history.account_chore("verify", None)
        with archive.reading() as view:
            [event] = list_open_events(view)
    assert (event.kind, event.about, event.times) == ("chore_failed", "backup", 2)
    assert event.message == "backup ended with status 2: it gave up"
