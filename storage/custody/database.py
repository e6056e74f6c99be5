"""Whether the database's own pages are whole, as SQLite sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage.archive.folder import DATABASE_FILE
from storage.database.opening import ArchiveUnusable, damage_of
from storage.records.problem import Problem
from storage.records.saying import quote, say

_MOST = 20
MENDING = "jianbao restore BACKUP --replace"


def check_database(connection: Connection, *, thoroughly: bool) -> Iterator[Problem]:
    """Yield what SQLite finds wrong with the file: quickly by its pages, or thoroughly by its indexes too."""
    pragma = "integrity_check" if thoroughly else "quick_check"
    try:
        rows = connection.exec_driver_sql(f"PRAGMA {pragma}({_MOST})").scalars().all()
    except (ArchiveUnusable, SQLAlchemyError) as error:
        yield tell_damage(error)
        return
    for found in rows:
        if found != "ok":
            yield _tell(str(found))


def tell_damage(error: Exception) -> Problem:
    """Return an error of SQLite's as what is wrong with the database."""
    return _tell(str(getattr(error, "orig", None) or error))


def is_of_database(error: Exception) -> bool:
    """Tell whether an error says that the database is damaged, or none."""
    if isinstance(error, ArchiveUnusable):
        return True
    origin = getattr(error, "orig", None)
    return origin is not None and damage_of(origin) is not None


def measure_database(folder: Path) -> int:
    """Return the bytes of the database and of the changes beside it."""
    return sum(path.stat().st_size for path in folder.glob(f"{DATABASE_FILE}*") if path.suffix != ".lock")


def _tell(words: str) -> Problem:
    said = say("custody.database_damaged", reason=quote(" ".join(words.split())))
    return Problem("database_damaged", said, MENDING, file=DATABASE_FILE)
