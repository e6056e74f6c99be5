"""The backlog: what the run history still has to be told, in order, while the archive can't be written."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from scheduler.vocabulary.refusal import HistoryRefused

_LOG = logging.getLogger("scheduler")


class BacklogFull(Exception):
    """The history has refused everything for too long; the message says why. The service should end."""


class Backlog:
    """Writes to the history in the order of their coming; what fails stays and is tried again by `write`.

    At ``most`` so many stay, some MB: a service with one crawl each five minutes comes there in two months.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._waiting: deque[Callable[[], object]] = deque()
        self.trouble: str | None = None
        """Why the archive took nothing the last time, None when it did."""

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, write: Callable[[], object]) -> None:
        """Write now, or keep it for later when the history can't; raise `BacklogFull` beyond the
        most that may wait."""
        self.keep(write)
        self.write()

    def keep(self, write: Callable[[], object]) -> None:
        """Keep it for later."""
        self._waiting.append(write)

    def write(self) -> None:
        """Write what waits, until the first that fails."""
        while self._waiting:
            try:
                self._waiting[0]()
            except (OSError, HistoryRefused) as error:
                self._keep(error)
                return
            self._waiting.popleft()
        self.trouble = None

    def _keep(self, error: Exception) -> None:
        self.trouble = str(error)
        if len(self._waiting) > self._most:
            raise BacklogFull(f"the archive took no record of {self._most} runs: {error}") from error
        _LOG.warning("the archive can't be written, %d records wait: %s", len(self._waiting), error)
