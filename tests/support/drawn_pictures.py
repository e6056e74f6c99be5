"""Pictures drawn by us, byte by byte: a small one of each kind that is kept, and hostile ones."""

from __future__ import annotations

import base64
import struct
import zlib

_WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")


def draw_png(
    width: int = 8, height: int = 6, shade: int = 90, *, claims: tuple[int, int] | None = None
) -> bytes:
    """Return a grey PNG with a lighter frame; ``claims`` is the size that its head states instead."""
    inner = bytes([shade]) * max(width - 2, 0)
    rows = [
        b"\0" + (b"\xdd" * width if y in (0, height - 1) else b"\xdd" + inner + b"\xdd")[:width]
        for y in range(height)
    ]
    head = struct.pack(">IIBBBBB", *(claims or (width, height)), 8, 0, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"IDAT", zlib.compress(b"".join(rows))),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def draw_gif(width: int = 8, height: int = 6) -> bytes:
    """Return a GIF of this size with one pixel drawn."""
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes((200, 30, 40, 255, 255, 255))
    return b"GIF89a" + screen + b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00;"


def draw_webp() -> bytes:
    """Return the smallest lossless WebP: one pixel."""
    return _WEBP


def draw_jpeg(width: int = 16, height: int = 16, shade: int = 20) -> bytes:
    """Return a JPEG of one grey: ``shade`` is 16 to 31, lighter as it grows."""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    bits = f"10{shade * 8:08b}0" + "00" * (blocks - 1)
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xDB, b"\0" + b"\x04" * 64),
            _segment(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
            _segment(0xC4, b"\x00" + bytes((1, 1, *[0] * 14)) + b"\x00\x08"),
            _segment(0xC4, b"\x10" + bytes((1, *[0] * 15)) + b"\x00"),
            _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00"),
            scan,
            b"\xff\xd9",
        )
    )


def _segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def print_pdf(text: str = "page") -> bytes:
    """Return what begins and ends like a PDF, and differs by its text."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n1 0 obj<<>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
