"""Addresses as people type them into curl, with Chinese characters in them."""

from __future__ import annotations

import re

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

NOT_ASCII = re.compile(rb"[\x80-\xff]")
"""The bytes of a first line that are encoded."""


class TolerantProtocol(H11Protocol):
    """HTTP/1.1 that takes raw UTF-8 in a request's address as if it were percent-encoded.

    RFC 3986 wants it encoded, and browsers do so; curl sends what it is given, and h11 would answer 400.
    """

    def data_received(self, data: bytes) -> None:
        """Take what came in; the rest of a request's first line is made ASCII on the way."""
        if self.conn.their_state is h11.IDLE and b"\n" not in self.conn.trailing_data[0]:
            line, newline, rest = data.partition(b"\n")
            data = NOT_ASCII.sub(encode_byte, line) + newline + rest
        super().data_received(data)


def encode_byte(byte: re.Match[bytes]) -> bytes:
    """Return a byte percent-encoded."""
    return b"%%%02X" % byte[0][0]
