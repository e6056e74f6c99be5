"""Places at hosts, shared by all processes of an archive: ``hosts.lock`` in its folder.

Every host has a block in that file: when it may be asked next, until when it wants rest, how much was asked
of it in the last hour, and a seat for each process that asks it now. What a process writes there is believed
while it holds the lock of its seat's byte, which the kernel takes from it however it ends: so ``kill -9``
leaves no place taken. Nobody holds a block's lock for longer than reading and writing it takes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.ledger.byte_locks import is_byte_locked, lock_byte, open_locks, unlock_byte
from storage.ledger.host_block import SEATS, SIZE, HostBlock, Seat
from storage.records.host_limits import HostLimits, Rank, Refused
from storage.records.instants import LONGEST_REST

PLACES_FILE = "hosts.lock"
_BLOCKS = 1024
_PROBES = 64
_TABLE = 1 << 40  # the byte whose lock is held while a host gets its block
_BLOCK_BYTES = _TABLE + 1
_SEAT_BYTES = _BLOCK_BYTES + _BLOCKS
_SOON = 0.02  # seconds until who waits for a place looks again
_AT_ONCE = 0.003  # the same where only somebody else's turn is waited for
_LOOK_AGAIN = 0.5  # at least so often, so that others see that it still waits
_FORGOTTEN = 86_400.0  # seconds after which an unused block may be another host's
_MINUTE = 60


class HostPlaces:
    """The places as one process sees them. Made by `open_host_places`, once at a time in a process."""

    def __init__(self, descriptor: int, limits: Callable[[str], HostLimits]) -> None:
        """``limits`` says what may be asked of a host; all processes should be told the same."""
        self._descriptor = descriptor
        self._limits = limits
        self._numbers: dict[str, int] = {}
        self._seats: dict[str, int] = {}

    def take(self, host: str, rank: Rank, delay: float = 0.0) -> float | Refused:
        """Take a place at a host: 0.0 when it is taken, else the seconds after which to try again.

        ``delay`` is in seconds: what the host itself wants between two requests, or is too slow for.

        Who tries again keeps his turn: the lower rank goes first, then who has fewer places, then who has
        waited longest. `Refused` says until when nobody gets one.
        """
        number = self._number(host)
        if not lock_byte(self._descriptor, _BLOCK_BYTES + number):
            return _AT_ONCE
        try:
            block = self._read(number)
            answer = self._decide(host, number, block, rank, delay)
            os.pwrite(self._descriptor, block.pack(), number * SIZE)
        finally:
            unlock_byte(self._descriptor, _BLOCK_BYTES + number)
        return answer

    def leave(self, host: str) -> None:
        """Give a place back."""
        self._update_seat(host, lambda seat: seat.leave())

    def withdraw(self, host: str) -> None:
        """Wait no longer for a place at a host."""
        if host in self._seats:
            self._update_seat(host, lambda seat: seat.withdraw())

    def let_rest(self, host: str, until: datetime) -> None:
        """Have every process leave a host alone until then; a shorter rest does not end a longer one."""
        with self._holding(self._number(host)) as block:
            block.rests_until = max(block.rests_until, until.timestamp())

    def rests_until(self, host: str) -> datetime | None:
        """Return until when a host is to be left alone, None when it is not."""
        return _rest_of(self._read(self._number(host)), time.time())

    def _decide(self, host: str, number: int, block: HostBlock, rank: Rank, delay: float) -> float | Refused:
        limits, now, wall = self._limits(host), time.monotonic(), time.time()
        block.used_at = wall
        if (rest := _rest_of(block, wall)) is not None:
            return Refused(rest, is_budget=False)
        if (spent := block.spent_until(limits.budget, int(wall) // _MINUTE, spares=rank > Rank.POLL)) > wall:
            return Refused(datetime.fromtimestamp(spent, UTC), is_budget=True)
        own = self._seat(host, number, block)
        if own is None:
            return _SOON  # more processes than seats
        others = list(self._others(host, number, block))
        pause = _pause(block, limits.concurrency, own, others, rank, now)
        if pause:
            own.wait(rank, now)
            return pause
        own.take()
        block.delay = max(limits.delay, delay)
        block.next_at = now + block.delay
        if limits.budget:
            block.count(int(wall) // _MINUTE)
        return 0.0

    def _seat(self, host: str, number: int, block: HostBlock) -> Seat | None:
        """Return this process's seat at a host: a free one, when it has none yet."""
        if host not in self._seats:
            here = self._taken_here(number)
            for place in range(SEATS):
                if place not in here and lock_byte(self._descriptor, _seat_byte(number, place)):
                    self._seats[host] = place
                    block.seats[place].clear()
                    break
        own = self._seats.get(host)
        return None if own is None else block.seats[own]

    def _taken_here(self, number: int) -> set[int]:
        """Return the seats of a block that this process has for other hosts: those that share it."""
        return {seat for host, seat in self._seats.items() if self._numbers.get(host) == number}

    def _others(self, host: str, number: int, block: HostBlock) -> Iterator[Seat]:
        """Yield the seats of others that live; what dead ones left is cleared."""
        here = self._taken_here(number)
        for place, seat in enumerate(block.seats):
            if place == self._seats.get(host) or seat.is_clear:
                continue
            if place in here or is_byte_locked(self._descriptor, _seat_byte(number, place)):
                yield seat
            else:
                seat.clear()

    def _update_seat(self, host: str, change: Callable[[Seat], None]) -> None:
        """Change the own seat, which nobody else writes."""
        with self._holding(self._number(host)) as block:
            change(block.seats[self._seats[host]])

    @contextmanager
    def _holding(self, number: int) -> Iterator[HostBlock]:
        """Hold a block, and write it back."""
        with _locked(self._descriptor, _BLOCK_BYTES + number):
            block = self._read(number)
            yield block
            os.pwrite(self._descriptor, block.pack(), number * SIZE)

    def _read(self, number: int) -> HostBlock:
        return HostBlock.unpack(os.pread(self._descriptor, SIZE, number * SIZE))

    def _number(self, host: str) -> int:
        if host not in self._numbers:
            with _locked(self._descriptor, _TABLE):
                self._numbers[host] = self._find_block(_key_of(host))
        return self._numbers[host]

    def _find_block(self, key: bytes) -> int:
        """Return the number of a host's block; where the table is full, one that it shares with another."""
        first = int.from_bytes(key[:4], "big")
        numbers = [(first + step) % _BLOCKS for step in range(_PROBES)]
        blocks = {number: self._read(number) for number in numbers}
        found = next((number for number in numbers if blocks[number].key == key), None)
        if found is not None:
            return found
        now = time.time()
        free = set(numbers) - {*self._numbers.values()}
        unused = (one for one in numbers if one in free and blocks[one].is_unused(now - _FORGOTTEN))
        number = next(unused, None)
        if number is None:
            return numbers[0]
        os.pwrite(self._descriptor, HostBlock(key, used_at=now).pack(), number * SIZE)
        return number


