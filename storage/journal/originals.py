"""The answers that rows are packed against, read from their WARC files."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from storage.database.prepared import Prepared
from storage.database.schema import capture
from storage.journal.packing import dictionary_text
from storage.records import WarcPlace
from storage.warc import CaptureUnreadable, decoded_body, read_payload

_FIND = Prepared(
    select(
        capture.c.warc_file,
        capture.c.warc_offset,
        capture.c.warc_length,
        capture.c.payload_digest,
        capture.c.refers_to,
    ).where(capture.c.id == bindparam("capture"))
)
_LARGEST = 2**25  # bytes of an answer's body, decoded


class Originals:
    """Texts of captures by their ids; the last one is remembered, since a feed has several articles."""

    def __init__(self, connection: Connection, warc_folder: Path) -> None:
        self._connection = connection
        self._folder = warc_folder
        self._last: tuple[int | None, bytes] = (None, b"")

    def read_text(self, capture_id: int | None) -> bytes:
        """Return the text of a capture's body; nothing where it cannot be read, or there is none."""
        if capture_id is None:
            return b""
        if self._last[0] != capture_id:
            self._last = (capture_id, self._read(capture_id))
        return self._last[1]

    def _read(self, capture_id: int) -> bytes:
        row = self._find(capture_id)
        if row is None:
            return b""
        place, digest, refers_to = row
        held = self._find(refers_to) if refers_to is not None else None
        try:
            answer = read_payload(self._folder, place, digest=digest, refers_to=held[0] if held else None)
            return dictionary_text(decoded_body(answer, _LARGEST))
        except CaptureUnreadable:
            return b""

    def _find(self, capture_id: int) -> tuple[WarcPlace, str, int | None] | None:
        row = _FIND.run(self._connection, {"capture": capture_id}).fetchone()
        if row is None:
            return None
        file, offset, length, digest, refers_to = row
        return WarcPlace(file, offset, length), digest, refers_to
