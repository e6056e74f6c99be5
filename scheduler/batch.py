"""A batch's child process: started in its own group, read, limited in time, and never left behind."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from scheduler.ending import Ending, How
from scheduler.leash import leashed
from scheduler.output import Output
from scheduler.settings import Limits

_LOG = logging.getLogger("scheduler.child")
_LAST_WORDS = 2.0  # seconds for the pipe to close once everybody who could write to it was killed
_REAP = 10.0  # seconds for the kernel to end a process after SIGKILL


async def run_batch(
    argv: Sequence[str],
    limits: Limits,
    stop: asyncio.Event,
    started: Callable[[int], None] = lambda _pid: None,
) -> Ending:
    """Run one child to its end and return how that came; ``started`` is told its process id.

    It is ended (SIGTERM to its group, SIGKILL after ``limits.stop_grace``) at ``limits.time_limit`` or when
    ``stop`` is set. Whatever it started in its group is gone when this returns, also when this is cancelled.
    """
    begun = time.monotonic()
    output = Output(_LOG.info)
    try:
        process = await _start(leashed(list(argv)), output)
    except OSError as error:
        return Ending("not_started", None, None, forced=False, seconds=0.0, tail=(str(error),))
    started(process.pid)
    try:
        how = await _wait(process, limits.time_limit, stop)
        forced = how != "exited" and not await _terminate(process, limits.stop_grace)
    finally:
        _signal_group(process.pid, signal.SIGKILL)
        await _reap(process, output)
    return Ending(how, process.pid, process.returncode, forced, time.monotonic() - begun, output.tail)


async def _start(argv: list[str], output: Output) -> asyncio.subprocess.Process:
    """Start the child with a pipe of our own: with asyncio's, wait() waits for grandchildren that hold it."""
    reading, writing = os.pipe()
    await asyncio.get_running_loop().connect_read_pipe(lambda: output, os.fdopen(reading, "rb", 0))
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    finally:
        os.close(writing)


async def _wait(process: asyncio.subprocess.Process, time_limit: float, stop: asyncio.Event) -> How:
    ended = asyncio.ensure_future(process.wait())
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({ended, stopping}, timeout=time_limit, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            return "exited"
        return "stopped" if stopping.done() else "timed_out"
    finally:
        ended.cancel()
        stopping.cancel()


async def _terminate(process: asyncio.subprocess.Process, grace: float) -> bool:
    """Ask the group to end; return whether the child did within ``grace`` seconds."""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), grace)
    return process.returncode is not None


async def _reap(process: asyncio.subprocess.Process, output: Output) -> None:
    """Collect the child's status and its last output; a process that the kernel holds back is given up on."""
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _REAP)
    with suppress(TimeoutError):
        await asyncio.wait_for(output.closed.wait(), _LAST_WORDS)
    output.close()


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # nobody is left in it
        os.killpg(pid, number)
