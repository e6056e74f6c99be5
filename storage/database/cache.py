"""What is dear to count, counted once for each state of the archive; and how to tell states apart."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from storage.database.opening import is_of_this_file, reading

Counted = TypeVar("Counted")

_STATE = "jianbao_state"


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
        if self._connection is not None and not self._is_of_this_file(self._connection):
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

    def _is_of_this_file(self, connection: PoolProxiedConnection) -> bool:
        return is_of_this_file(Path(str(self._engine.url.database)), connection.driver_connection)


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a counted value stands. Seconds.

    It is counted again after ``longest``, since time itself changes it. What took more than ``dear`` to count
    is given for ``spared``, though somebody has written meanwhile.
    """

    longest: float = math.inf
    dear: float = math.inf
    spared: float = 0.0


@dataclass(frozen=True, slots=True)
class _Known(Generic[Counted]):
    """A value, the state that it was counted in, when (by the monotonic clock), and how long that took."""

    value: Counted
    state: tuple[int, int]
    at: float
    cost: float

    def stands(self, state: tuple[int, int], lasting: Lasting) -> bool:
        age = time.monotonic() - self.at
        is_spared = self.cost > lasting.dear and age < lasting.spared
        return age < lasting.longest and (self.state == state or is_spared)


class CountedOnce(Generic[Counted]):
    """A value counted from the archive, and counted again only when somebody has written to it since.

    It is counted in the view of whoever asks, so that a page needs one connection and shows one state.
    """

    def __init__(
        self, engine: Engine, count: Callable[[Connection], Counted], lasting: Lasting = Lasting()
    ) -> None:
        self._engine = engine
        self._count = count
        self._lasting = lasting
        self._watching, self._counting = Lock(), Lock()
        self._watch = StateWatch(engine)
        self._known: _Known[Counted] | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the archive, in which `read` may be asked."""
        with self._watching:
            state = self._watch.state()  # first: what is committed meanwhile is counted once more next time
        with reading(self._engine) as view:
            view.info[_STATE] = state
            yield view

    def read(self, view: Connection) -> Counted:
        """Return the value for a view of `reading`, also that of another value of the same archive.

        No commit from before it began is missing in it, but those that a dear value is spared.
        """
        state = view.info[_STATE]
        with self._counting:
            if self._known is None or not self._known.stands(state, self._lasting):
                begun = time.monotonic()
                value = self._count(view)
                ended = time.monotonic()
                self._known = _Known(value, state, ended, ended - begun)
            return self._known.value

    def close(self) -> None:
        """Give back the connection that watches."""
        with self._watching:
            self._watch.close()
