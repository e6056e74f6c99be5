"""The block of one host in the file of places: how it is laid out, and what it says."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

SEATS = 16
"""Processes that may ask one host at once; a further one waits until one of them is done."""
SIZE = 1024
"""Bytes of a block."""
_HEAD = struct.Struct("<16sdddd")
_SEAT = struct.Struct("<IIdd")
_MINUTES = 64
_COUNTS = struct.Struct(f"<{2 * _MINUTES}I")
_SEATS_AT = _HEAD.size
_COUNTS_AT = _SEATS_AT + SEATS * _SEAT.size
_END = _COUNTS_AT + _COUNTS.size
_HOUR = 60  # minutes
_SPARED = 10  # the tenth part of a budget is kept for polls
_STALE = 1.5  # seconds after which who waits and did not look again does not wait any more
_NO_KEY = bytes(16)
_NO_COUNTS = (0,) * (2 * _MINUTES)


@dataclass(slots=True)
class Seat:
    """A process at a host: how many places it has, and, while it waits, its rank and since when.

    Times are those of the monotonic clock, which all processes of a machine share. ``wish`` is 0 while it
    waits for nothing, else its rank and 1.
    """

    taken: int = 0
    wish: int = 0
    since: float = 0.0
    looked_at: float = 0.0

    @property
    def is_clear(self) -> bool:
        """Whether nobody has or wants anything here."""
        return not self.taken and not self.wish

    def clear(self) -> None:
        """Forget what a process that is gone has left."""
        self.taken, self.wish, self.since, self.looked_at = 0, 0, 0.0, 0.0

    def wait(self, rank: int, now: float) -> None:
        """Note that the process waits."""
        if self.wish != rank + 1:
            self.wish, self.since = rank + 1, now
        self.looked_at = now

    def withdraw(self) -> None:
        """Note that it waits no longer."""
        self.wish, self.since = 0, 0.0

    def take(self) -> None:
        """Give it a place."""
        self.taken += 1
        self.withdraw()

    def leave(self) -> None:
        """Take a place back."""
        self.taken = max(self.taken - 1, 0)

    def is_before(self, other: Seat, rank: int, now: float) -> bool:
        """Return whether this one waits, and its turn is before that of another process of some rank."""
        if not self.wish or not 0 <= now - self.looked_at < _STALE:
            return False
        own = (self.wish - 1, self.taken, self.since)
        return own < (rank, other.taken, other.since if other.wish == rank + 1 else now)


@dataclass(slots=True)
class HostBlock:
    """What all processes know of a host. ``rests_until`` and ``used_at`` are seconds of the wall clock.

    ``next_at`` (monotonic) is when it may be asked next, ``delay`` seconds after it was last. ``counts`` are
    pairs: a minute since 1970, and how many requests went out in it.
    """

    key: bytes = _NO_KEY
    next_at: float = 0.0
    delay: float = 0.0
    rests_until: float = 0.0
    used_at: float = 0.0
    seats: list[Seat] = field(default_factory=lambda: [Seat() for _ in range(SEATS)])
    counts: list[int] = field(default_factory=lambda: list(_NO_COUNTS))

    @classmethod
    def unpack(cls, packed: bytes) -> HostBlock:
        """Read a block; one that is not whole is empty."""
        if len(packed) < _END:
            return cls()
        seats = [Seat(*numbers) for numbers in _SEAT.iter_unpack(packed[_SEATS_AT:_COUNTS_AT])]
        key, next_at, delay, rests_until, used_at = _HEAD.unpack_from(packed)
        counts = list(_COUNTS.unpack_from(packed, _COUNTS_AT))
        return cls(key, next_at, delay, rests_until, used_at, seats, counts)

    def pack(self) -> bytes:
        """Return the block as bytes."""
        seats = b"".join(_SEAT.pack(s.taken, s.wish, s.since, s.looked_at) for s in self.seats)
        head = _HEAD.pack(self.key, self.next_at, self.delay, self.rests_until, self.used_at)
        return head + seats + _COUNTS.pack(*self.counts)

    def is_unused(self, before: float) -> bool:
        """Return whether no host has this block, or nobody has asked its host since then."""
        return self.key == _NO_KEY or (self.used_at < before and self.rests_until < before)

    def count(self, minute: int) -> None:
        """Count a request that goes out in a minute."""
        at = 2 * (minute % _MINUTES)
        if self.counts[at] != minute:
            self.counts[at : at + 2] = minute, 0
        self.counts[at + 1] += 1

    def asked_in_hour(self, minute: int) -> dict[int, int]:
        """Return how many requests went out in each minute of the last hour, this one and 60 before it."""
        pairs = zip(self.counts[::2], self.counts[1::2], strict=True)
        return {at: count for at, count in pairs if minute - _HOUR <= at <= minute}

    def spent_until(self, budget: int, minute: int, *, spares: bool) -> float:
        """Return until when (seconds since 1970) a budget is spent, 0.0 when it is not, or there is none.

        Who ``spares`` leaves a tenth of it to others.
        """
        if not budget:
            return 0.0
        asked = self.asked_in_hour(minute)
        over = sum(asked.values()) - (budget - (budget // _SPARED if spares else 0))
        if over < 0:
            return 0.0
        for at in sorted(asked):
            if (over := over - asked[at]) < 0:
                return float((at + _HOUR + 1) * 60)
        return float((minute + 1) * 60)
