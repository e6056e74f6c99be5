"""Rooms: parts of the demo site that have addresses, and a press, of their own."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from jianbao.demo.material.answer import Answer


class Room(ABC):
    """A newspaper of the demo site, with a folder of its own, that a source of its ``kind`` reads.

    Until it joins a site it is by itself, and may be asked all the same.

    ``origin`` begins the addresses that are written out in full; it is empty until the site is open.
    """

    kind = ""

    def __init__(self, slug: str, today: date) -> None:
        self.slug = slug
        self.today = today
        self.origin = ""
        self._lock: AbstractContextManager[Any] = threading.RLock()
        self._tell: Callable[[], None] = _tell_nobody

    def join(self, lock: AbstractContextManager[Any], tell: Callable[[], None]) -> None:
        """Become part of a site, which is told of every change; ``lock`` guards all that it offers."""
        self._lock, self._tell = lock, tell

    def advance(self, today: date) -> None:
        """Let it be another day."""
        with self._lock:
            self.today = today
            self._tell()

    @abstractmethod
    def is_list(self, target: str) -> bool:
        """Tell whether a path is what a poll asks for: a list, an index, a month file, a page of an issue."""

    @abstractmethod
    def answer(self, target: str) -> Answer | None:
        """Return what stands at a path with its query, decoded; None where there is nothing of this room."""


def _tell_nobody() -> None:
    """Nobody has rendered anything yet."""
