"""Settings of the service: everything it is told from above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from scheduler.chore import Chore
from scheduler.obstacle import Obstacle
from scheduler.plan import Source
from scheduler.slice import Slice


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things may take, in seconds, and how many crawls may run side by side."""

    grace: float = 60.0  # later than this, jitter aside, a run counts as missed
    time_limit: float = 3600.0  # a crawl that takes longer is killed
    stop_grace: float = 20.0  # between SIGTERM and SIGKILL
    jitter: float = 2.0  # the longest random delay of a run
    collect: float = 1.0  # sources that become due within it share a child
    beat: float = 30.0  # between two heartbeats
    stuck_after: float = 300.0  # without a heartbeat for so long, the watchdog ends the service
    children: int = 4  # crawls at once; what is due beyond that waits
    idle_pause: float = 30.0  # between two slices of what is done while nothing is due
    polls_patience: float = 300.0  # polls that stopped for so long are an alarm
    idle_before: float = 10.0  # nothing of that is begun when something will be due so soon

    def __post_init__(self) -> None:
        if self.children < 1:
            raise ValueError(f"the number of children {self.children} is not valid: expected at least 1")


class Polls(Protocol):
    """What was polled, as the archive knows it. Asked in a thread of its own; may raise `HistoryRefused`."""

    def are_going_on(self) -> bool:
        """Tell whether anything was polled since something should have been."""

    def watch_each(self) -> None:
        """Tell of single sources that are late by far though others are polled, and of their end."""

    def tell(self, is_polling: bool, /) -> None:
        """Open the event that polls have stopped, or resolve it."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What one service does: ``argv`` gives the command line that crawls these slugs, due at that time.

    ``archive`` is the folder that holds ``service.lock`` and ``service.json``. ``idle`` gives what is done
    while nothing is due, ``chores`` what else is done. ``budgets`` says how many requests a host is asked
    in an hour at most, 0 for no limit. While ``obstacles`` finds any nothing is crawled: what runs is ended
    in good order, and what was due caught up with afterwards. ``polls`` knows
    whether newspapers are polled.
    """

    archive: Path
    sources: tuple[Source, ...]
    argv: Callable[[Sequence[str], datetime], Sequence[str]]
    limits: Limits = field(default_factory=Limits)
    idle: Callable[[], Slice | None] | None = None
    chores: tuple[Chore, ...] = ()
    budgets: Callable[[str], int] = lambda _: 0
    obstacles: Callable[[], Sequence[Obstacle]] | None = None
    polls: Polls | None = None
