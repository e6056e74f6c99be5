"""Pictures and PDF files that the demo draws itself: small, valid, the same bytes every time.

A picture is a mosaic of grey fields, rows of brightnesses from 0 to 255: a landscape for an article, blocks
of text for a page.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from jianbao.demo.material.background import seeded

Rows = Sequence[bytes]
Area = tuple[tuple[float, float], ...]

_FIELD = 8
"""Width and height of one field, in pixels: a block of JPEG."""
_PAPER, _HEADLINE, _LINE = 246, 70, 178
_COLUMN = 12
"""Fields of a column of text, with the gap behind it."""
_WIDE, _HIGH = 40, 26
_POINTS = 1.5
"""Points of a PDF page for one pixel of the page's picture."""

# The DC table of JPEG's standard (ITU T.81, table K.3), and an AC table that knows the block's end only.
_DC_COUNTS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
_DC_VALUES = bytes(range(12))
_AC_COUNTS = bytes((1, *(0 for _ in range(15))))
_DC_CODES = ("00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110")
_BLOCK_END = "0"


# -- what is on them -----------------------------------------------------------------------------


def landscape(name: str) -> Rows:
    """Return a picture of hills below a sky, another one for every name."""
    random = seeded(zlib.crc32(name.encode()))
    top, sky = random.randint(6, 16), random.randint(170, 235)
    heights = []
    for _ in range(_WIDE):
        top = min(_HIGH - 3, max(3, top + random.choice((-1, 0, 0, 1))))
        heights.append(top)
    shades = [random.randint(40, 130) for _ in range(_HIGH)]
    return [
        bytes(sky - row if row < heights[column] else shades[row] for column in range(_WIDE))
        for row in range(_HIGH)
    ]


def page_of_text(size: tuple[int, int], areas: Iterable[Area]) -> Rows:
    """Return a newspaper page of that size in pixels: lines of text in each area, a headline above them."""
    rows = [bytearray([_PAPER]) * (size[0] // _FIELD) for _ in range(size[1] // _FIELD)]
    for area in areas:
        top = min(y for _, y in area)
        for number, row in enumerate(rows):
            middle = (number + 0.5) * _FIELD
            for left, right in _inside(area, middle):
                row[left:right] = _line(middle - top, number, right - left)
    return [bytes(row) for row in rows]


def _inside(area: Area, y: float) -> Iterable[tuple[int, int]]:
    """Return the runs of fields in a row that lie in a polygon, a field's gap left at the right."""
    edges = zip(area, (*area[1:], area[0]), strict=True)
    crossings = sorted(
        x + (y - top) * (other - x) / (bottom - top)
        for (x, top), (other, bottom) in edges
        if (top > y) != (bottom > y)
    )
    for left, right in zip(crossings[::2], crossings[1::2], strict=True):
        yield round(left / _FIELD), max(round(left / _FIELD), round(right / _FIELD) - 1)


def _line(below_top: float, row: int, length: int) -> bytes:
    """Return a line of an area: a headline at its top, then lines of text in columns."""
    if below_top < 3 * _FIELD:
        return bytes([_HEADLINE]) * (length * 4 // 5) + bytes([_PAPER]) * (length - length * 4 // 5)
    if below_top < 4 * _FIELD or row % 2:
        return bytes([_PAPER]) * length
    return bytes(_PAPER if at % _COLUMN == _COLUMN - 1 else _LINE for at in range(length))


# -- how they are written ------------------------------------------------------------------------


@lru_cache(maxsize=256)
def draw_jpeg(name: str) -> bytes:
    """Return the landscape of that name as a JPEG of 320 by 208 pixels."""
    return as_jpeg(landscape(name))


@lru_cache(maxsize=64)
def _page_rows(size: tuple[int, int], areas: tuple[Area, ...]) -> Rows:
    return page_of_text(size, areas)


def draw_page(size: tuple[int, int], areas: Iterable[Area], scale: int = 1) -> bytes:
    """Return a page as a JPEG, so many times as wide and high as its areas measure it."""
    wider = tuple(tuple((x * scale, y * scale) for x, y in area) for area in areas)
    return as_jpeg(_page_rows((size[0] * scale, size[1] * scale), wider))


def as_jpeg(rows: Rows) -> bytes:
    """Return a mosaic as a grey baseline JPEG, eight pixels for each field."""
    width, height = len(rows[0]) * _FIELD, len(rows) * _FIELD
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            _segment(0xDB, bytes((0, 8, *(1 for _ in range(63))))),
            _segment(0xC0, struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0)),
            _segment(0xC4, b"\x00" + _DC_COUNTS + _DC_VALUES),
            _segment(0xC4, b"\x10" + _AC_COUNTS + b"\x00"),
            _segment(0xDA, bytes((1, 1, 0, 0, 63, 0))),
            _scan(rows),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _scan(rows: Rows) -> bytes:
    """Return the fields as differences of brightness, one JPEG block each (ITU T.81, F.1.2.1)."""
    bits, before = [], 0
    for row in rows:
        for shade in row:
            bits.append(_difference(shade - 128 - before))
            before = shade - 128
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")


@lru_cache(maxsize=1024)
def _difference(value: int) -> str:
    size = abs(value).bit_length()
    if not size:
        return _DC_CODES[0] + _BLOCK_END
    spelled = value if value > 0 else value + (1 << size) - 1
    return f"{_DC_CODES[size]}{spelled:0{size}b}{_BLOCK_END}"


def as_png(rows: Rows) -> bytes:
    """Return a mosaic as a grey PNG, eight pixels for each field."""
    width, height = len(rows[0]) * _FIELD, len(rows) * _FIELD
    lines = (
        b"\0" + bytes(shade for shade in row for _ in range(_FIELD)) for row in rows for _ in range(_FIELD)
    )
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def as_gif(rows: Rows) -> bytes:
    """Return a mosaic as a GIF with 128 greys, one pixel for each field, its codes never compressed."""
    width, height = len(rows[0]), len(rows)
    greys = bytes(level * 2 for level in range(128) for _ in range(3))
    codes = _gif_codes(bytes(shade // 2 for row in rows for shade in row))
    blocks = (codes[start : start + 255] for start in range(0, len(codes), 255))
    return b"".join(
        (
            b"GIF89a",
            struct.pack("<HHBBB", width, height, 0xF6, 0, 0),
            greys,
            b",",
            struct.pack("<HHHHB", 0, 0, width, height, 0),
            b"\x07",
            *(bytes([len(block)]) + block for block in blocks),
            b"\0;",
        )
    )


def _gif_codes(pixels: bytes) -> bytes:
    """Return pixels as codes of eight bits: the dictionary is cleared before it would need longer ones."""
    codes = bytearray()
    for start in range(0, len(pixels), 100):
        codes += b"\x80" + pixels[start : start + 100]
    return bytes(codes) + b"\x81"


def write_pdf(label: str, areas: Iterable[Area]) -> bytes:
    """Return a PDF of one page: its label, which is ASCII, and the outlines of its areas."""
    drawn = " ".join(_outline(area) for area in areas)
    content = f"BT /F1 18 Tf 24 840 Td ({label}) Tj ET {drawn}".encode()
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 864] /Resources 6 0 R /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    )
    written, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def _outline(area: Area) -> str:
    points = [f"{x * _POINTS:g} {864 - y * _POINTS:g}" for x, y in area]
    return f"{points[0]} m {' '.join(f'{point} l' for point in points[1:])} s"
