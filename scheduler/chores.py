"""The chores at work: one child for each, begun when it is due, ended with the service."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from scheduler.accounting import BUSY
from scheduler.batch import run_batch
from scheduler.chore import Chore
from scheduler.ending import Ending
from scheduler.settings import Limits
from scheduler.vocabulary.refusal import HistoryRefused

_LOG = logging.getLogger("scheduler.chores")
_LONGEST_PAUSE = 3600.0
"""Seconds until a chore that failed is tried again at most, when it is wanted all the while."""

Tell = Callable[[str, Ending | None], None]
"""Is told a chore's name and how it failed, or None when it ended well. Called in the service's thread."""


@dataclass(slots=True)
class _Turn:
    """A chore as it stands: when it was done last, since when and as what it runs, until when it waits."""

    chore: Chore
    last: datetime
    pause: float = 0.0
    not_before: float = 0.0  # monotonic
    since: datetime | None = None
    pid: int | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)


class Chores:
    """Begins what is due when the service looks, and tells how each ended. Nothing here blocks or raises."""

    def __init__(self, chores: Sequence[Chore], limits: Limits, tell: Tell) -> None:
        now = datetime.now(UTC)
        self._turns = [_Turn(chore, now) for chore in chores]
        self._limits = limits
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> list[dict[str, object]]:
        """The chores at work, as the heartbeat names them."""
        return [
            {"name": turn.chore.name, "pid": turn.pid, "since": turn.since.isoformat()}
            for turn in self._turns
            if turn.since is not None
        ]

    @property
    def is_alone(self) -> bool:
        """Whether one runs that may not run beside crawls."""
        return next(self._lone_ones(), None) is not None

    def begin(self, *, has_idle_time: bool, has_obstacle: bool, may_ask: bool = True) -> None:
        """Begin what is due: beside crawls what may, in idle time one of those that may not.

        Without ``may_ask`` the archive is not asked what is due: it would not answer.
        """
        for turn in self._turns:
            if turn.since is not None or (has_obstacle and not turn.chore.despite_obstacles):
                continue
            may_run = turn.chore.beside_crawls or (has_idle_time and not self.is_alone)
            if may_run and self._is_due(turn, may_ask=may_ask):
                self._start(turn)

    def make_way(self) -> None:
        """End those that may not run beside crawls: something is due."""
        for turn in self._lone_ones():
            turn.stop.set()

    def hold(self) -> None:
        """End those that can't go on while there is an obstacle."""
        for turn in self._turns:
            if not turn.chore.despite_obstacles:
                turn.stop.set()

    async def close(self) -> None:
        """End all in good order, and wait for that."""
        for turn in self._turns:
            turn.stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _lone_ones(self) -> Iterator[_Turn]:
        return (turn for turn in self._turns if turn.since is not None and not turn.chore.beside_crawls)

    def _is_due(self, turn: _Turn, *, may_ask: bool) -> bool:
        if time.monotonic() < turn.not_before:
            return False
        try:
            chore = turn.chore if may_ask else replace(turn.chore, wanted=None, last=None)
            return chore.is_due(datetime.now(UTC), turn.last)
        except (OSError, HistoryRefused) as error:
            _LOG.warning("whether %s is due is not known: %s", turn.chore.name, error)
            return False

    def _start(self, turn: _Turn) -> None:
        turn.since, turn.stop = datetime.now(UTC), asyncio.Event()
        task = asyncio.create_task(self._run(turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, turn: _Turn) -> None:
        limits = replace(self._limits, time_limit=turn.chore.time_limit)

        def note(pid: int) -> None:
            turn.pid = pid

        try:
            ending = await run_batch(turn.chore.argv, limits, turn.stop, note)
            self._judge(turn, ending)
        finally:
            turn.since = turn.pid = None

    def _judge(self, turn: _Turn, ending: Ending) -> None:
        """Remember what became of it: stopped or busy it is due again, failed after ever longer pauses."""
        if ending.how == "stopped" or (ending.how == "exited" and ending.status == BUSY):
            turn.not_before = time.monotonic() + self._limits.idle_pause
            return
        turn.last = datetime.now(UTC)
        is_well = ending.how == "exited" and ending.status in turn.chore.well
        turn.pause = 0.0 if is_well else min(max(2 * turn.pause, self._limits.beat), _LONGEST_PAUSE)
        turn.not_before = time.monotonic() + turn.pause
        self._tell(turn.chore.name, None if is_well else ending)
