"""Idle work: what is done in slices while nothing is due and nothing runs, and ended when something is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from scheduler.batch import run_batch
from scheduler.ending import Ending
from scheduler.settings import Limits
from scheduler.slice import Slice
from scheduler.vocabulary.refusal import HistoryRefused

_LOG = logging.getLogger("scheduler.idle")
_LONGEST_PAUSE = 3600.0
"""Seconds between two slices at most, however often they failed."""


@dataclass(frozen=True, slots=True)
class RunningSlice:
    """A slice at work. ``pid`` is None until its process is there; ``since`` is aware."""

    slug: str
    since: datetime
    pid: int | None = None


NextSlice = Callable[[], Slice | None]
"""Gives the next slice, None while there is nothing to do. May raise `HistoryRefused` or `OSError`."""


class Idle:
    """One slice at a time. The service says when there is time for one, and when there is none left."""

    def __init__(self, find: NextSlice | None, limits: Limits) -> None:
        """``find`` None: there never is anything to do."""
        self._find = find
        self._limits = limits
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._pause = limits.idle_pause
        self._not_before = 0.0
        self.running: RunningSlice | None = None

    def begin(self) -> bool:
        """Begin the next slice where there is one and its pause is over; return whether one began."""
        if self._find is None or self._task is not None or time.monotonic() < self._not_before:
            return False
        try:
            found = self._find()
        except (OSError, HistoryRefused) as error:
            _LOG.warning("what could be done meanwhile is not known: %s", error)
            found = None
        if found is None:
            self._not_before = time.monotonic() + self._limits.idle_pause
            return False
        self._stop = asyncio.Event()
        self.running = RunningSlice(found.slug, datetime.now(UTC))
        self._task = asyncio.create_task(self._run(found))
        return True

    def end(self) -> None:
        """Have the slice end in good order, if one runs: something else is due."""
        self._stop.set()

    async def close(self) -> None:
        """Wait until the slice has ended that was told to; a defect of it is logged, and ends nothing."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, found: Slice) -> None:
        try:
            ending = await run_batch(found.argv, self._limits, self._stop, self._note)
            self._judge(found, ending)
        finally:
            self._task = self.running = None

    def _note(self, pid: int) -> None:
        assert self.running is not None
        self.running = RunningSlice(self.running.slug, self.running.since, pid)

    def _judge(self, found: Slice, ending: Ending) -> None:
        """Let the next slice wait: longer and longer while they fail by themselves."""
        if ending.how == "stopped" or ending.status == 0:
            self._pause = self._limits.idle_pause
        else:
            words = ending.tail[-1] if ending.tail else "it printed nothing"
            _LOG.warning("the history of %s: a slice ended with %s: %s", found.slug, ending.status, words)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        self._not_before = time.monotonic() + self._pause
