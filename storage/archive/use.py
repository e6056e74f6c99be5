"""Who uses an archive: many may write to it at once, or one process alone replaces its database."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.records.remedy import Busy

LOCK_FILE = "archive.lock"
_PATIENCE = 2.0
"""Seconds: who notes something holds the lock for an instant, and who replaced a database lets go at once."""
_PAUSE = 0.02


class ArchiveReplaced(Busy):
    """Another process is making the archive's database anew, or moving it: wait for its end."""


class ArchiveInUse(Busy):
    """Something writes in the archive, so its database cannot be replaced: stop the service and crawls."""


class Use:
    """A hold on an archive's folder. The kernel lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def end(self) -> None:
        """Let go of it; again does no harm."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def begin_use(folder: Path) -> Use:
    """Hold the archive in a folder as one of those that write to it; raise `ArchiveReplaced` or OSError."""
    use = _hold(folder, fcntl.LOCK_SH)
    if use is None:
        raise ArchiveReplaced(
            f"the database of {folder} is being made anew or moved by another process (`jianbao rebuild`, or "
            "`jianbao restore`): wait for its end"
        )
    return use


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep everybody else from writing in an archive; raise `ArchiveInUse` where somebody does."""
    use = _hold(folder, fcntl.LOCK_EX)
    if use is None:
        raise ArchiveInUse(
            f"something works in the archive {folder}: wait for its end, or stop the service and crawls first"
        )
    try:
        yield
    finally:
        use.end()


def _hold(folder: Path, how: int) -> Use | None:
    """Take the lock in one way; None where somebody holds it otherwise for longer than a moment."""
    descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:
                time.sleep(_PAUSE)
                continue
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return Use(descriptor)
