"""What the service does while nothing is due: in slices, which end at once when something is."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from support.service_setup import QUICK, START, Bench, idle, until

from scheduler import idle as idle_module
from scheduler.ending import Ending
from scheduler.idle import Idle
from scheduler.liveness.heartbeat import read_heartbeat
from scheduler.service import Service
from scheduler.slice import Slice
from scheduler.vocabulary.refusal import HistoryRefused

EAGER = replace(QUICK, idle_pause=0.02, stop_grace=5)
# A slice that writes what became of it: it ends by itself, or is told to.
WORK = """
import signal, sys, time
from pathlib import Path
log, seconds = Path(sys.argv[1]), float(sys.argv[2])
def note(word):
    with log.open("a") as file: file.write(word + "\\n")
def told(*_):
    note("told to end")
    sys.exit(130)
signal.signal(signal.SIGTERM, told)
note("began")
end = time.monotonic() + seconds
while time.monotonic() < end:  # one long sleep would miss a signal that comes right before it begins
    time.sleep(0.01)
note("ended")
"""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=True) as traveller:
        yield traveller


class Work:
    """Slices of work, so many; ``log`` is what became of them."""

    def __init__(self, folder: Path, slices: int, seconds: float = 0) -> None:
        self._file = folder / "slices"
        self._left = slices
        self._seconds = seconds

    def next(self) -> Slice | None:
        if not self._left:
            return None
        self._left -= 1
        return Slice("daily", (sys.executable, "-S", "-c", WORK, str(self._file), str(self._seconds)))

    @property
    def log(self) -> list[str]:
        return self._file.read_text().split("\n")[:-1] if self._file.exists() else []


def test_idle_time_is_used_slice_after_slice(tmp_path: Path) -> None:
    work = Work(tmp_path, 3)
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}, limits=EAGER, idle=work.next).up_to_date()

    async def wait(service: Service) -> None:
        await until(lambda: work.log == ["began", "ended"] * 3 and service._idle.running is None)

    assert bench.run(wait) == 0
    assert bench.started == []
    assert bench.notebook.events == {}


def test_a_slice_ends_and_nobody_waits_for_it_when_something_is_due(
    tmp_path: Path, clock: time_machine.Traveller
) -> None:
    work = Work(tmp_path, 1, 600)
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, limits=EAGER, idle=work.next).up_to_date()

    async def five_past_twelve(service: Service) -> None:
        await until(lambda: work.log == ["began"])
        await until(lambda: (read_heartbeat(tmp_path)["history"] or {}).get("source") == "daily")
        clock.move_to(START.replace(minute=5, second=0))
        service._scheduler.wakeup()
        await until(lambda: bench.started)
        await until(lambda: idle(service) and service._idle.running is None)

    assert bench.run(five_past_twelve) == 0
    assert work.log == ["began", "told to end"]
    assert bench.notebook.events == {}


def test_nothing_is_begun_shortly_before_something_is_due(
    tmp_path: Path, clock: time_machine.Traveller
) -> None:
    work = Work(tmp_path, 1)
    limits = replace(EAGER, idle_before=600)
    bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, limits=limits, idle=work.next).up_to_date()

    async def wait(service: Service) -> None:
        service._do_what_else_is_due()
        assert service._idle.running is None

    assert bench.run(wait) == 0
    assert work.log == []


def test_stopping_ends_the_slice(tmp_path: Path) -> None:
    work = Work(tmp_path, 1, 600)
    bench = Bench(tmp_path, {"yunwanbao": "0 0 1 1 *"}, limits=EAGER, idle=work.next).up_to_date()

    async def wait(service: Service) -> None:
        await until(lambda: work.log == ["began"])

    assert bench.run(wait) == 0
    assert work.log == ["began", "told to end"]
    assert read_heartbeat(tmp_path)["history"] is None


def test_slices_that_fail_come_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    endings = [1, 1, 3, 0, 1]
    now = [0.0]

    async def end(*_: Any) -> Ending:
        return Ending("exited", 1, endings.pop(0), forced=False, seconds=0, tail=("said why",))

    monkeypatch.setattr(idle_module, "run_batch", end)
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    async def go_on() -> list[float]:
        work, waited = Idle(lambda: Slice("daily", ("x",)), replace(QUICK, idle_pause=30.0)), []
        while endings:
            began = now[0]
            while not work.begin():
                now[0] += 30
            await work.close()
            waited.append(now[0] - began)
        return waited

    assert asyncio.run(go_on()) == [0, 60, 120, 240, 30]


def test_a_history_that_cannot_be_read_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Slice | None:
        raise HistoryRefused("database is locked")

    assert Idle(refuse, QUICK).begin() is False
    assert "database is locked" in caplog.text
