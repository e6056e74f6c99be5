"""One crawl per source at a time, across processes.

Every source is one byte of one lock file, locked with POSIX record locks: a thousand sources cost one
file descriptor, and the kernel releases them whatever way the process ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from storage.records.remedy import Busy

LOCK_FILE = "sources.lock"


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
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        for slug in sorted(slugs):
            if not _lock(descriptor, slug):
                raise SourceBusy(slug)
        yield tuple(slug for slug in spare if _lock(descriptor, slug))
    finally:
        os.close(descriptor)


def _lock(descriptor: int, slug: str) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte_of(slug))
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, as POSIX leaves it open
        return False
    return True


def _byte_of(slug: str) -> int:
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:6], "big")
