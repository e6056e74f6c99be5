"""The service as a process: signals, locks, the watchdog, systemd, and what others see of it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.crawl_processes import wait_until

from scheduler.liveness.heartbeat import Heartbeat, read_heartbeat, read_service_state, write_heartbeat
from scheduler.liveness.service_lock import hold_archive
from scheduler.liveness.systemd import notify_systemd
from scheduler.liveness.watchdog import STUCK, Watchdog

PROJECT = Path(__file__).parent.parent

# A service of its own process. Its history prints what it is told; "block" freezes the event loop in it.
SERVICE = """
import logging, sys, time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from scheduler.cron.line import parse_schedule
from scheduler.plan import Source
from scheduler.service import run_service
from scheduler.liveness.service_lock import ArchiveBusy
from scheduler.settings import Limits, ServiceSettings

class Printed:
    def last_due(self, slug): return datetime.now(UTC) if mode == "idle" else None
    def settle_abandoned(self): print("settled", flush=True)
    def crawl_status(self, child):
        if mode == "block": time.sleep(600)
        return "running" if mode == "slow" else "ok"
    def record_missed(self, missed, reason): print("missed", missed.slug, flush=True)
    def record_overlapped(self, slugs, due_at, holder): print("overlapped", slugs, flush=True)
    def record_killed(self, child, reason): print("killed", reason, flush=True)
    def record_failed_start(self, child, reason): print("failed", reason, flush=True)
    def open_event(self, kind, source, message): print("event", kind, message, flush=True)
    def resolve_event(self, kind, source): pass
    def poll_histories(self, slugs): return {}
    def tell_budgets(self, short): pass
    def account_chore(self, name, failed): pass
    def account_obstacles(self, obstacles, at): pass

folder, mode = Path(sys.argv[1]), sys.argv[2]
child = "import time; time.sleep(600)" if mode == "slow" else "pass"
limits = Limits(collect=0.01, jitter=0, beat=0.1, stop_grace=2, stuck_after=0.5 if mode == "block" else 300)
source = Source("yunwanbao", parse_schedule("0 6 * * 1", ZoneInfo("Asia/Shanghai")))
def argv(slugs, due_at):
    return [sys.executable, "-S", "-c", child]
try:
    sys.exit(run_service(ServiceSettings(folder, (source,), argv, limits), Printed()))
except ArchiveBusy as error:
    print(error, flush=True)
    sys.exit(3)
"""


def state(folder: Path) -> dict[str, Any]:
    return read_service_state(folder, datetime.now(UTC))


@contextmanager
def service(folder: Path, mode: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVICE, str(folder), mode]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=PROJECT, env={**os.environ, **environment}
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_stops_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with service(tmp_path, "slow") as process:
        wait_until(lambda: state(tmp_path).get("crawls"), "the crawl")
        (crawl,) = state(tmp_path)["crawls"]
        process.send_signal(number)
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "killed the crawl of yunwanbao was stopped with the service" in output
    assert not Path(f"/proc/{crawl['pid']}").exists()
    after = state(tmp_path)
    assert (after["state"], after["since"], after["clean"]) == ("stopped", after["stopped_at"], True)


def test_a_second_one_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    with service(tmp_path, "idle") as first:
        wait_until(lambda: state(tmp_path)["state"] == "running", "the service")
        with service(tmp_path, "idle") as second:
            output, _ = second.communicate(timeout=120)
        assert second.returncode == 3
        assert f"process {first.pid} on {socket.gethostname()}, since 2" in output
        first.kill()
        first.wait()
        after = state(tmp_path)
        assert (after["state"], after["clean"]) == ("stopped", False)
    with service(tmp_path, "idle") as third:
        wait_until(lambda: state(tmp_path).get("pid") == third.pid, "the third")
        assert state(tmp_path)["state"] == "running"


def test_a_blocked_service_is_ended_by_its_watchdog(tmp_path: Path) -> None:
    with service(tmp_path, "block") as process:
        output, _ = process.communicate(timeout=120)
    assert process.returncode == STUCK
    assert "event service_stuck the service gave no sign of life for" in output


def test_systemd_hears_of_every_turn(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        manager.settimeout(120)
        with service(tmp_path, "idle", NOTIFY_SOCKET=str(address)) as process:
            assert [manager.recv(64), manager.recv(64)] == [b"READY=1", b"WATCHDOG=1"]
            process.terminate()
            while (heard := manager.recv(64)) == b"WATCHDOG=1":
                pass
            assert heard == b"STOPPING=1"
            process.wait(120)


def test_systemd_may_be_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify_systemd("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    assert not notify_systemd("READY=1")


def test_systemd_in_the_abstract_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"jianbao-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        assert notify_systemd("READY=1")
        assert manager.recv(64) == b"READY=1"


def test_at_rest_it_is_small_and_still(tmp_path: Path) -> None:
    """The goal is 60 MB for the whole command; this is the scheduler's part with SQLAlchemy loaded."""
    with service(tmp_path, "idle") as process:
        wait_until(lambda: state(tmp_path)["state"] == "running", "the service")
        ticks = cpu_ticks(process.pid)
        time.sleep(1.0)
        spent = (cpu_ticks(process.pid) - ticks) / os.sysconf("SC_CLK_TCK")
        status = Path(f"/proc/{process.pid}/status").read_text()
    resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    assert resident <= 60_000
    assert spent <= 0.05, "ten heartbeats, 300 times as many as in earnest"


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return int(fields[11]) + int(fields[12])


NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
BEAT = Heartbeat(4711, "kamera", (NOW - timedelta(hours=2)).isoformat(), NOW.isoformat())


def test_no_service_ever_ran(tmp_path: Path) -> None:
    assert read_service_state(tmp_path, NOW) == {"state": "stopped", "since": None, "clean": True}


@pytest.mark.parametrize(
    ("minutes", "word", "since"),
    [(1, "running", BEAT.started_at), (10, "stuck", BEAT.beat_at)],
    ids=["beating", "silent"],
)
def test_a_held_lock_with_a_heartbeat(tmp_path: Path, minutes: int, word: str, since: str) -> None:
    write_heartbeat(tmp_path, BEAT)
    with hold_archive(tmp_path, lambda: ""):
        seen = read_service_state(tmp_path, NOW + timedelta(minutes=minutes))
    assert (seen["state"], seen["since"], seen["pid"]) == (word, since, 4711)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"beat_at": "2026-05-01T04:00:00"}', '{"beat_at": 7}'])
def test_a_damaged_heartbeat_of_a_living_service_is_stuck(tmp_path: Path, text: str) -> None:
    (tmp_path / "service.json").write_text(text)
    with hold_archive(tmp_path, lambda: ""):
        assert read_service_state(tmp_path, NOW)["state"] == "stuck"


def test_the_watchdog_barks_once_and_ends_the_process() -> None:
    said: list[str] = []
    ended: list[int] = []
    watchdog = Watchdog(0.05, 0.02, said.append, ended.append)
    watchdog.start()
    wait_until(lambda: ended, "the end")
    watchdog.stop()
    assert (len(said), ended) == (1, [STUCK])


def test_the_watchdog_ends_the_process_though_the_alarm_hangs() -> None:
    ended: list[int] = []
    over = threading.Event()
    watchdog = Watchdog(0.05, 0.02, lambda _message: over.wait(), ended.append, last_words=0.05)
    watchdog.start()
    wait_until(lambda: ended, "the end")
    watchdog.stop()
    over.set()
    assert ended == [STUCK]


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_watchdog_is_quiet_while_it_is_fed() -> None:
    ended: list[int] = []
    clock = Clock()
    watchdog = Watchdog(1.2, 0.002, lambda _message: None, ended.append, clock)
    watchdog.start()
    for _ in range(20):
        clock.now += 0.5
        watchdog.pulse()
        time.sleep(0.005)  # for the watchdog to look
    watchdog.stop()
    assert ended == []


# Sleep


