"""Where the journal's records are, as the database knows it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update

from storage.database.opening import upsert
from storage.database.schema import capture, journal
from storage.records import WarcPlace


def next_number(connection: Connection) -> int:
    """Return the number of the next record."""
    return int(connection.execute(select(func.coalesce(func.max(journal.c.number), 0) + 1)).scalar_one())


def is_journal_lacking(connection: Connection) -> bool:
    """Tell whether an archive that keeps answers has no record at all: so one of an earlier version is."""
    begun = connection.execute(select(journal.c.number).limit(1)).first() is not None
    return not begun and connection.execute(select(capture.c.id).limit(1)).first() is not None


def enter_journal(connection: Connection, number: int, place: WarcPlace) -> None:
    """Note where a record is that is safe on the disk."""
    values = {"warc_file": place.file, "warc_offset": place.offset, "warc_length": place.length}
    entry = upsert(journal).values(number=number, **values)
    connection.execute(entry.on_conflict_do_update(index_elements=["number"], set_=values))


def journal_ends(connection: Connection) -> dict[str, int]:
    """Return for each journal file where its last known record ends, in bytes."""
    end = func.max(journal.c.warc_offset + journal.c.warc_length)
    rows = connection.execute(select(journal.c.warc_file, end).group_by(journal.c.warc_file))
    return {str(file): int(length) for file, length in rows}


def list_places(connection: Connection) -> list[WarcPlace]:
    """Return where every record is that the database knows, the first one first."""
    rows = connection.execute(select(journal).order_by(journal.c.number))
    return [WarcPlace(row.warc_file, row.warc_offset, row.warc_length) for row in rows if row.warc_length]


def find_lost_journals(connection: Connection, folder: Path) -> list[str]:
    """Return the journal files that are missing, or shorter than their records."""
    return [file for file, end in journal_ends(connection).items() if end and _size(folder / file) < end]


def forget_journals(connection: Connection, files: Collection[str]) -> None:
    """Forget the records of files that were lost; their numbers are not given again."""
    kept = select(func.max(journal.c.number)).scalar_subquery()
    connection.execute(delete(journal).where(journal.c.warc_file.in_(files), journal.c.number < kept))
    nowhere = update(journal).values(warc_offset=0, warc_length=0)
    connection.execute(nowhere.where(journal.c.warc_file.in_(files)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
