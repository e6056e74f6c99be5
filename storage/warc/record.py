"""One WARC 1.1 record as bytes, and as the gzip member of its own that it is stored in.

Formatted here and not by warcio: warcio compresses at level 9 only and rewrites header bytes that are
not ASCII, and costs twice the CPU. The tests prove every record with warcio's own reader and checker.
"""

from __future__ import annotations

import hashlib
import re
import struct
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from storage.records.remedy import Unusable

MAX_RECORD = 2**28
"""Bytes of the largest record that is written or read, before compression (256 MiB)."""

_VERSION = b"WARC/1.1\r\n"
_END = b"\r\n\r\n"
_GZIP, _RAW = 31, -15  # zlib's wbits: with a gzip header and trailer, and with neither
_GZIP_HEADER = bytes.fromhex("1f8b08000000000000ff")  # RFC 1952: deflate; no name, time or system is told
_PACKED = (
    b"\x1f\x8b\x08",  # gzip
    b"\x28\xb5\x2f\xfd",  # zstd
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"RIFF",  # WebP
)
"""How bodies begin that are compressed already."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PRINTABLE = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

Fields = tuple[tuple[str, str], ...]


class BrokenRecord(Unusable, ValueError):
    """The bytes are not one whole record; the message completes "the record …"."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record. Field names are lower case."""

    fields: dict[str, str]
    block: bytes = field(repr=False)


def payload_digest(payload: bytes) -> str:
    """Return ``sha256:`` + hex, the digest of captures, of WARC payloads and of WARC blocks."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def new_record_id() -> str:
    """Return a fresh WARC-Record-ID."""
    return f"<{uuid.uuid4().urn}>"


def warc_date(at: datetime) -> str:
    """Return an aware time as a WARC-Date in UTC, to the microsecond where it has one; raise ValueError."""
    if at.tzinfo is None:
        raise ValueError(f"the time {at} has no zone: a capture's time must be aware")
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def warc_uri(url: str) -> str:
    """Return a URL that fits one header line: whatever is not printable ASCII is percent-encoded."""
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return quote(url, safe=_PRINTABLE, errors="replace")


def format_record(kind: str, fields: Fields, block: bytes) -> bytes:
    """Return a whole record with its length and its block's digest; raise ValueError when it is too large."""
    if len(block) > MAX_RECORD // 2:
        raise ValueError(
            f"{len(block)} bytes are too many for one record: at most {MAX_RECORD // 2} are stored"
        )
    lines = [("WARC-Type", kind), *fields, ("WARC-Block-Digest", payload_digest(block))]
    head = "".join(f"{name}: {_CONTROL.sub(' ', value)}\r\n" for name, value in lines)
    return b"".join(
        (_VERSION, head.encode("utf-8", "replace"), b"Content-Length: %d" % len(block), _END, block, _END)
    )


def pack_record(record: bytes, level: int, *, stored: int = 0) -> bytes:
    """Return a record as one gzip member, compressed at zlib's level 0 to 9.

    Its last ``stored`` bytes are stored as they are: what is compressed already gets no smaller.
    """
    if not stored:
        return _deflate(record, level, _GZIP)
    packer = zlib.compressobj(level, zlib.DEFLATED, _RAW)
    head = packer.compress(record[:-stored]) + packer.flush(zlib.Z_SYNC_FLUSH)
    checks = struct.pack("<II", zlib.crc32(record), len(record))
    return b"".join((_GZIP_HEADER, head, _deflate(record[-stored:], 0, _RAW), checks))


def count_packed(body: bytes) -> int:
    """Return how many bytes at a record's end need no compression: those of a body that is compressed."""
    return len(body) + len(_END) if body.startswith(_PACKED) else 0


def _deflate(data: bytes, level: int, window: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, window)
    return packer.compress(data) + packer.flush()


def unpack_record(member: bytes) -> bytes:
    """Return what exactly one whole gzip member holds; raise `BrokenRecord` for less, more or other bytes."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        record = unpacker.decompress(member, MAX_RECORD)
    except zlib.error as error:
        raise BrokenRecord(f"is damaged ({error})") from error
    if not unpacker.eof:
        raise BrokenRecord("is cut off before its end")
    if unpacker.unused_data:
        raise BrokenRecord(f"ends {len(unpacker.unused_data)} bytes before the length given for it")
    return record


def parse_record(data: bytes) -> Record:
    """Take a record apart, checking its length and its block's digest; raise `BrokenRecord`."""
    head, separator, rest = data.partition(_END)
    version, _, lines = head.partition(b"\r\n")
    if not separator or not version.startswith(b"WARC/1."):
        raise BrokenRecord("does not begin like a WARC record")
    record = Record(_parse_fields(lines), rest[: -len(_END)])
    if record.fields.get("content-length") != str(len(record.block)) or not rest.endswith(_END):
        raise BrokenRecord(f"holds {len(record.block)} bytes, not the length that its header gives")
    if record.fields.get("warc-block-digest") != payload_digest(record.block):
        raise BrokenRecord("does not match its own block digest")
    return record


def _parse_fields(lines: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines.decode("utf-8", "replace").split("\r\n"))
    return {name.lower(): value.strip(" \t") for name, _, value in pairs}