@pytest.mark.parametrize(
    ("steps", "barks"),
    [
        ([30] * 10, False),
        ([30] * 11, True),
        ([30, 30, 400, 30, 30], False),
        ([400] + [30] * 10, False),
        ([400] + [30] * 11, True),
        ([30] * 9 + [86_400], False),
        ([45] * 7, True),
    ],
    ids=[
        "silent to the limit",
        "silent beyond it",
        "stopped meanwhile",
        "the limit anew after a stop",
        "stuck after a stop",
        "stopped for a day just before the alarm",
        "looks that come late on a busy machine",
    ],
)
def test_time_in_which_the_watchdog_slept_itself_does_not_count(steps: list[float], barks: bool) -> None:
    clock = Clock()
    watchdog = Watchdog(300, 30, lambda _: None, clock=clock)
    said = None
    for step in steps:
        assert said is None
        clock.now += step
        said = watchdog.look()
    assert bool(said) is barks


FED = """
import sys, threading, time
from scheduler.liveness.watchdog import Watchdog
class Clock:
    def __call__(self): return float(open(sys.argv[1]).read())
watchdog = Watchdog(5, 0.01, lambda message: print(message, flush=True), clock=Clock())
watchdog.start()
print("watched", flush=True)
sys.stdin.readline()
print("alive", flush=True)
watchdog.pulse()
print("fed", flush=True)
time.sleep(600)
"""


class FileClock:
    """A clock in a file, which goes when it is told to, and which another process can read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._now = 0.0
        self.go(1.0)

    def go(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now += seconds
        following = self.file.with_suffix(".new")
        following.write_text(str(self._now))
        following.replace(self.file)


def stop_for(process: subprocess.Popen[str], clock: FileClock, seconds: float) -> None:
    """Stop a process for so long, as `docker pause` does."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    clock.go(seconds)
    process.send_signal(signal.SIGCONT)


def test_a_service_that_was_paused_lives_on_and_is_still_watched(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    with subprocess.Popen(
        [sys.executable, "-c", FED, clock.file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "watched\n"
        stop_for(process, clock, 3600)
        process.stdin.write("are you there?\n")
        process.stdin.flush()
        assert process.stdout.readline() == "alive\n"
        assert process.stdout.readline() == "fed\n"

        def has_ended() -> bool:
            clock.go(0.1)  # by less than what tells the watchdog that it slept itself
            return process.poll() is not None

        wait_until(has_ended, "the watchdog")
        assert "gave no sign of life for" in process.stdout.readline()
        assert process.wait(timeout=120) == STUCK


# A full disk


def beat_at(folder: Path, second: int, **said: Any) -> None:
    moment = datetime(2026, 3, 20, 9, 0, second, tzinfo=UTC).isoformat()
    write_heartbeat(folder, Heartbeat(1, "here", moment, moment, **said))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes no new file."""

    def refuse(path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)


def test_a_heartbeat_goes_on_in_place_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    beat_at(tmp_path, 0, trouble="x" * 3000)
    size = (tmp_path / "service.json").stat().st_size
    request.getfixturevalue("full_disk")
    for second in (30, 31):
        beat_at(tmp_path, second, unwritten=3, trouble="database or disk is full")
        said = read_heartbeat(tmp_path)
        assert (said["beat_at"][-8:-6], said["unwritten"]) == (str(second), 3)
        assert (tmp_path / "service.json").stat().st_size == size
    assert not list(tmp_path.glob("*.new"))
    monkeypatch.undo()
    beat_at(tmp_path, 32)
    assert read_heartbeat(tmp_path)["unwritten"] == 0


def test_the_first_heartbeat_on_a_full_disk_is_an_error(tmp_path: Path, full_disk: None) -> None:
    with pytest.raises(OSError, match="No space"):
        beat_at(tmp_path, 0)


def test_a_heartbeat_with_more_to_say_than_there_is_room_for_is_an_error(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    beat_at(tmp_path, 0)
    request.getfixturevalue("full_disk")
    with pytest.raises(OSError, match="No space"):
        beat_at(tmp_path, 1, trouble="x" * 9000)
    assert read_heartbeat(tmp_path)["beat_at"].endswith("09:00:00+00:00")
