"""The watchdog: a thread of its own that ends the process when the service no longer gives a sign of life."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from scheduler.vocabulary.sentence import Sentence

STUCK = 70
"""The exit status of a service that its watchdog ended (EX_SOFTWARE of sysexits.h)."""

_LATE = 1.0  # seconds, or its interval if that is longer: a look later than this comes after a sleep


class Watchdog:
    """Calls ``alarm`` with a sentence and ends the process when `pulse` was not called for ``limit`` seconds.

    Time is monotonic and stands still while the machine sleeps, so waking up is no alarm. Nor is it when this
    process alone was stopped (SIGSTOP, a paused container or virtual machine): a watchdog that slept itself
    knows nothing of that time, so the service gets its whole limit anew. The alarm has ``last_words``
    seconds: whatever blocks the service may block that too.
    """

    def __init__(
        self,
        limit: float,
        interval: float,
        alarm: Callable[[str], object],
        end: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
        *,
        last_words: float = 10.0,
    ) -> None:
        self._limit = limit
        self._interval = min(interval, limit)
        self._alarm = alarm
        self._end = end
        self._clock = clock
        self._last_words = last_words
        self._last = self._looked = clock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.pulse()
        self._thread.start()

    def pulse(self) -> None:
        """Give a sign of life."""
        self._last = self._clock()

    def stop(self) -> None:
        """Stop watching."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        self._looked = self._clock()
        while not self._done.wait(self._interval):
            if sentence := self.look():
                self._bark(sentence)
                return

    def look(self) -> str | None:
        """Return what there is to say of a service that was silent for too long, None when all is well."""
        now = self._clock()
        slept, self._looked = now - self._looked > self._interval + max(self._interval, _LATE), now
        if slept:
            self.pulse()
        silent = now - self._last
        if silent <= self._limit:
            return None
        return Sentence(
            "stuck",
            "the service gave no sign of life for {seconds:.0f} s and was ended by its watchdog",
            seconds=silent,
        )

    def _bark(self, message: str) -> None:
        try:
            recording = threading.Thread(target=self._alarm, args=(message,), daemon=True)
            recording.start()
            recording.join(self._last_words)
        finally:
            self._end(STUCK)
