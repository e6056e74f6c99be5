"""The pause: while there is an obstacle nothing is started, and what runs ends in good order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Literal

from scheduler.obstacle import Obstacle

_LOG = logging.getLogger("scheduler")

Look = Callable[[], Sequence[Obstacle]]
"""Says what is in the way now: a cheap look, which never raises."""


class Pause:
    """Looks for obstacles and tells of each change. ``halt`` is set for those who shall end now."""

    def __init__(self, look: Look | None, tell: Callable[[tuple[Obstacle, ...]], None]) -> None:
        """``tell`` is called at the first look, and whenever there are other kinds than before."""
        self._look = look
        self._tell = tell
        self._told: frozenset[str] | None = None
        self.obstacles: tuple[Obstacle, ...] = ()
        self.halt = asyncio.Event()

    @property
    def bars_writing(self) -> bool:
        """Whether nothing may be written into the archive's folder."""
        return any(obstacle.bars_writing for obstacle in self.obstacles)

    @property
    def bars_reading(self) -> bool:
        """Whether whoever asks the archive now would hang."""
        return any(obstacle.bars_reading for obstacle in self.obstacles)

    def watch(self) -> Literal["begun", "ended"] | None:
        """Look; return whether the pause has begun or ended with that."""
        if self._look is None:
            return None
        was, self.obstacles = bool(self.obstacles), tuple(self._look())
        kinds = frozenset(obstacle.kind for obstacle in self.obstacles)
        if kinds != self._told:
            self._told = kinds
            for obstacle in self.obstacles:
                _LOG.error("crawling pauses: %s", obstacle.message)
            self._tell(self.obstacles)
        if was == bool(self.obstacles):
            return None
        if self.obstacles:
            self.halt.set()
            return "begun"
        self.halt = asyncio.Event()
        _LOG.warning("crawling goes on")
        return "ended"
