"""Processes that only compute: an interrupt is not theirs, and none outlives the process that began it."""

from __future__ import annotations

import gc
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, parent_process


def begin_worker() -> None:
    """Leave an interrupt to the process that stores, and end when that one ends, in whatever way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def free_feeder(pool: ProcessPoolExecutor) -> None:
    """Close the pipe that nobody reads any more: the thread that still writes to it would never end.

    Newer Pythons do so themselves (CPython's issue 94777); 3.11.2, which is Debian 12's, does not.
    """
    queue = getattr(pool, "_call_queue", None)
    if queue is not None:
        queue._reader.close()  # noqa: SLF001 - there is no other way to it


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
