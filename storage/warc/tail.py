"""The tail of a WARC file after a crash: whole records are kept, a torn last one is cut off.

Only that is ever cut: where anything else is wrong the file stays as it is, and somebody is told.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from storage.records.remedy import Unusable
from storage.records.saying import Saying, say
from storage.warc.name import newest_names, try_slot
from storage.warc.torn import CHUNK, is_torn

if TYPE_CHECKING:
    from pathlib import Path

KnownEnd = Callable[[str], int]
"""Tells, for a file's name, where its last committed capture ends (bytes; 0 when it has none)."""


class CapturesLost(Unusable):
    """A file ends before its last committed capture does: only a backup can help."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending a file did: bytes cut off its end, whole records found after the known end.

    ``damaged_at`` is where a record is damaged that is not merely torn: then nothing was cut.
    """

    file: str
    cut_bytes: int
    kept_records: int
    damaged_at: int | None = None


def describe_damage(mended: Mended) -> Saying:
    """Return the sentence about a file in which a record is damaged behind its last committed capture."""
    return say("ledger.warc_damaged", file=mended.file, place=mended.damaged_at or 0)


def mend_tail(path: Path, known_end: int) -> Mended:
    """Cut a torn last record off a file that nobody is writing; raise `CapturesLost` when it is too short.

    Reads only what follows ``known_end``, the end of the file's last committed capture. A file that
    doesn't exist is whole, unless captures are known in it. What is damaged rather than torn is left.
    """
    size = path.stat().st_size if path.exists() else 0
    if path.is_symlink() and not path.exists():
        raise CapturesLost(f"{path.name} is a link to nothing: look whether its disk is mounted")
    if size < known_end:
        state = f"{size} bytes long" if path.exists() else "missing (0 bytes long)"
        raise CapturesLost(
            f"{path.name} is {state}, but its last committed capture ends at {known_end}: "
            "captures are lost; bring the file back from a backup"
        )
    if size == known_end:
        return Mended(path.name, 0, 0)
    with path.open("r+b") as file:
        end, kept = _find_last_end(file, known_end)
        if end < size and not is_torn(file, end):
            return Mended(path.name, 0, kept, damaged_at=end)
        if end < size:
            _cut(file, end)
    return Mended(path.name, size - end, kept)


def mend_folder(folder: Path, known_end: KnownEnd) -> tuple[Mended, ...]:
    """Mend the newest file of every writer that isn't running, where it is longer than is known."""
    return tuple(
        mended
        for writer, name in newest_names(folder).items()
        if (folder / str(name)).exists()
        and (folder / str(name)).stat().st_size > known_end(str(name))
        and (mended := _mend_unless_held(folder, writer, str(name), known_end))
    )


def _mend_unless_held(folder: Path, writer: int, name: str, known_end: KnownEnd) -> Mended | None:
    slot = try_slot(folder, writer)
    if slot is None:
        return None
    try:
        return mend_tail(folder / name, known_end(name))
    finally:
        slot.release()


def _find_last_end(file: IO[bytes], start: int) -> tuple[int, int]:
    """Return where the last of the whole members after ``start`` ends, and how many they are."""
    end, kept = start, 0
    position = file.seek(start)
    unpacker = zlib.decompressobj(31)
    while data := file.read(CHUNK):
        position += len(data)
        while data:
            try:
                unpacker.decompress(data)
            except zlib.error:
                return end, kept
            data = unpacker.unused_data
            if unpacker.eof:
                end, kept = position - len(data), kept + 1
                unpacker = zlib.decompressobj(31)
    return end, kept


def _cut(file: IO[bytes], end: int) -> None:
    file.truncate(end)
    file.flush()
    os.fsync(file.fileno())
