"""The service: a controlled wall clock, real child processes, a history in memory."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from support.service_setup import QUICK, START, Bench, Notebook, idle, until

from scheduler import batch
from scheduler import service as service_module
from scheduler.ending import Ending, How
from scheduler.liveness.heartbeat import Heartbeat, read_service_state, write_heartbeat
from scheduler.liveness.service_lock import ArchiveBusy, hold_archive, is_held
from scheduler.service import Service, run_service
from scheduler.settings import Limits


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


def test_sources_due_together_share_one_child(tmp_path: Path, clock: time_machine.Traveller) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *", "xishanribao": "5 * * * *", "beichen": "0 6 * * 1"})
    bench.up_to_date()

    async def five_past_twelve(service: Service) -> None:
        clock.move_to(START.replace(minute=5, second=0))
        service._scheduler.wakeup()
        await until(lambda: bench.started)
        await until(lambda: idle(service))

    assert bench.run(five_past_twelve) == 0
    assert bench.started == [(("xishanribao", "yunwanbao"), START.replace(minute=5, second=0))]
    assert len(list(tmp_path.glob("*.row"))) == 1
    assert bench.notebook.rows == [("settled",)]
    assert bench.notebook.events == {}


def test_a_stopped_machine_catches_up_once(tmp_path: Path, clock: time_machine.Traveller) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *", "xishanribao": "0 * * * *"})
    bench.up_to_date(START - timedelta(hours=3))

    async def wait(service: Service) -> None:
        await until(lambda: bench.started)
        await until(lambda: idle(service))
        await asyncio.sleep(0.2)

    assert bench.run(wait) == 0
    assert bench.started == [(("xishanribao", "yunwanbao"), START.replace(second=0))]
    assert sorted(bench.notebook.of("missed")) == [
        ("xishanribao", 2, "the service was not running"),
        ("yunwanbao", 35, "the service was not running"),
    ]
    assert bench.notebook.events == {}, "the catch-up went well, so nothing is open"


def test_a_machine_that_slept_catches_up_once(tmp_path: Path, clock: time_machine.Traveller) -> None:
    """The wall clock jumps while no timer runs out: the heartbeat notices."""
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *", "xishanribao": "0 6 * * 6"}).up_to_date()

    async def sleep_for_a_night(service: Service) -> None:
        await asyncio.sleep(0.1)
        clock.shift(timedelta(hours=20))
        await until(lambda: bench.started)
        await until(lambda: idle(service))
        await asyncio.sleep(0.2)
        next_run = service._scheduler.get_job("yunwanbao").next_run_time
        assert timedelta(0) < next_run - datetime.now(UTC) <= timedelta(minutes=5)

    assert bench.run(sleep_for_a_night) == 0
    assert [slugs for slugs, _ in bench.started] == [("xishanribao", "yunwanbao")]
    reasons = {reason for *_, reason in bench.notebook.of("missed")}
    assert reasons == {"the machine slept, or its clock was set"}


def test_a_clock_set_back_silences_nothing(tmp_path: Path, clock: time_machine.Traveller) -> None:
    """A wrong clock in 2030 was corrected: the next run is in five minutes, not in four years."""
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}).up_to_date(START.replace(year=2030))

    async def set_back(service: Service) -> None:
        await asyncio.sleep(0.1)
        clock.shift(timedelta(days=-365))
        await until(lambda: service._scheduler.get_job("yunwanbao").next_run_time.year == 2025)
        clock.shift(timedelta(minutes=5))
        service._scheduler.wakeup()
        await until(lambda: bench.started)

    assert bench.run(set_back) == 0
    assert bench.started[0][1] == START.replace(year=2025, minute=5, second=0)


def test_a_month_fires_exactly_when_cron_says(
    tmp_path: Path, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time goes from one fire to the next; children are imagined, everything else is real."""

    async def imagined(argv: Sequence[str], limits: Limits, stop: object, started: object) -> Ending:
        return Ending("exited", 1, 0, forced=False, seconds=0, tail=())

    monkeypatch.setattr(service_module, "run_batch", imagined)
    monkeypatch.setattr(Notebook, "crawl_status", lambda *_: "ok")
    monkeypatch.setattr(service_module, "_skew", lambda: 0.0)  # this clock moves in leaps by intention
    lines = {"yunwanbao": "*/5 * * * *", "xishanribao": "0 6 * * 1", "beichen": "15 4 1,15 * 0"}
    bench = Bench(tmp_path, lines, limits=replace(QUICK, collect=0.0, beat=3600)).up_to_date()
    end = START + timedelta(days=31)

    async def a_month(service: Service) -> None:
        while (fire := service._scheduler.get_jobs()[0].next_run_time) < end:
            count = len(bench.started)
            clock.move_to(fire)
            service._scheduler.wakeup()
            while len(bench.started) == count or not idle(service):
                await asyncio.sleep(0)

    assert bench.run(a_month) == 0
    for source in bench.settings.sources:
        assert source.schedule is not None
        expected = list(source.schedule.fires_between(START, end))
        assert [due_at for slugs, due_at in bench.started if source.slug in slugs] == expected
    assert bench.notebook.rows == [("settled",)]


