"""One crawl per source at a time, across processes.

Every source is one byte of one lock file, locked with POSIX record locks: a thousand sources cost one
file descriptor, and the kernel releases them whatever way the process ends.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from storage.ledger.byte_locks import is_any_byte_locked, is_byte_locked, lock_byte, open_locks
from storage.records.remedy import Busy
from storage.records.saying import say

LOCK_FILE = "sources.lock"
_HISTORY = "/history"  # behind a slug, which has no slash
_CHECK = "/check"


class SourceBusy(Busy):
    """Another process is crawling this source: wait for it, or stop it. ``slug`` names the source."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"source {slug} is being crawled by another process")
        self.slug = slug


@contextmanager
def hold_sources(folder: Path, slugs: Sequence[str], spare: Sequence[str] = ()) -> Iterator[tuple[str, ...]]:
    """Hold the locks of these sources, all or none; raise `SourceBusy` for the first that is taken.

    Of the ``spare`` ones hold those that are free, and return them.
    """
    descriptor = open_locks(folder / LOCK_FILE)
    try:
        for slug in sorted(slugs):
            if not lock_byte(descriptor, _byte_of(slug)):
                raise SourceBusy(slug)
        yield tuple(slug for slug in spare if lock_byte(descriptor, _byte_of(slug)))
    finally:
        os.close(descriptor)


class HistoryLock:
    """One backfill of a source at a time: it keeps out another backfill, and no crawl.

    A process that holds one must not open the lock file otherwise: closing that would let go of this lock.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def is_any_crawled(self, slugs: Iterable[str]) -> bool:
        """Return whether another process is crawling one of these sources. Nobody is kept out by asking."""
        return any(is_byte_locked(self._descriptor, _byte_of(slug)) for slug in slugs)


@contextmanager
def hold_history(folder: Path, slug: str) -> Iterator[HistoryLock]:
    """Hold the lock of a source's backfill; raise `SourceBusy` when another process has it."""
    descriptor = open_locks(folder / LOCK_FILE)
    try:
        if not lock_byte(descriptor, _byte_of(f"{slug}{_HISTORY}")):
            raise SourceBusy(slug)
        yield HistoryLock(descriptor)
    finally:
        os.close(descriptor)


class CheckBusy(Busy):
    """Another process is looking at archived pages again: wait for it, or stop it."""


@contextmanager
def hold_check(folder: Path) -> Iterator[None]:
    """Hold the lock of the one check, which keeps out no crawl; raise `CheckBusy` when another has it."""
    descriptor = open_locks(folder / LOCK_FILE)
    try:
        if not lock_byte(descriptor, _byte_of(_CHECK)):
            raise CheckBusy(say("check.busy"))
        yield
    finally:
        os.close(descriptor)


def is_any_held(folder: Path) -> bool:
    """Tell whether another process holds the lock of any source in an archive's folder."""
    try:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return is_any_byte_locked(descriptor)
    finally:
        os.close(descriptor)


def _byte_of(slug: str) -> int:
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:6], "big")
