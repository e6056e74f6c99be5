"""Running the command line in tests: as a real process, or from a warm start where a test needs many."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

PYTHON = (sys.executable, "-P")
_LONGEST = 60.0  # seconds


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
    """Something that runs ``jianbao`` with arguments to its end."""

    def __call__(self, *arguments: str | Path, folder: Path | None = None) -> Ended: ...


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


@contextmanager
def warm_command(scratch: Path) -> Iterator[Command]:
    """Give a command that starts in no time: a process that has imported everything forks for each run."""
    server = subprocess.Popen(
        [*PYTHON, str(Path(__file__).with_name("warm_command_line.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    orders, answers = server.stdin, server.stdout
    printed = {name: scratch / name for name in ("stdout", "stderr")}

    def run(*arguments: str | Path, folder: Path | None = None) -> Ended:
        order = {"arguments": [str(argument) for argument in arguments], "folder": str(folder or ".")}
        order |= {name: str(path) for name, path in printed.items()}  # type: ignore[dict-item]
        orders.write(f"{json.dumps(order)}\n")
        orders.flush()
        _child = answers.readline()
        return Ended(json.loads(answers.readline()), *(path.read_text("utf-8") for path in printed.values()))

    try:
        yield run
    finally:
        orders.close()
        server.wait(_LONGEST)
        answers.close()
