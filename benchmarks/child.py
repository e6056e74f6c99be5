"""A child process whose cost is measured by the kernel: CPU seconds, peak memory, wall seconds."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

PYTHON = sys.executable

# As installed: modules that every start would compile again are no part of what a crawl costs.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a finished child used: ``cpu`` is user and system seconds, ``memory`` its peak in MB."""

    cpu: float
    wall: float
    memory: float
    output: str


def run_child(arguments: Sequence[str], *, log: Path | None = None) -> Cost:
    """Run a command to its end and return its cost; raise RuntimeError when it fails.

    Its stderr goes to ``log``, which is nowhere by default.
    """
    started = time.perf_counter()
    with (log or Path(os.devnull)).open("wb") as errors:
        child = Popen(arguments, stdin=DEVNULL, stdout=PIPE, stderr=errors, env=_ENVIRONMENT)
        assert child.stdout is not None
        output = child.stdout.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    if child.returncode:
        said = log.read_text("utf-8", "replace")[-2000:] if log else output[-2000:]
        raise RuntimeError(f"{' '.join(arguments)} ended with status {child.returncode}: {said}")
    return Cost(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=time.perf_counter() - started,
        memory=usage.ru_maxrss / 1024,
        output=output,
    )
