"""Room inside the database's file: how much of it is free, and writing the file anew without that."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_WORTH = 0.2  # part of the file that must be free before writing it anew is worth it
_ROOM = 2.2  # bytes of the disk for each byte in use: SQLite's copy of them, and the log of the way back
_BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of a database's file: those ``free`` in it, those ``used``, and the ``disk``'s free ones."""

    free: int
    used: int
    disk: int

    @property
    def is_worth_it(self) -> bool:
        """Tell whether so much is free that the file should be written anew."""
        return self.free > _WORTH * (self.free + self.used)

    @property
    def has_disk(self) -> bool:
        """Tell whether the disk has room for that."""
        return self.disk > _ROOM * self.used


def measure_room(path: Path) -> Room:
    """Return what is free in a database's file and on its disk."""
    with closing(_connect(path)) as connection:
        size, pages, free = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_size", "page_count", "freelist_count")
        )
    return Room(free * size, (pages - free) * size, shutil.disk_usage(path.parent).free)


def compact_database(path: Path, patience: float = _BUSY_SECONDS) -> bool:
    """Write the database anew without what is free in it; return False, nothing changed, when others hold it.

    Others that write wait until it is done, and they are waited for with ``patience`` (seconds). Whatever
    interrupts it leaves the file as it was.
    """
    with closing(_connect(path, patience)) as connection:
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            return False
    return True


def _connect(path: Path, patience: float = _BUSY_SECONDS) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=patience, isolation_level=None)
