"""Putting a database that was made in the place of the archive's own, which is kept under another name.

Killed at any moment, a whole database stands in its place, the old one or the new; and nothing of the old one
is lost.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from storage.archive.use import ArchiveInUse
from storage.custody.backup_folder import sync_folder

_CHANGES = "-wal"
_INDEX = "-shm"


def replace_database(made: Path, target: Path) -> Path | None:
    """Put ``made`` in the place of ``target``; return under which name what stood there is kept.

    Nobody may write to either meanwhile. Raises `ArchiveInUse` where somebody has read the old one for so
    long that its last changes cannot come into its file, or OSError.
    """
    _finish(made)
    _sync(made)
    kept = _keep_aside(target)
    for ending in (_CHANGES, _INDEX):
        _beside(target, ending).unlink(missing_ok=True)
    made.replace(target)
    sync_folder(target.parent)
    return kept


def _keep_aside(target: Path) -> Path | None:
    """Give a database a second name, with the changes that are not in its file yet; return that name."""
    if target.is_file():
        with suppress(sqlite3.DatabaseError):  # it is damaged, and kept as it is
            _finish(target)
    changes = _beside(target, _CHANGES)
    has_changes = changes.is_file() and changes.stat().st_size > 0
    if not (target.exists() or has_changes):
        return None
    for former in _names_of(target):
        if _beside(former, _CHANGES).exists() and not has_changes:
            return former  # one that was killed had come so far
        former.unlink()
        _beside(former, _CHANGES).unlink(missing_ok=True)
    kept = _free_name(target)
    if has_changes:
        _name_too(changes, _beside(kept, _CHANGES))
    if target.exists():
        _name_too(target, kept)
    sync_folder(target.parent)
    return kept


def _finish(database: Path) -> None:
    """Have all changes of a database in its file; raise `ArchiveInUse` where readers keep them from it."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        _, changes, finished = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if changes != finished:
        raise ArchiveInUse(f"{database} is being read without end: stop `jianbao serve`, exports and backups")


def _names_of(target: Path) -> Iterator[Path]:
    """Yield the names under which this very file is kept already."""
    for path in sorted(target.parent.glob(f"{target.name}.before-*")):
        if target.exists() and not path.name.endswith((_CHANGES, _INDEX)) and path.samefile(target):
            yield path


def _free_name(target: Path) -> Path:
    name = f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = (target.with_name(f"{name}-{again}" if again else name) for again in count())
    return next(path for path in names if not path.exists() and not _beside(path, _CHANGES).exists())


def _name_too(path: Path, name: Path) -> None:
    """Give a file another name as well; on a disk that knows no such thing, copy it."""
    try:
        os.link(path, name)
    except OSError:
        shutil.copyfile(path, name)
        _sync(name)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(database.name + ending)
