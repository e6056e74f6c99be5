"""Every record of one of our WARC files, one after another, and where what is none begins."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING

from storage.warc.record import MAX_RECORD, BrokenRecord, Record, parse_record

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 2**16  # bytes read at once


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record, whole and true to its digest, and the bytes that its member takes in the file."""

    offset: int
    length: int
    record: Record


@dataclass(frozen=True, slots=True)
class FoundDamage:
    """What should be a record and is none; ``why`` completes "the record …"."""

    offset: int
    why: str


def scan_file(path: Path, start: int = 0) -> Iterator[FoundRecord | FoundDamage]:
    """Yield what a file holds from a place on; behind damage it goes on at the next record.

    Raises OSError.
    """
    if path.stat().st_size <= start:
        return
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        place = start
        while 0 <= place < len(data):
            try:
                text, end = _unpack(data, place)
                yield FoundRecord(place, end - place, parse_record(text))
                place = end
            except BrokenRecord as broken:
                yield FoundDamage(place, str(broken))
                place = data.find(_MAGIC, place + 1)


def _unpack(data: mmap, place: int) -> tuple[bytes, int]:
    """Return what the member at a place holds, and where it ends."""
    unpacker = zlib.decompressobj(31)
    parts: list[bytes] = []
    size = 0
    try:
        while not unpacker.eof:
            packed = data[place : place + _CHUNK]
            if not packed:
                raise BrokenRecord("is cut off before its end")
            part = unpacker.decompress(packed, MAX_RECORD - size + 1)
            size += len(part)
            if size > MAX_RECORD:
                raise BrokenRecord(f"holds more than {MAX_RECORD} bytes")
            parts.append(part)
            place += len(packed)
    except zlib.error as error:
        raise BrokenRecord(f"is damaged ({error})") from error
    return b"".join(parts), place - len(unpacker.unused_data)
