"""What is dear to count, counted once for each state of the archive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from storage.database import is_of_this_file, reading

Counted = TypeVar("Counted")


class CountedOnce(Generic[Counted]):
    """A value counted from the archive, and counted again only when somebody has written to it since."""

    def __init__(self, engine: Engine, count: Callable[[Connection], Counted]) -> None:
        self._engine = engine
        self._count = count
        self._lock = Lock()
        self._watch: PoolProxiedConnection | None = None
        self._known: tuple[int, Counted] | None = None

    def read(self) -> Counted:
        """Return the value as of now: no commit from before the call is missing in it."""
        with self._lock:
            version = (
                self._version()
            )  # first: what is committed meanwhile is counted, and once more next time
            if self._known is None or self._known[0] != version:
                with reading(self._engine) as view:
                    self._known = (version, self._count(view))
            return self._known[1]

    def close(self) -> None:
        """Give back the connection that watches."""
        with self._lock:
            if self._watch is not None:
                self._watch.close()
                self._watch = None

    def _version(self) -> int:
        """Return SQLite's number of the database's state, which other connections' commits change.

        It means something only beside the numbers that the same connection told before.
        """
        if self._watch is not None and not self._reads_this_file(self._watch):
            self._watch.invalidate()
            self._watch = self._known = None
        if self._watch is None:
            self._watch = self._engine.raw_connection()
        assert self._watch.driver_connection is not None
        return int(self._watch.driver_connection.execute("PRAGMA data_version").fetchone()[0])

    def _reads_this_file(self, watch: PoolProxiedConnection) -> bool:
        return is_of_this_file(Path(str(self._engine.url.database)), watch.driver_connection)
