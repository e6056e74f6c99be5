"""Sitemaps that are served as gzip files, whatever their headers say."""

from __future__ import annotations

import zlib

from storage.records import SetAside
from storage.records.saying import say

_MAGIC = b"\x1f\x8b"
LARGEST = 60_000_000
"""Bytes of an unpacked sitemap, at most: the protocol allows 50 MB."""


def unpack(body: bytes, largest: int = LARGEST) -> bytes:
    """Return a body, unpacked where it is a gzip file; raise `SetAside` for a broken or far too large one."""
    if not body.startswith(_MAGIC):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(body, largest + 1)
    except zlib.error as error:
        raise SetAside(say("page.gzip_broken", error=str(error))) from error
    if len(unpacked) > largest:
        raise SetAside(say("page.feed_too_large", largest=largest))
    if not unpacker.eof:
        raise SetAside(say("page.gzip_cut"))
    return unpacked
