"""The watch over polls: a thread that asks the archive, not the scheduler, whether polls happen."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from scheduler.vocabulary.refusal import HistoryRefused

_LOG = logging.getLogger("scheduler.polls")


class PollWatch:
    """Looks every ``interval`` seconds. Polls count as stopped once that was so for ``patience`` seconds.

    Time is monotonic and stands still while the machine sleeps, so waking up is no alarm.
    """

    def __init__(
        self,
        look: Callable[[], bool],
        tell: Callable[[bool], object],
        interval: float,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
        watch_each: Callable[[], object] = lambda: None,
    ) -> None:
        """``look`` says whether polls happen, ``tell`` is told at the first look and at each change.

        ``watch_each`` is called after each look: it tells of single sources by itself.
        """
        self._look = look
        self._tell = tell
        self._watch_each = watch_each
        self._interval = interval
        self._patience = patience
        self._clock = clock
        self._since: float | None = None
        self._told: bool | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="poll watch", daemon=True)
        self.is_paused = False
        """Set by the service while crawling pauses: then nothing is to be polled, and nobody looks."""

    @property
    def has_stopped(self) -> bool:
        """Whether newspapers are no longer polled."""
        return self._told is False

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; a look that hangs is left behind."""
        self._done.set()

    def look(self) -> None:
        """Look once."""
        if self.is_paused:
            self._since = None
            return
        try:
            is_polling = self._look()
            if is_polling:
                self._since = None
            elif self._since is None:
                self._since = self._clock()
            stopped = self._since is not None and self._clock() - self._since >= self._patience
            if (is_polling or stopped) and self._told is not is_polling:
                self._tell(is_polling)
                self._told = is_polling
            self._watch_each()
        except (OSError, HistoryRefused) as error:
            _LOG.warning("whether newspapers are polled is not known: %s", error)

    def _watch(self) -> None:
        while not self._done.wait(self._interval):
            self.look()
