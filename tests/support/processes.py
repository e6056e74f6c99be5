"""A nursery of commands: forks of a process that has imported everything, one at a time, each free to die.

A crawl from a cold start spends two seconds on imports; a fork runs the same code and spends none.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

_SERVER = Path(__file__).with_name("warm_command_line.py")
_LONGEST = 60.0  # seconds


class Nursery:
    """The parent's end of the warm command line, which has these modules imported, too."""

    def __init__(self, *modules: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_SERVER), *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._crib = Crib(self._process.stdin, self._process.stdout)
        self._cribs = 0

    def launch(self, arguments: list[str], log: Path, **order: Any) -> Foundling:
        """Fork a command: see `Crib.launch`."""
        return self._crib.launch(arguments, log, **order)

    def add_crib(self, folder: Path) -> Crib:
        """Return another place for one command at a time; its pipes are in a folder. Close it before this."""
        self._cribs += 1
        orders, told = (folder / f"{name}-{self._cribs}" for name in ("orders", "told"))
        for pipe in (orders, told):
            os.mkfifo(pipe)
        self._crib.send({"twin": [str(orders), str(told)]})
        return Crib(orders.open("w", encoding="utf-8"), told.open(encoding="utf-8"))

    def close(self) -> None:
        """End the nursery."""
        self._process.communicate(timeout=_LONGEST)


class Crib:
    """Where a nursery forks commands, one after the other."""

    def __init__(self, orders: IO[str], told: IO[str]) -> None:
        self._orders, self._told = orders, told

    def launch(self, arguments: list[str], log: Path, **order: Any) -> Foundling:
        """Fork a command with these arguments, and stderr going into a file; the one before must have ended.

        ``order`` are further keys of an order: see `warm_command_line`.
        """
        usual = {"stdout": os.devnull, "stderr": str(log), "folder": str(Path.cwd())}
        self.send({"arguments": arguments, **usual, **order})
        return Foundling(int(self._told.readline()), self._told)

    def send(self, order: dict[str, Any]) -> None:
        """Give an order."""
        self._orders.write(f"{json.dumps(order)}\n")
        self._orders.flush()

    def close(self) -> None:
        """End what serves here."""
        self._orders.close()
        self._told.close()


class Foundling:
    """A command that the nursery forked."""

    def __init__(self, pid: int, told: IO[str]) -> None:
        self.pid = pid
        self._told = told
        self._status: int | None = None

    def poll(self) -> int | None:
        """Return the exit status, None while the process runs."""
        if self._status is None and Path(f"/proc/{self.pid}").exists():
            return None
        return self.wait()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status once the process has ended; kill it and raise when that takes too long."""
        end = None if timeout is None else time.monotonic() + timeout
        while end is not None and self._status is None and Path(f"/proc/{self.pid}").exists():
            if time.monotonic() > end:
                self.send_signal(signal.SIGKILL)
                raise TimeoutError(f"the command still ran after {timeout} seconds")
            time.sleep(0.005)
        if self._status is None:
            self._status = int(self._told.readline())
        return self._status

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)
