"""What all WARC files of an archive hold, read once from end to end and remembered in a scratch file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from storage.journal.file import JOURNAL_FOLDER, is_journal_name
from storage.journal.places import JournalPlace
from storage.journal.record import BrokenJournal, JournalRecord, parse_journal, parse_uri
from storage.records import WarcPlace
from storage.warc.name import parse_name
from storage.warc.record import BrokenRecord, Record, parse_record, unpack_record
from storage.warc.response import describe_stored
from storage.warc.scan import FoundDamage, scan_file

_TABLES = """
CREATE TABLE answer (file TEXT, offset INTEGER, length INTEGER, url TEXT, fetched_at TEXT, status INTEGER,
  content_type TEXT, digest TEXT, kind TEXT, refers_url TEXT, refers_date TEXT, PRIMARY KEY (file, offset))
  WITHOUT ROWID;
CREATE TABLE journal (line TEXT, number INTEGER, said_at TEXT, file TEXT, offset INTEGER, length INTEGER,
  is_aside INTEGER DEFAULT 1);
"""
_COLUMNS = "url, fetched_at, status, content_type, payload_digest, warc_length"
_ANSWERS = ("response", "revisit", "resource")


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a WARC file at which no record can be read; ``why`` completes "the record …"."""

    file: str
    offset: int
    why: str


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as its WARC record tells it; ``fetched_at`` is UTC without a zone, as ISO 8601 has it."""

    file: str
    offset: int
    length: int
    url: str
    fetched_at: str
    status: int | None
    content_type: str | None
    digest: str
    kind: str
    refers_url: str | None
    refers_date: str | None


class ScannedFiles:
    """The records of a folder of WARC files, in a scratch file that is made anew. Close it when done."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        self._folder = folder
        scratch.unlink(missing_ok=True)
        self._scratch = scratch
        self._connection = sqlite3.connect(scratch, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES)
        self.files = 0
        self.records = 0
        self.damages: list[Damage] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._scratch.unlink(missing_ok=True)

    def read(self, watch: Callable[[str], object] | None = None) -> None:
        """Read every file; one that cannot be opened is a damage. ``watch`` is told of each."""
        paths = sorted(path for path in self._folder.iterdir() if parse_name(path.name))
        if (journals := self._folder / JOURNAL_FOLDER).is_dir():
            paths += sorted(path for path in journals.iterdir() if is_journal_name(path.name))
        for number, path in enumerate(paths, 1):
            if watch:
                watch(f"{path.name} ({number} of {len(paths)})")
            self._connection.execute("BEGIN")
            try:
                self._read_file(path)
            except OSError as error:
                self.damages.append(Damage(path.name, 0, f"cannot be read ({error.strerror})"))
            self._connection.execute("COMMIT")
            self.files += 1

    def describe(self, file: str, offset: int) -> Mapping[str, Any] | None:
        """Return what a capture's record tells of it, as its row has it; None where none is there."""
        row = self._connection.execute(
            "SELECT url, fetched_at, status, content_type, digest, length FROM answer "
            "WHERE file = ? AND offset = ?",
            (file, offset),
        ).fetchone()
        return dict(zip(_COLUMNS.split(", "), row, strict=True)) if row else None

    def count_answers(self) -> int:
        """Return how many answers and files there are."""
        return int(self._connection.execute("SELECT count(*) FROM answer").fetchone()[0])

    def choose_line(self) -> int:
        """Choose whose records count: those of the line that was written last, and of its lineage.

        Return how many records are of other lines: what databases wrote that were replaced by older ones.
        """
        for written in reversed(self._list_journals("1")):
            record = self._parse(written)
            if record is None:
                continue
            for line, last in (*record.lineage, (record.line, record.number)):
                self._connection.execute(
                    "UPDATE journal SET is_aside = 0 WHERE line = ? AND number <= ?", (line, last)
                )
            break
        return len(self.journals_aside())

    def count_journals(self) -> int:
        """Return how many journal records count."""
        return len(self._list_journals("NOT is_aside"))

    def journals_aside(self) -> list[JournalPlace]:
        """Return the records that do not count, in the order in which they were written."""
        return self._list_journals("is_aside")

    def journals(self) -> Iterator[tuple[JournalRecord, JournalPlace]]:
        """Yield the records that count in the order in which they were written, with their places."""
        for written in self._list_journals("NOT is_aside"):
            record = self._parse(written)
            if record is not None:
                yield record, written

    def _list_journals(self, condition: str) -> list[JournalPlace]:
        rows = self._connection.execute(
            f"SELECT line, number, file, offset, length FROM journal WHERE {condition} "  # noqa: S608 - of ours
            "ORDER BY number, said_at, file, offset"
        )
        return [JournalPlace(line, number, WarcPlace(*place)) for line, number, *place in rows]

    def _parse(self, written: JournalPlace) -> JournalRecord | None:
        """Read a record; None, and a damage, for one that cannot be read."""
        place = written.place
        try:
            return parse_journal(self._read_block(place))
        except (BrokenJournal, BrokenRecord) as broken:
            damage = Damage(place.file, place.offset, str(broken))
            self.damages += [damage] if damage not in self.damages else []
            return None

    def answers(self, after: tuple[str, str, int] = ("", "", -1), limit: int = 500) -> list[StoredAnswer]:
        """Return answers by the time at which they came, from the one after that time, file and offset."""
        rows = self._connection.execute(
            "SELECT * FROM answer WHERE (fetched_at, file, offset) > (?, ?, ?) "
            "ORDER BY fetched_at, file, offset LIMIT ?",
            (*after, limit),
        )
        return [StoredAnswer(*row) for row in rows]

    def _read_block(self, place: WarcPlace) -> bytes:
        with (self._folder / JOURNAL_FOLDER / place.file).open("rb") as file:
            file.seek(place.offset)
            return parse_record(unpack_record(file.read(place.length))).block

    def _read_file(self, path: Path) -> None:
        for found in scan_file(path):
            if isinstance(found, FoundDamage):
                self.damages.append(Damage(path.name, found.offset, found.why))
                continue
            self.records += 1
            try:
                self._note(path.name, found.offset, found.length, found.record)
            except (BrokenRecord, ValueError, KeyError) as broken:
                self.damages.append(Damage(path.name, found.offset, str(broken)))

    def _note(self, file: str, offset: int, length: int, record: Record) -> None:
        kind = record.fields.get("warc-type")
        if kind in _ANSWERS:
            told = describe_stored(record)
            values = (file, offset, length, *told)
            self._connection.execute(f"INSERT INTO answer VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608
        elif (named := parse_uri(record)) is not None:
            entry = (*named, record.fields["warc-date"], file, offset, length)
            self._connection.execute(
                "INSERT INTO journal (line, number, said_at, file, offset, length) VALUES (?, ?, ?, ?, ?, ?)",
                entry,
            )
