"""The tail of a WARC file after a crash: whole records are kept, a torn last one is cut off."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from storage.warc.name import newest_names, try_slot

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK = 2**14  # a chunk can unpack to a thousand times its size

KnownEnd = Callable[[str], int]
"""Tells, for a file's name, where its last committed capture ends (bytes; 0 when it has none)."""


class CapturesLost(Exception):
    """A file ends before its last committed capture does: only a backup can help."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What mending a file did: bytes cut off its end, whole records found after the known end."""

    file: str
    cut_bytes: int
    kept_records: int


def mend_tail(path: Path, known_end: int) -> Mended:
    """Cut a torn last record off a file that nobody is writing; raise `CapturesLost` when it is too short.

    Reads only what follows ``known_end``, the end of the file's last committed capture. A file that
    doesn't exist is whole, unless captures are known in it.
    """
    size = path.stat().st_size if path.exists() else 0
    if size < known_end:
        raise CapturesLost(
            f"{path.name} is {size} bytes long, but its last committed capture ends at {known_end}: "
            "captures are lost; bring the file back from a backup"
        )
    if size == known_end:
        return Mended(path.name, 0, 0)
    with path.open("r+b") as file:
        end, kept = _find_last_end(file, known_end)
        _cut(file, end)
    return Mended(path.name, size - end, kept)


def mend_folder(folder: Path, known_end: KnownEnd) -> tuple[Mended, ...]:
    """Mend the newest file of every writer that isn't running; raise `CapturesLost` at one too short."""
    return tuple(
        mended
        for writer, name in newest_names(folder).items()
        if (mended := _mend_unless_held(folder, writer, str(name), known_end))
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
    while data := file.read(_CHUNK):
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
