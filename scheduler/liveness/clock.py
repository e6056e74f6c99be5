"""The clock's watch: is the wall clock to be believed? It is compared with one that nobody sets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Doubt = Literal["implausible", "jumped", "behind"]
"""A year that can't be, a jump against the steady clock, a time before what was written last."""

_YEARS = range(2025, 2100)
"""Years in which this program can run: before, it did not exist."""


def read_steady_clock() -> float:
    """Return seconds that go on while the machine sleeps, and that no setting of the clock moves."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@dataclass(slots=True)
class ClockWatch:
    """Looks at the wall clock. A jump of more than ``tolerance`` seconds is doubted until it goes back.

    A clock that goes on steadily for ``patience`` seconds after its jump is believed: most jumps mend a clock
    that was wrong. A year that cannot be is never believed.
    """

    tolerance: float = 3600.0
    patience: float = 600.0
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = read_steady_clock
    _believed: float | None = None
    _doubted: float | None = None
    _since: float = 0.0
    _why: Doubt = "jumped"

    def look(self, written_last: datetime | None = None) -> Doubt | None:
        """Return why the clock is not to be believed, None when it is; ``written_last`` counts at first."""
        steady = self.steady()
        offset = self.wall() - steady
        if datetime.fromtimestamp(self.wall(), UTC).year not in _YEARS:
            return "implausible"
        if self._believed is None:
            return self._begin(offset, steady, written_last)
        return self._compare(offset, self._believed, steady)

    def _begin(self, offset: float, steady: float, written_last: datetime | None) -> Doubt | None:
        self._believed = offset
        if written_last is None or written_last.timestamp() <= self.wall() + self.tolerance:
            return None
        self._believed = written_last.timestamp() - steady
        return self._doubt(offset, steady, "behind")

    def _compare(self, offset: float, believed: float, steady: float) -> Doubt | None:
        if abs(offset - believed) <= self.tolerance:
            self._doubted = None
            return None
        if self._doubted is None or abs(offset - self._doubted) > self.tolerance:
            return self._doubt(offset, steady, "jumped")
        if steady - self._since < self.patience:
            return self._why
        self._believed, self._doubted = offset, None
        return None

    def _doubt(self, offset: float, steady: float, why: Doubt) -> Doubt:
        self._doubted, self._since, self._why = offset, steady, why
        return why
