"""Content codings undone, within a limit."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import brotli  # type: ignore[import-untyped]

from storage.warc.response import CaptureUnreadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from storage.records import Exchange

_MAX_PARTS = 64  # gzip members or zstd frames in one body: servers send one
_ZSTD_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # RFC 9659: at most 8 MB in HTTP


class _TooLarge(Exception):
    pass


class _Part(Protocol):
    """One gzip member or zstd frame being decoded."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def decoded_body(exchange: Exchange, max_size: int) -> bytes:
    """Return the body without its content codings (gzip, deflate, br, zstd).

    Raise `CaptureUnreadable` for a body that is cut, damaged, of another coding, or at any step larger than
    ``max_size`` bytes.
    """
    body = exchange.body
    try:
        for coding in reversed(_codings(exchange) if body else ()):
            body = _decode(coding, body, max_size)
        _check_size(body, max_size)
    except _TooLarge as error:
        raise CaptureUnreadable(
            f"{exchange.url}: its body is larger than {max_size} bytes when decoded"
        ) from error
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError, ValueError) as error:
        raise CaptureUnreadable(f"{exchange.url}: its body can't be decoded ({error})") from error
    return body


def _codings(exchange: Exchange) -> list[str]:
    """In the order in which they were applied (RFC 9110, section 8.4)."""
    values = [value for name, value in exchange.response_headers if name.lower() == "content-encoding"]
    codings = [coding.strip().lower() for coding in ",".join(values).split(",")]
    return [coding for coding in codings if coding not in {"", "identity"}]


def _decode(coding: str, body: bytes, max_size: int) -> bytes:
    decode = _DECODERS.get(coding)
    if decode is None:
        raise ValueError(f"{coding!r} is not a known content coding")
    return decode(body, max_size)


def _check_size(body: bytes, max_size: int) -> None:
    if len(body) > max_size:
        raise _TooLarge


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
            raise EOFError("it is cut off before its end")
        body = part.unused_data
        if magic is None or not body.startswith(magic):
            return decoded
    raise ValueError(f"it has more than {_MAX_PARTS} parts")


def _unbrotli(body: bytes, max_size: int) -> bytes:
    decoder = brotli.Decompressor()
    decoded = bytes(decoder.process(body, output_buffer_limit=max_size + 1))
    while not decoder.is_finished():
        _check_size(decoded, max_size)
        more = decoder.process(b"", output_buffer_limit=max_size + 1 - len(decoded))
        if not more:
            raise EOFError("it is cut off before its end")
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
