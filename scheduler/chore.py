"""A chore: what the service has done besides crawls, in a child process of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.cron.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Chore:
    """What is to be done, by which command line, and when.

    It is due by its ``schedule``, when ``every`` seconds have gone by since the last time, or as soon as
    ``wanted`` says so: a cheap look at each heartbeat. ``last`` says when it was done last, as the archive
    knows; without it the service remembers, from its own start on. Both may raise `HistoryRefused` or
    `OSError`.
    A child that takes longer than ``time_limit`` seconds is killed. One that may not run ``beside_crawls``
    has its turn while nothing runs or is due soon, and is ended when something is: it goes on the next time.
    One that goes on ``despite_obstacles`` runs also while crawling pauses. The exit statuses in ``well`` are
    no failure.
    """

    name: str
    argv: tuple[str, ...]
    schedule: Schedule | None = None
    every: float | None = None
    wanted: Callable[[datetime], bool] | None = None
    last: Callable[[], datetime | None] | None = None
    time_limit: float = 3600.0
    beside_crawls: bool = True
    despite_obstacles: bool = False
    well: frozenset[int] = frozenset({0})

    def is_due(self, now: datetime, remembered: datetime) -> bool:
        """Tell whether it is due now (aware); ``remembered`` is when this service did it last, or began."""
        return self._is_time(now, remembered) or (self.wanted is not None and self.wanted(now))

    def _is_time(self, now: datetime, remembered: datetime) -> bool:
        if self.schedule is None and self.every is None:
            return False
        last = min(now, (self.last() if self.last is not None else None) or remembered)
        if self.schedule is not None and self.schedule.last_until(now) > last:
            return True
        return self.every is not None and (now - last).total_seconds() >= self.every
