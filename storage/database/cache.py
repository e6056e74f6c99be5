"""What is dear to count, counted once for each state of the archive; and how to tell states apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from storage.database.opening import is_of_this_file, reading

Counted = TypeVar("Counted")


class StateWatch:
    """Tells whether somebody has written to the archive, by a connection of its own; one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._files = 0

    def state(self) -> tuple[int, int]:
        """Return what is another pair after every commit of others, and after the file was replaced.

        Raises what opening the archive raises. SQLite's number of the database's state means something only
        beside the numbers that the same connection told before.
        """
        if self._connection is not None and not self._reads_this_file(self._connection):
            self._connection.invalidate()
            self._connection = None
        if self._connection is None:
            self._connection = self._engine.raw_connection()
            self._files += 1
        assert self._connection.driver_connection is not None
        version = self._connection.driver_connection.execute("PRAGMA data_version").fetchone()[0]
        return self._files, int(version)

    def close(self) -> None:
        """Give back the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _reads_this_file(self, connection: PoolProxiedConnection) -> bool:
        return is_of_this_file(Path(str(self._engine.url.database)), connection.driver_connection)


class CountedOnce(Generic[Counted]):
    """A value counted from the archive, and counted again only when somebody has written to it since."""

    def __init__(self, engine: Engine, count: Callable[[Connection], Counted]) -> None:
        self._engine = engine
        self._count = count
        self._lock = Lock()
        self._watch = StateWatch(engine)
        self._known: tuple[tuple[int, int], Counted] | None = None

    def read(self) -> Counted:
        """Return the value as of now: no commit from before the call is missing in it."""
        with self._lock:
            state = self._watch.state()  # first: what is committed meanwhile is counted once more next time
            if self._known is None or self._known[0] != state:
                with reading(self._engine) as view:
                    self._known = (state, self._count(view))
            return self._known[1]

    def close(self) -> None:
        """Give back the connection that watches."""
        with self._lock:
            self._watch.close()
