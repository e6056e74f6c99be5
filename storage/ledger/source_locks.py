"""One crawl per source at a time, across processes.

Every source is one byte of one lock file, locked with POSIX record locks: a thousand sources cost one
file descriptor, and the kernel releases them whatever way the process ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from storage.records.remedy import Busy

LOCK_FILE = "sources.lock"
_HISTORY = "/history"  # behind a slug, which has no slash
if sys.platform == "linux":
    _FLOCK, _FIELDS = "hhqqi0q", ("l_type", "l_whence", "l_start", "l_len", "l_pid")
else:  # as the BSDs have it, and macOS
    _FLOCK, _FIELDS = "qqihh0q", ("l_start", "l_len", "l_pid", "l_type", "l_whence")
"""The layout of C's ``struct flock``."""


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
    descriptor = _open(folder)
    try:
        for slug in sorted(slugs):
            if not _lock(descriptor, slug):
                raise SourceBusy(slug)
        yield tuple(slug for slug in spare if _lock(descriptor, slug))
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
        return any(_is_locked(self._descriptor, slug) for slug in slugs)


@contextmanager
def hold_history(folder: Path, slug: str) -> Iterator[HistoryLock]:
    """Hold the lock of a source's backfill; raise `SourceBusy` when another process has it."""
    descriptor = _open(folder)
    try:
        if not _lock(descriptor, f"{slug}{_HISTORY}"):
            raise SourceBusy(slug)
        yield HistoryLock(descriptor)
    finally:
        os.close(descriptor)


def _open(folder: Path) -> int:
    return os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _is_locked(descriptor: int, slug: str) -> bool:
    """Ask the kernel whether somebody else's lock is in the way of ours, and take none."""
    asked = {
        "l_type": fcntl.F_WRLCK,
        "l_whence": os.SEEK_SET,
        "l_start": _byte_of(slug),
        "l_len": 1,
        "l_pid": 0,
    }
    answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *(asked[name] for name in _FIELDS)))
    told: int = struct.unpack(_FLOCK, answer)[_FIELDS.index("l_type")]
    return told != fcntl.F_UNLCK


def _lock(descriptor: int, slug: str) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte_of(slug))
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, as POSIX leaves it open
        return False
    return True


def _byte_of(slug: str) -> int:
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:6], "big")
