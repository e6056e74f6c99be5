"""Content codings of stored responses undone, within a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.records.content_coding import CodingBroken, TooLarge, undo_codings, zstd
from storage.warc.response import CaptureUnreadable

if TYPE_CHECKING:
    from storage.records import Exchange

__all__ = ["decoded_body", "zstd"]


def decoded_body(exchange: Exchange, max_size: int) -> bytes:
    """Return the body without its content codings (gzip, deflate, br, zstd).

    Raise `CaptureUnreadable` for a body that is cut, damaged, of another coding, or at any step larger than
    ``max_size`` bytes.
    """
    try:
        return undo_codings(exchange.response_headers, exchange.body, max_size)
    except TooLarge as error:
        raise CaptureUnreadable(
            f"{exchange.url}: its body is larger than {max_size} bytes when decoded"
        ) from error
    except CodingBroken as error:
        raise CaptureUnreadable(f"{exchange.url}: its body can't be decoded ({error})") from error
