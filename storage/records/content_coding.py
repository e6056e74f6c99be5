"""Content codings: what a body says once gzip, deflate, br and zstd are undone, within a limit."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Protocol

import brotli

from storage.records.capture import Headers
from storage.records.remedy import Unusable, saying_of
from storage.records.saying import say

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["CodingBroken", "TooLarge", "read_body", "undo_codings", "zstd"]

_MAX_PARTS = 64  # gzip members or zstd frames in one body: servers send one
_ZSTD_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # RFC 9659: at most 8 MB in HTTP
_BINARY = bytes({*range(0x20), 0x7F} - {*b"\t\n\f\r\x1b"})
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class TooLarge(Unusable):
    """A body is larger than allowed, before or after some step of its decoding."""


class CodingBroken(Unusable):
    """A body is not what its Content-Encoding says: cut, damaged, or of another coding.

    The message says why, for brackets behind "its body can't be decoded".
    """


class _Part(Protocol):
    """One gzip member or zstd frame being decoded."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def undo_codings(headers: Headers, body: bytes, max_size: int) -> bytes:
    """Return a body without the content codings that its response headers name.

    Raises `CodingBroken`, or `TooLarge` when it has at any step more than ``max_size`` bytes.
    """
    for coding in reversed(_codings(headers) if body else ()):
        body = _undo(coding, body, max_size)
    _check_size(body, max_size)
    return body


def read_body(headers: Headers, body: bytes, max_size: int) -> bytes:
    """Return a body as a reader takes it: decoded, or as it is where it is plain text under a coding's name.

    Some servers name a coding, or name it twice, and send the page without it. A damaged body is never taken
    for text: what any coding makes has bytes that no text has. Raises like `undo_codings`.
    """
    for coding in reversed(_codings(headers) if body else ()):
        try:
            body = _undo(coding, body, max_size)
        except CodingBroken:
            if not _is_plain_text(body):
                raise
            break
    _check_size(body, max_size)
    return body


def _is_plain_text(body: bytes) -> bool:
    return body.startswith(_UTF16_MARKS) or body.translate(None, _BINARY) == body


def _codings(headers: Headers) -> list[str]:
    """In the order in which they were applied (RFC 9110, section 8.4)."""
    values = [value for name, value in headers if name.lower() == "content-encoding"]
    codings = [coding.strip().lower() for coding in ",".join(values).split(",")]
    return [coding for coding in codings if coding not in {"", "identity"}]


def _undo(coding: str, body: bytes, max_size: int) -> bytes:
    decode = _DECODERS.get(coding)
    if decode is None:
        raise CodingBroken(say("coding.unknown", coding=coding))
    try:
        return decode(body, max_size)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError, ValueError) as error:
        raise CodingBroken(saying_of(error)) from error


def _check_size(body: bytes, max_size: int) -> None:
    if len(body) > max_size:
        raise TooLarge


def _gunzip(body: bytes, max_size: int) -> bytes:
    return _decode_parts(body, max_size, lambda: zlib.decompressobj(31), b"\x1f\x8b")


def _unzstd(body: bytes, max_size: int) -> bytes:
    return _decode_parts(
        body, max_size, lambda: zstd.ZstdDecompressor(options=_ZSTD_WINDOW), b"\x28\xb5\x2f\xfd"
    )


def _inflate(body: bytes, max_size: int) -> bytes:
    """Some servers send raw deflate where zlib's wrapper is due, and browsers take both."""
    try:
        return _decode_parts(body, max_size, zlib.decompressobj)
    except zlib.error:
        return _decode_parts(body, max_size, lambda: zlib.decompressobj(-15))


def _decode_parts(
    body: bytes, max_size: int, start: Callable[[], _Part], magic: bytes | None = None
) -> bytes:
    """Decode one part after the other; what follows and isn't another part is ignored, as browsers do."""
    decoded = b""
    for _ in range(_MAX_PARTS):
        part = start()
        decoded += part.decompress(body, max_size + 1 - len(decoded))
        _check_size(decoded, max_size)
        if not part.eof:
            raise EOFError(say("coding.cut"))
        body = part.unused_data
        if magic is None or not body.startswith(magic):
            return decoded
    raise ValueError(say("coding.too_many_parts", most=_MAX_PARTS))


def _unbrotli(body: bytes, max_size: int) -> bytes:
    decoder = brotli.Decompressor()
    decoded = bytes(decoder.process(body, output_buffer_limit=max_size + 1))
    while not decoder.is_finished():
        _check_size(decoded, max_size)
        more = decoder.process(b"", output_buffer_limit=max_size + 1 - len(decoded))
        if not more:
            raise EOFError(say("coding.cut"))
        decoded += more
    _check_size(decoded, max_size)
    return decoded


_Decoder = Callable[[bytes, int], bytes]
_DECODERS: dict[str, _Decoder] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
