"""Where the journal's records are, as the database knows it, and which of them are this database's own.

Records are of a *line*: what one database wrote, one record after another. A database that finds records
which it does not know is older than they are (it was brought back from somewhere): it begins a line of its
own, that goes on from its last record, and those of the other line are aside from then on.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update

from storage.database.opening import upsert
from storage.database.schema import capture, journal
from storage.journal.file import is_journal_name
from storage.journal.owed import is_taken, settle_owed
from storage.journal.record import parse_uri
from storage.records import WarcPlace
from storage.warc.scan import FoundRecord, scan_file

Lineage = list[tuple[str, int]]
"""Lines from which a line descends, each with its last record that counts."""


@dataclass(frozen=True, slots=True)
class JournalPlace:
    """Where a record is, of which line and number."""

    line: str
    number: int
    place: WarcPlace


def next_number(connection: Connection) -> int:
    """Return the number of the next record: larger than any that is known, of whatever line."""
    return int(connection.execute(select(func.coalesce(func.max(journal.c.number), 0) + 1)).scalar_one())


def find_line(connection: Connection) -> tuple[str, Lineage]:
    """Return the line of the next record, and its lineage: a new one where another database went on."""
    last = func.max(journal.c.number)
    own = select(journal.c.line, last).where(journal.c.is_aside.is_(False)).group_by(journal.c.line)
    lines = [(str(line), int(number)) for line, number in connection.execute(own.order_by(last))]
    aside = set(connection.execute(select(journal.c.line).where(journal.c.is_aside)).scalars())
    if not lines or lines[-1][0] in aside:
        return secrets.token_hex(8), lines
    return lines[-1][0], lines[:-1]


def is_journal_lacking(connection: Connection) -> bool:
    """Tell whether an archive that keeps answers has no record at all: so one of an earlier version is."""
    own = select(journal.c.number).where(journal.c.is_aside.is_(False)).limit(1)
    begun = connection.execute(own).first() is not None
    return not begun and connection.execute(select(capture.c.id).limit(1)).first() is not None


def enter_journal(connection: Connection, written: JournalPlace, *, is_aside: bool = False) -> None:
    """Note where a record is that is safe on the disk."""
    place = written.place
    values = {"warc_file": place.file, "warc_offset": place.offset, "warc_length": place.length}
    entry = upsert(journal).values(line=written.line, number=written.number, is_aside=is_aside, **values)
    connection.execute(entry.on_conflict_do_update(index_elements=["line", "number"], set_=values))


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


def find_longer_journals(connection: Connection, folder: Path) -> dict[str, int]:
    """Return the journal files that are longer than what the database knows of them, and where that ends."""
    ends = journal_ends(connection)
    names = sorted(path.name for path in folder.glob("*.warc.gz") if is_journal_name(path.name))
    return {name: ends.get(name, 0) for name in names if _size(folder / name) > ends.get(name, 0)}


def enter_unknown(connection: Connection, folder: Path, longer: dict[str, int]) -> int:
    """Note the records in files that are longer than was known; return how many another database wrote.

    One that this very database wrote, and was killed before it noted that, is its own.
    """
    unknown = [found for name, end in longer.items() for found in _read_places(folder / name, end)]
    known = {(line, number) for line, number in connection.execute(select(journal.c.line, journal.c.number))}
    unknown = [one for one in unknown if (one.line, one.number) not in known]
    if len(unknown) == 1 and _is_own(connection, unknown[0]):
        enter_journal(connection, unknown[0])
        settle_owed(connection, unknown[0].number)
        return 0
    for one in unknown:
        enter_journal(connection, one, is_aside=True)
    return len(unknown)


def forget_journals(connection: Connection, files: Collection[str]) -> None:
    """Forget the records of files that were lost; their numbers are not given again."""
    kept = select(func.max(journal.c.number)).scalar_subquery()
    connection.execute(delete(journal).where(journal.c.warc_file.in_(files), journal.c.number < kept))
    nowhere = update(journal).values(warc_offset=0, warc_length=0)
    connection.execute(nowhere.where(journal.c.warc_file.in_(files)))


def _read_places(path: Path, start: int) -> Iterator[JournalPlace]:
    """Yield the whole journal records of a file from a place on; what is torn or damaged is none."""
    for found in scan_file(path, start):
        if isinstance(found, FoundRecord) and (named := parse_uri(found.record)) is not None:
            yield JournalPlace(*named, WarcPlace(path.name, found.offset, found.length))


def _is_own(connection: Connection, one: JournalPlace) -> bool:
    line, _ = find_line(connection)
    begins = not connection.execute(select(journal.c.number).limit(1)).first()
    is_next = one.number == next_number(connection) and (begins or one.line == line)
    return is_next and is_taken(connection, one.number)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
