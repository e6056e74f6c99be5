"""Rows of an article packed against the answer that it was read from: they repeat almost all of it.

What is packed is raw deflate (RFC 1951) with a preset dictionary (as zlib's ``deflateSetDictionary``): a part
of the answer's text, and rows of another article as a sample. Whoever has the answer unpacks the rows, by
whatever reader they were made.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from storage.records.remedy import Unusable

Rows = Mapping[str, Sequence[Sequence[Any]]]
"""Rows by table, each with its values in the order of the table's columns."""

_SAMPLE = 4_096  # bytes of a sample
_PART = 32_768 - _SAMPLE  # bytes of an answer: more of a dictionary than both together deflate does not see
_END = "\0"
_SHORT = 20  # characters
_ESCAPES = re.compile(r'["\\\x00-\x1f]')
_BEFORE = 4_096  # bytes of an answer in front of the article's first words
_RAW = -15
_LARGEST = 2**26  # bytes of the rows of one article
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPED = 20
"""Escaped characters, beyond which an answer is taken for JSON that is ASCII alone."""


class BrokenRows(Unusable, ValueError):
    """Packed rows cannot be unpacked with this answer: they are of another one, or damaged."""


def dictionary_text(body: bytes) -> bytes:
    """Return an answer's body (content codings undone) as the text that rows are packed against, in UTF-8."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("gb18030", "replace")
    if len(_ESCAPE.findall(text[:_PART])) > _ESCAPED:
        text = _ESCAPE.sub(_unescape, text)
    return text.encode("utf-8", "replace")


def find_start(text: bytes, words: str) -> int:
    """Return from which byte of an answer's text the dictionary begins, for an article of these words."""
    if len(text) <= _PART:
        return 0
    found = text.find(words[:12].encode("utf-8", "surrogatepass"))
    return min(max(0, found - _BEFORE), len(text) - _PART)


def pack_rows(rows: Rows, text: bytes, start: int, sample: bytes) -> str:
    """Return an article's rows packed against an answer's text and a sample, in base64."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW, 9, zdict=_dictionary(text, start, sample))
    return base64.b64encode(packer.compress(join_rows(rows)) + packer.flush()).decode("ascii")


def unpack_rows(packed: str, text: bytes, start: int, sample: bytes) -> Rows:
    """Return rows that were packed against this text and sample; raise `BrokenRows`."""
    try:
        data = base64.b64decode(packed, validate=True)
        unpacker = zlib.decompressobj(_RAW, zdict=_dictionary(text, start, sample))
        joined = unpacker.decompress(data, _LARGEST)
        if not unpacker.eof:
            raise BrokenRows("end too early")
        return _part_rows(joined)
    except (
        zlib.error,
        binascii.Error,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise BrokenRows(f"cannot be unpacked ({error})") from error


def join_rows(rows: Rows) -> bytes:
    """Return rows as JSON behind those of their strings that JSON would escape, each ended by a zero byte.

    So a body stands in there as it stands in its answer. ``{"$": n}`` is the n-th of those strings.
    """
    strings: list[str] = []
    said = {
        name: [[_move_out(value, strings) for value in row] for row in part] for name, part in rows.items()
    }
    document = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return _END.join([*strings, document]).encode("utf-8", "surrogatepass")


def _move_out(value: Any, strings: list[str]) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if not isinstance(value, str) or len(value) < _SHORT or _END in value or not _ESCAPES.search(value):
        return value
    strings.append(value)
    return {"$": len(strings) - 1}


def _part_rows(joined: bytes) -> Rows:
    *strings, document = joined.decode("utf-8", "surrogatepass").split(_END)
    said = json.loads(document)
    return {
        name: [[_move_in(value, strings) for value in row] for row in part] for name, part in said.items()
    }


def _move_in(value: Any, strings: Sequence[str]) -> Any:
    if not isinstance(value, dict):
        return value
    return base64.b64decode(value["base64"]) if "base64" in value else strings[value["$"]]


def _dictionary(text: bytes, start: int, sample: bytes) -> bytes:
    return text[start : start + _PART] + sample[-_SAMPLE:]


def _unescape(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))
