"""The journal's files: whether they are there, and every record of them can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from storage.custody.records import read_member_at
from storage.journal.file import JOURNAL_FOLDER
from storage.journal.places import find_lost_journals, journal_ends, list_places
from storage.records.problem import Problem
from storage.records.saying import say
from storage.warc.record import BrokenRecord, parse_record

_PREPARE = "jianbao rebuild --prepare"
"""It writes into the journal all that this lacks of the database."""


def list_journal_ends(connection: Connection) -> dict[str, int]:
    """Return for each journal file, by its path in the ``warc`` folder, where its last record ends."""
    return {f"{JOURNAL_FOLDER}/{name}": end for name, end in journal_ends(connection).items() if end}


def check_journals(connection: Connection, warc_folder: Path) -> Iterator[Problem]:
    """Yield the journal files that are missing or too short."""
    for name in find_lost_journals(connection, warc_folder / JOURNAL_FOLDER):
        yield Problem("journal_lost", say("custody.journal_lost", file=name), _PREPARE, _path(name))


def check_journal_records(connection: Connection, warc_folder: Path) -> Iterator[Problem]:
    """Yield the journal's records that cannot be read; those of files that are missing are told elsewhere."""
    for place in list_places(connection):
        try:
            with (warc_folder / JOURNAL_FOLDER / place.file).open("rb") as file:
                parse_record(read_member_at(file, place.offset)[0])
        except FileNotFoundError:
            continue
        except (BrokenRecord, OSError) as error:
            said = say("custody.journal_damaged", file=place.file, offset=place.offset, reason=str(error))
            yield Problem("journal_damaged", said, _PREPARE, _path(place.file), place.offset)


def _path(name: str) -> str:
    return f"warc/{JOURNAL_FOLDER}/{name}"
