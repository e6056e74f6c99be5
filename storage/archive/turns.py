"""Giving way: long work in the archive writes in short turns, with pauses in which others get theirs.

Who waits for SQLite's write lock asks for it again after up to 100 ms and is not told when it is free: work
that takes it again at once keeps everybody else out for minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.archive.folder import Archive

_ALONE = 0.5
_ACCOMPANIED = 8.0
"""The pause after a turn, in turns: a crawl beside it waits less for the lock than its own work takes."""
_SHORTEST = 0.002  # seconds
_LONG = 0.05  # seconds: what a turn should not take
_FEWEST = 8  # a turn's work is not cut further than to such a part
_SEEN = "jianbao_changes_seen"


class Turns:
    """The write transactions of one piece of long work."""

    def __init__(
        self,
        archive: Archive,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._archive = archive
        self._sleep = sleep
        self._clock = clock
        self._held = 0.0
        self._part = _FEWEST

    def fit(self, most: int) -> int:
        """Return how much of so much work the next turn should do: less after a long one, else more."""
        if self._held > _LONG:
            self._part = max(1, self._part // 2)
        elif self._held < _LONG / 4:
            self._part = min(_FEWEST, self._part * 2)
        return max(1, most * self._part // _FEWEST)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction; a pause follows it, longer where others have written since the last turn."""
        with self._archive.writing() as connection:
            began = self._clock()
            pause = _ACCOMPANIED if _is_changed_by_others(connection) else _ALONE
            yield connection
        self._held = self._clock() - began
        self._sleep(max(_SHORTEST, self._held * pause))


def _is_changed_by_others(connection: Connection) -> bool:
    """Return whether another connection has written since this one was asked last."""
    changes = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    seen = connection.info.get(_SEEN, changes)
    connection.info[_SEEN] = changes
    return bool(seen != changes)
