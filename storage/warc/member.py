"""One record as the bytes that are in a WARC file: read from its place, checked, and copied as it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from storage.records import WarcPlace
from storage.warc.name import parse_name
from storage.warc.record import BrokenRecord, parse_record, unpack_record

if TYPE_CHECKING:
    from pathlib import Path


def read_member(folder: Path, place: WarcPlace) -> bytes:
    """Return the gzip member at a place in the ``warc`` folder; raise `BrokenRecord` or OSError."""
    if parse_name(place.file) is None:
        raise BrokenRecord("is said to be in a file whose name is not a WARC file's")
    with (folder / place.file).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if place.offset < 0 or place.length <= 0 or place.offset + place.length > size:
            raise BrokenRecord(f"should be {place.length} bytes long, but the file ends at {size}")
        file.seek(place.offset)
        return file.read(place.length)


def copy_member(folder: Path, place: WarcPlace) -> bytes:
    """Return the gzip member at a place, true to its own digest; raise `BrokenRecord` or OSError."""
    member = read_member(folder, place)
    parse_record(unpack_record(member))
    return member
