"""A database file that is only read: on a disk that takes nothing, by somebody who may write nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from storage.records.remedy import Unusable

_SHUT = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}
_WITHOUT_ROOM = {
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
}

Connect = Callable[[str, bool], sqlite3.Connection]
"""Connects to an address, and makes sure that the file is opened; the flag tells that nobody writes it."""


class UnreadChanges(Unusable):
    """The database has changes beside it that cannot be read where nothing can be written."""


def open_for_reading(database: Path, connect: Connect) -> sqlite3.Connection:
    """Return a connection that can only read; raise `UnreadChanges`, or what ``connect`` does.

    A database in write-ahead mode needs its ``-shm`` file. Where that cannot be made, in a folder that is
    read-only or on a disk that is full, the file is read as one that nobody writes, provided that no changes
    are in the ``-wal`` beside it.
    """
    address = f"file:{quote(str(database.absolute()))}?mode=ro"
    try:
        return connect(address, False)
    except sqlite3.Error as error:
        if not (_is_shut(error) and database.is_file()):
            raise
        if wal := unread_changes(database):
            raise UnreadChanges(
                f"{database} has changes in {wal.name} that cannot be read where the folder is read-only: "
                "copy the folder, or have its owner run a command that writes, such as `jianbao crawl`"
            ) from error
    return connect(f"{address}&immutable=1", True)


def _is_shut(error: sqlite3.Error) -> bool:
    code = error.sqlite_errorcode
    return code & 0xFF in _SHUT or code in _WITHOUT_ROOM


def unread_changes(database: Path) -> Path | None:
    """Return the write-ahead file beside a database when there is anything in it."""
    wal = database.with_name(f"{database.name}-wal")
    try:
        return wal if wal.stat().st_size else None
    except FileNotFoundError:
        return None