@contextmanager
def open_host_places(folder: Path, limits: Callable[[str], HostLimits]) -> Iterator[HostPlaces]:
    """Open the places of an archive; all that this process has are given back at the end.

    Raises OSError when there is no room for the file of a megabyte, which is made once.
    """
    descriptor = open_locks(folder / PLACES_FILE)
    try:
        with _locked(descriptor, _TABLE):
            size = os.fstat(descriptor).st_size
            if size < _BLOCKS * SIZE:
                os.pwrite(descriptor, bytes(_BLOCKS * SIZE - size), size)
        yield HostPlaces(descriptor, limits)
    finally:
        os.close(descriptor)


def end_rests(folder: Path, hosts: Collection[str] | None = None) -> None:
    """End the rest of these hosts, or of all.

    Not for a process that has the places open: it would lose its own.
    """
    if not (folder / PLACES_FILE).exists():
        return
    keys = None if hosts is None else {_key_of(host) for host in hosts}
    descriptor = open_locks(folder / PLACES_FILE)
    try:
        for number in range(os.fstat(descriptor).st_size // SIZE):
            with _locked(descriptor, _BLOCK_BYTES + number):
                block = HostBlock.unpack(os.pread(descriptor, SIZE, number * SIZE))
                if block.rests_until and (keys is None or block.key in keys):
                    block.rests_until = 0.0
                    os.pwrite(descriptor, block.pack(), number * SIZE)
    finally:
        os.close(descriptor)


def _key_of(host: str) -> bytes:
    return hashlib.sha256(host.encode()).digest()[:16]


def _pause(
    block: HostBlock, concurrency: int, own: Seat, others: list[Seat], rank: Rank, now: float
) -> float:
    """Return for how long there is no place for who asks, 0.0 when there is one."""
    if own.taken + sum(seat.taken for seat in others) >= concurrency:
        return _SOON
    if 0 < block.next_at - now <= block.delay:  # further ahead: the machine was started anew since
        return min(block.next_at - now, _LOOK_AGAIN)
    return _AT_ONCE if any(seat.is_before(own, rank, now) for seat in others) else 0.0


def _rest_of(block: HostBlock, wall: float) -> datetime | None:
    if 0 < block.rests_until - wall <= LONGEST_REST.total_seconds():
        return datetime.fromtimestamp(block.rests_until, UTC)
    return None


def _seat_byte(number: int, seat: int) -> int:
    return _SEAT_BYTES + number * SEATS + seat


@contextmanager
def _locked(descriptor: int, byte: int) -> Iterator[None]:
    """Hold a byte that others hold for microseconds only."""
    while not lock_byte(descriptor, byte):
        time.sleep(0.0002)
    try:
        yield
    finally:
        unlock_byte(descriptor, byte)
