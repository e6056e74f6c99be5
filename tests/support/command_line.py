"""Running the command line in tests: as a real process, or from a warm start where a test needs many."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from support.processes import Nursery

PYTHON = (sys.executable, "-P")
_LONGEST = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one JSON document that it printed."""
        assert self.stdout, f"nothing on stdout; stderr says: {self.stderr}"
        return json.loads(self.stdout)


class Command(Protocol):
    """Something that runs ``jianbao`` with arguments to its end, in a folder, after code that changes it."""

    def __call__(self, *arguments: str | Path, folder: Path | None = None, prelude: str = "") -> Ended: ...


def run_process(*arguments: str | Path, **environment: str) -> Ended:
    """Run the command line as people do: a process of its own, from a cold start."""
    ended = subprocess.run(
        [*PYTHON, "-m", "jianbao", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=_LONGEST,
        env=environment or None,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def warm_command(nursery: Nursery, scratch: Path) -> Command:
    """Return a command that starts in no time: a process that has imported everything forks for each run."""
    printed = {name: scratch / name for name in ("stdout", "stderr")}

    def run(*arguments: str | Path, folder: Path | None = None, prelude: str = "") -> Ended:
        child = nursery.launch(
            [*map(str, arguments)],
            printed["stderr"],
            stdout=str(printed["stdout"]),
            folder=str(folder or "."),
            prelude=prelude,
        )
        return Ended(child.wait(), *(path.read_text("utf-8") for path in printed.values()))

    return run
