"""Whether what stands at the end of a WARC file is torn, or a whole record that was damaged.

A record is torn when its end was never written: what is there is the beginning of one of our gzip members,
or nothing that ever was a record. A record of which a bit was flipped is not torn: whoever cuts it off loses
what could be read of it.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from typing import IO, Literal

_MAGIC = b"\x1f\x8b\x08"
_PLAIN_HEAD = _MAGIC + bytes(1)  # no flags, so nothing but what was packed follows ten bytes later
_HEAD = 10  # bytes of a gzip header without extras
_TRAILER = 8  # bytes: checksum, and the length of what was packed
CHUNK = 2**14  # bytes unpacked at once: they can become a thousand times as many
_KEPT = 2**16  # bytes of a record in which its header ends
_BEGINNING = b"WARC/1."
_BLANK = b"\r\n\r\n"
_MOST_PACKED = 100  # times: no record shrinks to less
_NEVER_WRITTEN = bytes(_TRAILER)
_LENGTH = re.compile(rb"\r\nContent-Length: *([0-9]{1,12})\r\n", re.IGNORECASE)
_UNPRINTABLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_torn(file: IO[bytes], start: int) -> bool:
    """Tell whether a file holds, from a place to its end, nothing but a record never written whole."""
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        return not _has_record_behind(data, start) and _is_cut_off(data, start)


def _has_record_behind(data: mmap, start: int) -> bool:
    """Tell whether a record begins behind a place: then the one there was written to its end."""
    place = data.find(_MAGIC, start + 1)
    while place >= 0:
        if _unpack(data, place, kept=len(_BEGINNING)).text.startswith(_BEGINNING):
            return True
        place = data.find(_MAGIC, place + 1)
    return False


def _is_cut_off(data: mmap, start: int) -> bool:
    plain = _PLAIN_HEAD.startswith(data[start : start + len(_PLAIN_HEAD)])
    found = _unpack(data, start, kept=_KEPT)
    if data[-_TRAILER:] == _NEVER_WRITTEN:  # room that a machine without power had no time to fill
        return True
    if not plain:  # the gzip header may be what was damaged
        return not found.text.startswith(_BEGINNING)
    last_number = int.from_bytes(data[-4:], "little")
    if found.end == "cut":  # unless it seems to end too late, in a trailer that is there
        return last_number != _told_size(found)
    return found.end == "missing" and _is_without_end(found, len(data) - start, last_number)


def _is_without_end(found: _Unpacked, packed: int, last_number: int) -> bool:
    """Tell whether what was unpacked begins something and lacks its end.

    ``last_number`` are the last four bytes: at the end of a whole member they tell how much was packed into
    its ``packed`` bytes.
    """
    if not (found.text.startswith(_BEGINNING) or _BEGINNING.startswith(found.text)):
        return not packed * 0.9 <= last_number <= packed * _MOST_PACKED
    header, _, _ = found.text.partition(_BLANK)
    if _UNPRINTABLE.search(header):
        return False
    whole = _told_size(found)
    if whole is None:
        return len(found.text) < _KEPT
    return found.size <= whole and last_number != whole


def _told_size(found: _Unpacked) -> int | None:
    """Return how many bytes a record has by its own header, None where that does not tell."""
    header, blank, _ = found.text.partition(_BLANK)
    length = _LENGTH.search(header + b"\r\n") if blank else None
    return len(header) + len(blank) + int(length[1]) + len(_BLANK) if length else None


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """What a member holds: how it begins, how many bytes there are, and what became of its end.

    ``there`` with room for its trailer, ``cut`` in it, ``missing``; ``damaged`` where nothing more is read.
    """

    text: bytes
    size: int
    end: Literal["there", "cut", "missing", "damaged"]


def _unpack(data: mmap, start: int, kept: int) -> _Unpacked:
    """Unpack a member whatever its header and trailer say; only ``kept`` bytes are kept, no more if few."""
    unpacker = zlib.decompressobj(-15)
    text, size, place = b"", 0, start + _HEAD
    try:
        while place < len(data) and not unpacker.eof:
            some = unpacker.decompress(data[place : place + CHUNK])
            place, size, text = place + CHUNK, size + len(some), text + some[: kept - len(text)]
            if size >= kept and kept < _KEPT:
                break
    except zlib.error:
        return _Unpacked(text, size, "damaged")
    if not unpacker.eof:
        return _Unpacked(text, size, "missing")
    trailer = min(place, len(data)) - len(unpacker.unused_data)
    return _Unpacked(text, size, "there" if trailer + _TRAILER <= len(data) else "cut")
