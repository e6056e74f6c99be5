"""Places at hosts: before a request goes out, one is taken that all processes of an archive share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from heapq import heappop, heappush
from itertools import count
from typing import Protocol

from scrapy import Request

from spiders.middleware.retry_after import HostRests
from storage.records import BackOrder
from storage.records.host_limits import Rank, Refused
from storage.records.saying import say

_WORTH_WAITING = 10.0  # seconds


class Places(Protocol):
    """The places as the archive keeps them: see `storage.ledger.host_places`."""

    def take(self, host: str, rank: Rank, delay: float = 0.0) -> float | Refused:
        """Take a place: 0.0 when it is taken, else the seconds after which to try again, or `Refused`."""

    def leave(self, host: str) -> None:
        """Give a place back."""

    def withdraw(self, host: str) -> None:
        """Wait no longer for a place at a host."""


class BudgetSpent(HostRests):
    """As much as may be was asked of the host in the last hour: try again later. ``until`` is aware."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(host, until)
        self.args = (say("fetch.budget_spent", host=host, until=until.isoformat(timespec="seconds")),)


class PlaceLines:
    """Who waits for a place at each host, within this process: polls first, then in the order of coming."""

    def __init__(self, places: Places, rank: Rank = Rank.ARTICLE) -> None:
        """``rank`` is that of what is no poll of today."""
        self._places = places
        self._rank = rank
        self._lines: dict[str, list[tuple[Rank, int, asyncio.Future[None]]]] = {}
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._delays: dict[str, float] = {}
        self._numbers = count()

    def rank_of(self, request: Request) -> Rank:
        """Return how a request ranks among those of all processes."""
        polling = request.meta.get("polling")
        is_of_today = polling is not None and not isinstance(polling.order, BackOrder)
        return Rank.POLL if is_of_today and self._rank is not Rank.HISTORY else self._rank

    @asynccontextmanager
    async def place(self, host: str, rank: Rank, delay: float) -> AsyncIterator[None]:
        """Hold a place at a host; raise `HostRests` or `BudgetSpent` when none will be free for long.

        ``delay`` is how many seconds this process lets pass between two requests to the host just now.
        """
        self._delays[host] = delay
        await self._wait(host, rank)
        try:
            yield
        finally:
            self._places.leave(host)

    async def _wait(self, host: str, rank: Rank) -> None:
        if host not in self._lines and self._try(host, rank) == 0.0:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heappush(self._lines.setdefault(host, []), (rank, next(self._numbers), waiting))
        if host not in self._pumps:
            self._pumps[host] = asyncio.create_task(self._pump(host))
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._places.leave(host)  # it was given the place that it no longer wants
            raise

    async def _pump(self, host: str) -> None:
        """Take places for those who wait, first come, first served, until nobody waits any more."""
        line = self._lines[host]
        try:
            while line:
                rank, _, waiting = line[0]
                if waiting.done():
                    heappop(line)
                    continue
                try:
                    pause = self._try(host, rank)
                except HostRests as rests:
                    heappop(line)
                    waiting.set_exception(rests)
                    continue
                if pause:
                    await asyncio.sleep(pause)
                elif waiting.done():
                    self._places.leave(host)
                else:
                    heappop(line)
                    waiting.set_result(None)
        finally:
            del self._lines[host], self._pumps[host]
            self._places.withdraw(host)

    def _try(self, host: str, rank: Rank) -> float:
        """Return 0.0 when a place was taken, else for how many seconds to wait; raise `HostRests`."""
        answer = self._places.take(host, rank, self._delays[host])
        if not isinstance(answer, Refused):
            return answer
        left = (answer.until - datetime.now(UTC)).total_seconds()
        if left > _WORTH_WAITING:
            raise (BudgetSpent if answer.is_budget else HostRests)(host, answer.until)
        return max(left, 0.01)
