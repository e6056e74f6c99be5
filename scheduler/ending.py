"""How a child process ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["exited", "timed_out", "stopped", "not_started"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: by itself, at its time limit, because the service stopped, or never started.

    ``status`` is the exit status, negative for a signal, None when it never started or can't be reaped.
    ``forced`` tells that it ignored SIGTERM. ``tail`` are its last lines of output.
    """

    how: How
    pid: int | None
    status: int | None
    forced: bool
    seconds: float
    tail: tuple[str, ...]
