"""The lock: one service per archive, whoever starts the second one."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_FILE = "service.lock"
_PATIENCE = 1.0  # seconds: `is_held` takes the lock for an instant


class ArchiveBusy(Exception):
    """Another service holds the archive; the message says who. Nothing was started."""


@contextmanager
def hold_archive(folder: Path, holder: Callable[[], str]) -> Iterator[None]:
    """Hold the archive's service lock; raise `ArchiveBusy`, which names the ``holder``, when it is taken.

    The kernel lets go of the lock when the process dies, however it dies.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - `is_held` is asked by who only reads

    lock = FileLock(folder / _FILE, timeout=_PATIENCE)
    try:
        lock.acquire()
    except Timeout as error:
        raise ArchiveBusy(
            f"a service already runs for the archive {folder} ({holder()}): stop it before starting another"
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Tell whether a service holds the archive in this folder."""
    try:
        descriptor = os.open(folder / _FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)  # lets go of the shared lock too
    return False