def test_a_hung_crawl_is_killed_and_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}, "hang", replace(QUICK, time_limit=0.1))
    wait_for_child = batch._wait

    async def wait_from_its_row_on(process: Any, time_limit: float, stop: asyncio.Event) -> How:
        await until(lambda: list(tmp_path.glob("*.row")))
        return await wait_for_child(process, time_limit, stop)

    monkeypatch.setattr(batch, "_wait", wait_from_its_row_on)

    async def wait(service: Service) -> None:
        await until(lambda: bench.notebook.of("killed"))

    assert bench.run(wait) == 0
    ((slugs, reason),) = bench.notebook.of("killed")
    assert slugs == ("yunwanbao",)
    says = r"the crawl of yunwanbao was killed at its time limit after \d+ s, and ignored SIGTERM"
    assert re.fullmatch(says, reason)
    assert bench.notebook.events == {("killed_run", "yunwanbao"): reason}


@pytest.mark.parametrize(
    ("behave", "kind", "event", "words"),
    [
        (
            "mute",
            "failed start",
            "failed_start",
            "ended with status 1 before it recorded anything: no such option",
        ),
        ("crash", "killed", "killed_run", r"was ended by SIGABRT after \d+ s without finishing"),
    ],
)
def test_a_child_that_dies_is_recorded(
    tmp_path: Path, behave: str, kind: str, event: str, words: str
) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}, behave)

    async def wait(service: Service) -> None:
        await until(lambda: bench.notebook.events)

    assert bench.run(wait) == 0
    ((_, reason),) = bench.notebook.of(kind)
    assert re.search(words, reason)
    assert bench.notebook.events == {(event, "yunwanbao"): reason}


def test_a_source_still_being_crawled_is_not_started_twice(
    tmp_path: Path, clock: time_machine.Traveller
) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, "slow")

    async def due_again(service: Service) -> None:
        await until(lambda: list(tmp_path.glob("*.row")))
        clock.move_to(START.replace(minute=5, second=0))
        service._scheduler.wakeup()
        await until(lambda: bench.notebook.of("overlapped"))

    assert bench.run(due_again) == 0
    assert len(bench.started) == 1
    ((slugs, due_at, holder),) = bench.notebook.of("overlapped")
    assert (slugs, due_at) == (("yunwanbao",), START.replace(minute=5, second=0))
    pid = next(tmp_path.glob("*.row")).stem
    assert holder.startswith(f"process {pid}, since 2026-05-01T04:0")


def test_more_than_the_allowed_children_wait_their_turn(
    tmp_path: Path, clock: time_machine.Traveller
) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "3 * * * *", "xishanribao": "4 * * * *"}, "slow")
    bench.limits = replace(QUICK, children=1)
    bench.up_to_date()

    async def one_after_the_other(service: Service) -> None:
        for minute in (3, 4):
            clock.move_to(START.replace(minute=minute, second=0))
            service._scheduler.wakeup()
            await until(lambda: list(tmp_path.glob("*.row")))
        await until(lambda: service._waiting)
        await asyncio.sleep(0.1)  # for a second child to be started too early
        assert [slugs for slugs, _ in bench.started] == [("yunwanbao",)]
        os.kill(int(next(tmp_path.glob("*.row")).stem), signal.SIGTERM)
        await until(lambda: len(bench.started) == 2)

    assert bench.run(one_after_the_other) == 0
    assert bench.started[1] == (("xishanribao",), START.replace(minute=4, second=0))


def test_stopping_ends_the_children_and_leaves_their_sources_due(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}, "hang")

    async def wait(service: Service) -> None:
        await until(lambda: list(tmp_path.glob("*.row")))

    assert bench.run(wait) == 0
    ((slugs, reason),) = bench.notebook.of("killed")
    assert slugs == ("yunwanbao",)
    assert "was stopped with the service" in reason
    assert bench.notebook.events == {}, "somebody stopped it: no alarm"
    assert read_service_state(tmp_path, datetime.now(UTC))["clean"] is True


def test_records_wait_while_the_archive_is_locked(tmp_path: Path, clock: time_machine.Traveller) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 * * * *"}).up_to_date(START - timedelta(hours=5))
    bench.notebook.failing = 3

    async def wait(service: Service) -> None:
        await until(lambda: bench.notebook.of("missed") and bench.started and idle(service))

    assert bench.run(wait) == 0
    assert bench.notebook.of("missed") == [("yunwanbao", 4, "the service was not running")]


