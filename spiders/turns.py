"""Hosts take turns: what waits for one host never takes a place that another could use."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Generic, TypeVar

_AT_ONCE = 512
"""Requests under way at all hosts together: a process has about a thousand sockets."""

Item = TypeVar("Item")


class Turns(Generic[Item]):
    """Lines before hosts, one for each, and so many places at each host at once."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lines: dict[str, deque[Item]] = {}
        self._taken: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._under_way = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._lines and not self._under_way

    def join(self, host: str, item: Item) -> None:
        """Put something at the end of a host's line."""
        self._lines.setdefault(host, deque()).append(item)
        self._changed.set()

    def take(self) -> Item | None:
        """Return the first in line at the host whose turn it is, which takes a place until `leave`.

        None when nothing waits for a host that has room.
        """
        host = next((host for host in self._lines if self._taken.get(host, 0) < self._places), None)
        if host is None or self._under_way >= _AT_ONCE:
            return None
        line = self._lines.pop(host)
        item = line.popleft()
        if line:
            self._lines[host] = line  # behind the other hosts now
        if not self._taken.get(host):
            self._heard[host] = time.monotonic()
        self._taken[host] = self._taken.get(host, 0) + 1
        self._under_way += 1
        return item

    def leave(self, host: str, *, answered: bool) -> None:
        """Give a host's place back; ``answered`` tells whether that host gave a sign of life."""
        self._taken[host] -= 1
        self._under_way -= 1
        if not self._taken[host]:
            del self._taken[host]
        if answered:
            self._heard[host] = time.monotonic()
        self._changed.set()

    def silence(self, host: str) -> float:
        """Return for how many seconds a host has given no sign of life although it was asked."""
        return time.monotonic() - self._heard[host] if host in self._taken else 0.0

    async def change(self, seconds: float | None) -> None:
        """Wait until something joined or left, or for so many seconds."""
        self._changed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
