"""Pictures of articles and facsimiles of pages: what is owed, what came, and what their bytes say."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from storage.records.capture import Exchange
from storage.records.remedy import SetAside, TryLater
from storage.records.saying import Saying, say

PictureState = Literal["owed", "archived", "failed", "refused"]
"""To be fetched; in the archive; failed, and tried again unless it was too often; not to be kept or asked."""
PictureKind = Literal["picture", "image", "pdf"]
"""A picture of articles; the picture of an issue's page; that page as a PDF."""

LONGEST_PICTURE_RETRY = timedelta(days=7)
"""How far ahead a picture's next try may lie."""
MOST_PIXELS = 200_000_000
"""Pixels beyond which nothing is kept: a broadsheet page at 400 dots per inch has some 70 million."""
JPEG, PNG, GIF, WEBP, PDF = "image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"
KEPT_TYPES = (JPEG, PNG, GIF, WEBP)

_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|title|meta)\b", re.IGNORECASE)
_SVG = re.compile(rb"<(?:svg:)?svg\b", re.IGNORECASE)
_PNG_END = b"IEND\xaeB`\x82"
_JPEG_END, _GIF_END = b"\xff\xd9", b";"
_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the markers SOF0 to SOF15 (ITU-T T.81, table B.1)
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers without a segment
_SCAN = 0xDA


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a picture's own bytes say: its media type, and width and height in pixels (None for a PDF)."""

    type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class PictureOwed:
    """An address to fetch a picture from, once for all that show it.

    ``shown_by`` are the articles whose picture it is (their info codes), or the days (ISO 8601) of the issues
    of ``source`` whose page it shows; ``shown_on`` is the address of one of their pages. ``attempts`` counts
    the fetches that failed.
    """

    url: str
    kind: PictureKind
    source: str
    shown_by: tuple[str, ...]
    shown_on: str | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class OwedPictures:
    """The addresses of an article's pictures that are to be fetched, and the source whose crawl does it."""

    source: str
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PictureDelivery:
    """The end of one picture's fetch: what came and what it is, or why nothing is kept."""

    owed: PictureOwed
    exchange: Exchange | None = None
    facts: PictureFacts | None = None
    size: int = 0
    trouble: SetAside | TryLater | None = None


@dataclass(frozen=True, slots=True)
class PictureDecision:
    """What is written of one picture: its state, and when it is fetched again (None: never by itself)."""

    owed: PictureOwed
    state: PictureState
    attempts: int = 0
    next_try_at: datetime | None = None
    error: Saying | None = None
    keep: Exchange | None = None
    facts: PictureFacts | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture or facsimile as the ledger knows it. ``size`` is in bytes, after content decoding.

    ``digest`` is ``sha256:`` + hex of the payload as transferred, by which captures find it too; it, ``type``
    and ``capture_id`` are there when it is archived. ``shown_by`` is an info code, or an issue's day.
    """

    url: str
    kind: PictureKind
    source: str
    shown_by: str
    state: PictureState
    capture_id: int | None = None
    digest: str | None = None
    type: str | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    error: Saying | None = None


def read_picture(body: bytes) -> PictureFacts:
    """Return what kind of picture these bytes are, by themselves: JPEG, PNG, GIF or WebP.

    Raises `TryLater` for a page in its place and for one that is cut off: another time it may be there; and
    `SetAside` for anything else that is not kept. Looks at each byte once at most.
    """
    for begins, read in _READERS:
        if body.startswith(begins):
            return _bounded(read(body))
    raise _refusal(body)


def read_pdf(body: bytes) -> PictureFacts:
    """Return that these bytes are a whole PDF; raises as `read_picture` does."""
    if b"%PDF-" not in body[:1024]:
        raise _refusal(body, "PDF")
    if b"%%EOF" not in body[-4096:]:
        raise TryLater(say("picture.pdf_cut"))
    return PictureFacts(PDF)


def _refusal(body: bytes, wanted: str = "picture") -> SetAside | TryLater:
    head = body[:2048]
    if not body:
        return TryLater(say("picture.empty"))
    if _SVG.search(head):
        return SetAside(say("picture.svg"))
    if _HTML.search(head):
        return TryLater(say("picture.page", wanted=wanted))
    return SetAside(say("picture.other_kind", wanted=wanted))


def _bounded(facts: PictureFacts) -> PictureFacts:
    assert facts.width is not None
    assert facts.height is not None
    if not facts.width or not facts.height:
        raise SetAside(say("picture.no_pixels"))
    if facts.width * facts.height > MOST_PIXELS:
        raise SetAside(say("picture.too_many_pixels", width=facts.width, height=facts.height))
    return facts


def _cut(name: str) -> TryLater:
    return TryLater(say("picture.cut", type=name))


def _read_png(body: bytes) -> PictureFacts:
    if len(body) < 33 or body[12:16] != b"IHDR" or body.rfind(_PNG_END) < 0:  # noqa: PLR2004 - the first chunk
        raise _cut("PNG")
    return PictureFacts(PNG, *struct.unpack_from(">II", body, 16))


def _read_gif(body: bytes) -> PictureFacts:
    if len(body) < 14 or not body.rstrip(b"\0").endswith(_GIF_END):  # noqa: PLR2004 - a header and an end
        raise _cut("GIF")
    return PictureFacts(GIF, *struct.unpack_from("<HH", body, 6))


def _read_jpeg(body: bytes) -> PictureFacts:
    """Go from segment to segment to the frame's size, and look for the end behind the scan."""
    size, place = None, 2
    while place + 4 <= len(body) and body[place] == 0xFF:  # noqa: PLR2004 - how each marker begins
        marker = body[place + 1]
        if marker == 0xFF or marker in _BARE:  # noqa: PLR2004 - a fill byte
            place += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        length = int.from_bytes(body[place + 2 : place + 4])
        if marker in _SIZES and place + 9 <= len(body):
            height, width = struct.unpack_from(">HH", body, place + 5)
            size = PictureFacts(JPEG, width, height)
        place += 2 + length
        if marker == _SCAN:
            break
    if size is None or body.rfind(_JPEG_END) < place:
        raise _cut("JPEG")
    return size


def _read_riff(body: bytes) -> PictureFacts:
    if body[8:12] != b"WEBP":
        raise SetAside(say("picture.other_picture"))
    if len(body) < 30 or len(body) < int.from_bytes(body[4:8], "little") + 8:  # noqa: PLR2004 - the first chunk
        raise _cut("WebP")
    return PictureFacts(WEBP, *_webp_size(body))


def _webp_size(body: bytes) -> tuple[int, int]:
    """Return the size that the first chunk states: of a lossy or lossless picture, or of an extended one."""
    kind = body[12:16]
    if kind == b"VP8 " and body[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and body[20] == 0x2F:  # noqa: PLR2004 - its signature
        bits = int.from_bytes(body[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(body[24:27], "little") + 1, int.from_bytes(body[27:30], "little") + 1
    raise SetAside(say("picture.other_picture"))


_READERS: tuple[tuple[bytes, Callable[[bytes], PictureFacts]], ...] = (
    (b"\xff\xd8\xff", _read_jpeg),
    (b"\x89PNG\r\n\x1a\n", _read_png),
    (b"GIF87a", _read_gif),
    (b"GIF89a", _read_gif),
    (b"RIFF", _read_riff),
)