def test_a_disk_that_is_full_for_long_does_not_end_the_service(
    tmp_path: Path, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No heartbeat can be written, no record either: the watchdog is fed, and all is told later."""
    bench = Bench(tmp_path, {"yunwanbao": "0 * * * *"}).up_to_date(START - timedelta(hours=5))
    refused: list[Heartbeat] = []

    def refuse(_folder: Path, heartbeat: Heartbeat) -> None:
        if not refused:
            write_heartbeat(_folder, heartbeat)
        refused.append(heartbeat)
        if len(refused) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(service_module, "write_heartbeat", refuse)
    bench.notebook.failing = 10**6

    async def wait(service: Service) -> None:
        await until(lambda: len(refused) > 3)
        fed = service._watchdog._last
        await until(lambda: service._watchdog._last > fed)
        assert refused[-1].unwritten > 0
        assert refused[-1].trouble == "database is locked"
        bench.notebook.failing = 0
        await until(lambda: bench.notebook.of("missed") and refused[-1].trouble is None)

    assert bench.run(wait) == 0
    assert bench.notebook.of("missed") == [("yunwanbao", 4, "the service was not running")]


def test_a_defect_ends_the_service_loudly(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"})

    def broken(slugs: Sequence[str], due_at: datetime) -> list[str]:
        raise RuntimeError("no command line")

    settings = replace(bench.settings, argv=broken)
    with pytest.raises(RuntimeError, match="no command line"):
        asyncio.run(Service(settings, bench.notebook).run())


def test_a_disabled_source_is_never_crawled(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "* * * * *"})
    off = tuple(replace(source, enabled=False) for source in bench.settings.sources)

    async def look() -> None:
        service = Service(replace(bench.settings, sources=off), bench.notebook)
        running = asyncio.create_task(service.run())
        await asyncio.sleep(0.2)
        assert service._scheduler.get_jobs() == []
        service.stop()
        await running

    asyncio.run(look())
    assert bench.started == []


def test_a_second_service_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}).up_to_date()
    (tmp_path / "service.json").write_text(
        '{"pid": 4711, "host": "kamera", "started_at": "2026-05-01T04:00:00+00:00"}'
    )
    with hold_archive(tmp_path, lambda: ""), pytest.raises(ArchiveBusy) as caught:
        run_service(bench.settings, bench.notebook)
    assert str(caught.value) == (
        f"a service already runs for the archive {tmp_path} "
        "(process 4711 on kamera, since 2026-05-01T04:00:00+00:00): stop it before starting another"
    )
    assert bench.notebook.rows == []


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with hold_archive(tmp_path, lambda: ""):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_the_heartbeat_names_what_comes_and_what_runs(tmp_path: Path, clock: time_machine.Traveller) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *", "xishanribao": "0 6 * * 1"}, "slow")

    async def look(service: Service) -> None:
        with hold_archive(tmp_path, lambda: ""):
            await until(lambda: read_service_state(tmp_path, datetime.now(UTC)).get("crawls"))
            state = read_service_state(tmp_path, datetime.now(UTC))
        assert (state["state"], state["since"]) == ("running", state["started_at"])
        assert state["next_runs"]["yunwanbao"] == "2026-05-01T12:05:00+08:00"
        assert [crawl["sources"] for crawl in state["crawls"]] == [["xishanribao", "yunwanbao"]]

    assert bench.run(look) == 0


def test_a_stuck_scheduler_gets_no_sign_of_life(tmp_path: Path, clock: time_machine.Traveller) -> None:
    """The loop turns, but a job stays due: the watchdog must not be fed."""
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}).up_to_date()

    async def stall(service: Service) -> None:
        await asyncio.sleep(0.1)
        assert not service._is_overdue()
        service._scheduler.pause()
        service._skew += 600.0
        clock.shift(timedelta(minutes=10))
        await asyncio.sleep(0.1)
        fed = service._watchdog._last
        await asyncio.sleep(0.2)
        assert service._is_overdue()
        assert service._watchdog._last == fed

    assert bench.run(stall) == 0


def test_no_threads_are_left(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}).up_to_date()

    async def nothing(service: Service) -> None:
        await asyncio.sleep(0.05)

    assert bench.run(nothing) == 0
    assert "watchdog" not in {thread.name for thread in threading.enumerate()}
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_run_that_its_jitter_delayed_is_not_missed(tmp_path: Path, clock: time_machine.Traveller) -> None:
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, limits=replace(QUICK, grace=10, jitter=120))
    bench.up_to_date()

    async def eighty_seconds_late(service: Service) -> None:
        clock.move_to(START.replace(minute=6, second=20))
        service._look(("yunwanbao",), "the service was late")
        await until(lambda: bench.started)

    assert bench.run(eighty_seconds_late) == 0
    assert bench.notebook.of("missed") == []
