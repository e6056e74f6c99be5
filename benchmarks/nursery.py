"""A nursery of crawls: forks of a process that has imported everything, one at a time, each to be killed.

A crawl from a cold start spends two seconds on imports; a fork runs the same code and spends none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

_SERVER = Path(__file__).parent.parent / "tests" / "warm_command_line.py"


class Nursery:
    """The parent's end of the warm command line."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def launch(self, arguments: list[str], log: Path) -> Foundling:
        """Fork a crawl with these arguments, and stderr going into a file; the one before must have ended."""
        assert self._process.stdin
        assert self._process.stdout
        order = {
            "arguments": arguments,
            "stdout": os.devnull,
            "stderr": str(log),
            "folder": str(Path.cwd()),
        }
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return Foundling(int(self._process.stdout.readline()), self._process.stdout)

    def close(self) -> None:
        """End the nursery."""
        self._process.communicate(timeout=10)


class Foundling:
    """A crawl that the nursery forked."""

    def __init__(self, pid: int, told: IO[str]) -> None:
        self.pid = pid
        self._told = told
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, None while the process runs."""
        if self._status is None and Path(f"/proc/{self.pid}").exists():
            return None
        return self.wait()

    def wait(self, timeout: float | None = None) -> int:  # noqa: ARG002 - the nursery always answers
        """Return the exit status once the process has ended."""
        if self._status is None:
            self._status = int(self._told.readline())
        return self._status
