"""The trigger: a schedule as APScheduler asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from apscheduler.triggers.base import BaseTrigger

from scheduler.cron.schedule import Schedule


class ScheduleTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """Fires when the schedule says, up to ``jitter`` seconds late, but before half the time to the next run.

    Every source that is due at one moment gets the same delay (``seed`` makes it differ between services), so
    that they still go into one child process.
    """

    def __init__(self, schedule: Schedule, jitter: float = 0.0, seed: str = "") -> None:
        self._schedule = schedule
        self._jitter = jitter
        self._seed = seed

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the first time after now: what was missed before it is the plan's business."""
        fire = self._schedule.next_after(max(previous_fire_time, now) if previous_fire_time else now)
        return fire + timedelta(seconds=self._delay(fire))

    def _delay(self, fire: datetime) -> float:
        if not self._jitter:
            return 0.0
        pause = self._schedule.next_after(fire) - fire
        longest = min(self._jitter, pause.total_seconds() / 2)
        return longest * Random(f"{self._seed}{fire.timestamp()}").random()  # noqa: S311 - no secret
