"""The WARC files of the journal: one a month, beside those of the answers; one process writes at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from storage.journal.record import CONTENT_TYPE, journal_uri
from storage.records import WarcPlace
from storage.warc.description import describe_file
from storage.warc.file import WarcFile
from storage.warc.record import format_record, new_record_id, pack_record, payload_digest, warc_date
from storage.warc.tail import KnownEnd, mend_tail

JOURNAL_FOLDER = "journal"
"""Where the files are, in the folder of the WARC files."""
_NAME = re.compile(r"jianbao-journal-([0-9]{6})(?:-[0-9]{1,4})?\.warc\.gz")


def is_journal_name(name: str) -> bool:
    """Tell whether a file's name is that of a journal file."""
    return _NAME.fullmatch(name) is not None


class JournalFile:
    """The journal file of this month, for who holds the journal's lock. Nothing is made before `append`."""

    def __init__(self, folder: Path, software: str, known_end: KnownEnd) -> None:
        """``known_end`` tells where the last record that the database knows ends in a file."""
        self._folder = folder
        self._software = software
        self._known_end = known_end
        self._file: WarcFile | None = None

    def append(self, line: str, number: int, block: bytes) -> WarcPlace:
        """Write one record; it is on the disk when this returns. Raises OSError."""
        now = datetime.now(UTC)
        if self._file is None:
            self._file = self._open(now)
        if self._file.end == 0:
            self._file.append(describe_file(self._file.path.name, self._software, now))
        member = pack_record(_format(journal_uri(line, number), block, now), 6)
        offset = self._file.append(member)
        self._file.sync()
        return WarcPlace(self._file.path.name, offset, len(member))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, now: datetime) -> WarcFile:
        """Open the month's file, its torn tail cut off, or the next one where a record in it is damaged."""
        month = now.strftime("%Y%m")
        self._folder.mkdir(parents=True, exist_ok=True)
        for again in range(10_000):
            name = f"jianbao-journal-{month}{f'-{again}' if again else ''}.warc.gz"
            path = self._folder / name
            if not path.exists() or mend_tail(path, self._known_end(name)).damaged_at is None:
                return WarcFile(path)
        raise OSError(f"every journal file of {month} in {self._folder} is damaged")


@contextmanager
def journal_file(folder: Path, software: str, known_end: KnownEnd) -> Iterator[JournalFile]:
    """Open the journal to write to it, and close it."""
    file = JournalFile(folder, software, known_end)
    try:
        yield file
    finally:
        file.close()


def _format(uri: str, block: bytes, now: datetime) -> bytes:
    fields = (
        ("WARC-Record-ID", new_record_id()),
        ("WARC-Target-URI", uri),
        ("WARC-Date", warc_date(now)),
        ("Content-Type", CONTENT_TYPE),
        ("WARC-Payload-Digest", payload_digest(block)),
    )
    return format_record("metadata", fields, block)
