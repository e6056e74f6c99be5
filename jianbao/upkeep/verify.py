"""Looking at the whole archive: quickly, as every day, or at every record, text and token of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from storage.archive.folder import Archive, ArchiveLost
from storage.custody.database import check_database, is_of_database, measure_database, tell_damage
from storage.custody.days import check_days
from storage.custody.files import check_files
from storage.custody.index import check_index
from storage.custody.looks import Depth, begin_look, find_look, note_look, tell_look
from storage.custody.rows import check_rows, count_rows, sum_ledger
from storage.records.problem import Problem
from storage.records.remedy import Busy, Unusable
from storage.records.saying import say

Tell = Callable[[str], None]
MOST = 1_000
"""Problems that are told; more are only counted."""
_NOTED_EVERY = 20.0  # seconds


@dataclass(slots=True)
class Found:
    """What a look has found so far. ``cursor`` is where it would go on."""

    depth: Depth
    checked: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    untold: int = 0
    cursor: dict[str, Any] | None = None
    continued: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def add(self, problems: Sequence[Problem], notes: Sequence[Problem] = ()) -> None:
        """Take what was found, as much of it as is told."""
        for kept, new in ((self.problems, problems), (self.notes, notes)):
            room = max(0, MOST - len(kept))
            kept.extend(new[:room])
            self.untold += len(new) - len(new[:room])

    def count(self, **counts: int) -> None:
        """Add to what was looked at."""
        for name, count in counts.items():
            self.checked[name] = self.checked.get(name, 0) + count


def verify_quickly(folder: Path) -> Found:
    """Look at files, lengths, pages of the database, rows and the index's totals; enter it, as an event too.

    Raises `NoArchive`, and what tells of an archive of another version.
    """
    found = Found("quick")
    now = datetime.now(UTC)
    with opening(folder, found) as archive:
        if archive is not None:
            look_quickly(archive, found)
    enter(folder, found, now)
    return found


@contextmanager
def opening(folder: Path, found: Found) -> Iterator[Archive | None]:
    """Open the archive that is looked at; where its database is damaged or lost, that is what is found."""
    try:
        archive = Archive.open_reading(folder)
    except ArchiveLost as lost:
        said = say("custody.database_lost", file=str(folder))
        found.add([Problem("database_lost", said, "jianbao rebuild --replace", file="archive.db")])
        found.checked["error"] = str(lost)
        yield None
        return
    except (Unusable, SQLAlchemyError) as error:
        if not is_of_database(error):
            raise
        found.add([tell_damage(error)])
        yield None
        return
    with archive:
        try:
            yield archive
        except (Unusable, SQLAlchemyError) as error:
            if not is_of_database(error):
                raise
            found.add([tell_damage(error)])


def look_quickly(archive: Archive, found: Found, *, thoroughly: bool = False) -> None:
    """Look at everything but what is in the records and texts."""
    with archive.reading() as connection:
        found.add(list(check_database(connection, thoroughly=thoroughly)))
        found.checked["database_bytes"] = measure_database(archive.folder)
        found.checked |= count_rows(connection)
        ledger = sum_ledger(connection)
        found.checked["ledger"] = dict(ledger)
        found.add(list(check_rows(connection)))
        found.add(list(check_days(connection)))
        found.add(list(check_index(connection)))
        files = check_files(connection, archive.folder)
    found.add(files.problems, files.notes)
    found.checked |= {"warc_files": files.files, "warc_bytes": files.size}


class Entry:
    """The row of a look that takes long: noted now and then, so that another goes on where it was killed."""

    def __init__(self, folder: Path, found: Found, *, restart: bool) -> None:
        self._folder = folder
        self._found = found
        self._noted_at = time.monotonic()
        self._id: int | None = None
        self.begun_at = datetime.now(UTC)
        with entering(folder) as archive:
            if archive is not None:
                self._begin(archive, restart=restart)

    def note(self, *, at_once: bool = False) -> None:
        """Note how far it has come, unless that was done a moment ago."""
        if self._id is None or (not at_once and time.monotonic() - self._noted_at < _NOTED_EVERY):
            return
        self._noted_at = time.monotonic()
        self._enter(None)

    def finish(self) -> None:
        """Enter what was found, as an event too."""
        if self._id is None:
            enter(self._folder, self._found, self.begun_at)
            return
        self._found.cursor = None
        self._enter(datetime.now(UTC))

    def _enter(self, finished_at: datetime | None) -> None:
        assert self._id is not None
        found = self._found
        with entering(self._folder) as archive:
            if archive is None:
                return
            with archive.writing() as connection:
                note_look(
                    connection,
                    self._id,
                    found.checked,
                    found.problems,
                    cursor=found.cursor,
                    finished_at=finished_at,
                )
                if finished_at is not None:
                    tell_look(connection, found.problems, finished_at)

    def _begin(self, archive: Archive, *, restart: bool) -> None:
        with archive.writing() as connection:
            before = None if restart else find_look(connection, "full", finished=False)
            last = find_look(connection, "full", finished=True)
            if before is None or before.cursor is None or (last is not None and last.id > before.id):
                self._id = begin_look(connection, "full", self.begun_at)
                return
        self._id = before.id
        self._found.cursor = dict(before.cursor)
        self._found.checked = dict(before.checked)
        self._found.problems = list(before.problems)
        self._found.continued = True


def enter(folder: Path, found: Found, begun_at: datetime) -> None:
    """Enter a look that is over, and the event about what it found, where the archive can be written."""
    with entering(folder) as archive:
        if archive is None:
            return
        with archive.writing() as connection:
            now = datetime.now(UTC)
            identity = begin_look(connection, found.depth, begun_at)
            note_look(connection, identity, found.checked, found.problems, finished_at=now)
            tell_look(connection, found.problems, now)


@contextmanager
def entering(folder: Path) -> Iterator[Archive | None]:
    """Open the archive to write what was found; give None where it cannot be written, or is no longer there.

    What was found is printed all the same, and tells why.
    """
    try:
        archive = Archive.open_existing(folder)
    except (Unusable, Busy, SQLAlchemyError, OSError):
        yield None
        return
    with archive:
        try:
            yield archive
        except (SQLAlchemyError, OSError):
            return
