"""Child processes: real small Python scripts that succeed, fail, hang, fork and shout."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.crawl_processes import wait_until

from scheduler.batch import run_batch
from scheduler.ending import Ending
from scheduler.settings import Limits

SHORT = Limits(time_limit=0.6, stop_grace=0.3)
SHORT_STOP = Limits(stop_grace=0.3)
IGNORE_SIGTERM = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


def run(script: str, limits: Limits | None = None) -> Ending:
    argv = [sys.executable, "-S", "-c", script]
    return asyncio.run(run_batch(argv, limits or Limits(time_limit=120), asyncio.Event()))


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that is dead but not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("pass", 0),
        ("raise SystemExit(1)", 1),
        ("raise SystemExit(3)", 3),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    ],
    ids=["well", "failed", "busy", "killed by somebody"],
)
def test_a_child_that_ends_by_itself(script: str, status: int) -> None:
    ending = run(script)
    assert (ending.how, ending.status, ending.forced) == ("exited", status, False)


def test_output_is_logged_line_by_line_and_its_end_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "scheduler.child")
    ending = run("import sys\nfor n in range(30): print('第', n)\nsys.stderr.write('最后')")
    assert ending.tail[-2:] == ("第 29", "最后")
    assert len(ending.tail) == 20
    assert [record.message for record in caplog.records][:2] == ["第 0", "第 1"]


def test_endless_lines_and_bytes_that_are_no_text_take_bounded_memory() -> None:
    ending = run("import sys; sys.stdout.buffer.write(b'x' * 5_000_000 + b'\\n\\xff\\xfe end\\n')")
    assert [len(line) for line in ending.tail] == [2000, 6]
    assert ending.tail[-1] == "\ufffd\ufffd end"


def test_a_hung_child_is_asked_to_end_at_its_limit() -> None:
    ending = run("import time; time.sleep(600)", SHORT)
    assert (ending.how, ending.status, ending.forced) == ("timed_out", -signal.SIGTERM, False)
    assert ending.seconds >= SHORT.time_limit


@contextmanager
def sigterm_ignored() -> Iterator[None]:
    """Let every process that is started meanwhile ignore SIGTERM from its first moment."""
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_child_that_ignores_sigterm_is_killed() -> None:
    with sigterm_ignored():
        ending = run("import time; time.sleep(600)", SHORT)
    assert (ending.how, ending.status, ending.forced) == ("timed_out", -signal.SIGKILL, True)
    assert ending.pid is not None
    assert not alive(ending.pid)


@pytest.mark.parametrize("leader_hangs", [True, False], ids=["hung leader", "leader that left"])
def test_grandchildren_end_with_the_group(tmp_path: Path, leader_hangs: bool) -> None:
    pid_file = tmp_path / "pid"
    script = (
        f"import os, time\nfile = {str(pid_file)!r}\n{IGNORE_SIGTERM}"
        "if os.fork() == 0:\n"
        "    open(file, 'w').write(str(os.getpid()))\n"
        "    time.sleep(600)\n"
        "while not os.path.exists(file) or not os.path.getsize(file): time.sleep(0.01)\n"
        + ("time.sleep(600)" if leader_hangs else "")
    )

    async def run_until_it_is_there() -> Ending:
        stop = asyncio.Event()
        running = asyncio.create_task(run_batch([sys.executable, "-S", "-c", script], SHORT_STOP, stop))
        while leader_hangs and not (pid_file.exists() and pid_file.read_text()):
            await asyncio.sleep(0.01)
        if leader_hangs:
            stop.set()
        return await running

    ending = asyncio.run(run_until_it_is_there())
    assert ending.how == ("stopped" if leader_hangs else "exited")
    assert ending.seconds < 600, "though the grandchild held the pipe"
    wait_until(lambda: not alive(int(pid_file.read_text())), "the grandchild's end")


def test_a_command_that_does_not_exist_says_so() -> None:
    ending = asyncio.run(run_batch(["/no/such/program"], SHORT, asyncio.Event()))
    assert (ending.how, ending.status) == ("exited", 127)
    assert ending.tail == ("/no/such/program can't be started: No such file or directory",)


def test_no_process_at_all_is_an_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    ending = asyncio.run(run_batch(["true"], SHORT, asyncio.Event()))
    assert (ending.how, ending.pid, ending.status) == ("not_started", None, None)
    assert "/no/such/python" in ending.tail[0]


def test_stop_ends_the_child_within_its_grace() -> None:
    async def stop_soon() -> Ending:
        stop = asyncio.Event()
        argv = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
        return await run_batch(argv, Limits(), stop, started=lambda _pid: stop.set())

    ending = asyncio.run(stop_soon())
    assert (ending.how, ending.status) == ("stopped", -signal.SIGTERM)


def test_a_cancelled_run_leaves_nothing_behind() -> None:
    async def cancel_soon() -> int:
        pids: list[int] = []
        argv = [sys.executable, "-S", "-c", IGNORE_SIGTERM + "time.sleep(600)"]
        task = asyncio.create_task(run_batch(argv, Limits(), asyncio.Event(), pids.append))
        while not pids:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pids[0]

    assert not alive(asyncio.run(cancel_soon()))


def test_a_child_has_a_group_of_its_own() -> None:
    ending = run("import os; print(os.getpid(), os.getpgrp(), os.getsid(0))")
    assert ending.tail == (f"{ending.pid} {ending.pid} {ending.pid}",)
    assert ending.pid != os.getpid()


def test_a_child_ends_when_its_service_is_killed(tmp_path: Path) -> None:
    """kill -9 leaves the service no time to end its children: the kernel does it."""
    pid_file = tmp_path / "pid"
    child = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    service = (
        "import asyncio, sys\nfrom scheduler.batch import run_batch\n"
        "from scheduler.settings import Limits\n"
        f"asyncio.run(run_batch([sys.executable, '-S', '-c', {child!r}], Limits(), asyncio.Event()))"
    )
    with subprocess.Popen([sys.executable, "-c", service]) as process:
        wait_until(lambda: pid_file.exists() and pid_file.read_text() != "", "the child")
        pid = int(pid_file.read_text())
        assert alive(pid)
        process.kill()
    wait_until(lambda: not alive(pid), "the child's end")
