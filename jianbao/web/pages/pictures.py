"""Archived pictures and PDFs: the bytes of a capture, under the address of their digest for ever."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from jianbao.web.answers.errors import NotShown
from jianbao.web.questions.dependencies import OpenArchive
from storage.archive.folder import Archive
from storage.captures.capture import read_capture
from storage.ledger.picture import find_picture
from storage.records import Capture, StoredPicture
from storage.records.picture import KEPT_TYPES, PDF
from storage.records.saying import say

router = APIRouter()

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FOR_EVER = "private, max-age=31536000, immutable"
_NOTHING_ELSE = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@router.get("/picture/{digest}")
def show_picture(request: Request, archive: OpenArchive, digest: str) -> Response:
    """Answer with an archived picture, whose type is what its bytes were seen to be."""
    return _answer(request, archive, digest, KEPT_TYPES)


@router.get("/pdf/{digest}")
def download_pdf(request: Request, archive: OpenArchive, digest: str) -> Response:
    """Answer with an archived PDF, to be saved."""
    return _answer(request, archive, digest, (PDF,))


def _answer(request: Request, archive: Archive, digest: str, types: tuple[str, ...]) -> Response:
    with archive.reading() as view:
        stored = find_picture(view, f"sha256:{digest}") if _DIGEST.fullmatch(digest) else None
        if stored is None or stored.type not in types:
            raise NotShown(say("reader.no_picture"))
        tag = f'"{digest}"'
        headers = {"Cache-Control": _FOR_EVER, "Content-Security-Policy": _NOTHING_ELSE, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        places = _places(view, stored)
    if stored.type == PDF:
        headers["Content-Disposition"] = f'attachment; filename="{stored.shown_by}-{digest[:8]}.pdf"'
    return Response(_read(archive, stored, places), media_type=stored.type, headers=headers)


def _places(view: Connection, stored: StoredPicture) -> tuple[Capture, Capture | None]:
    """Return a picture's capture, and the one that holds its bytes where that repeats another."""
    own = read_capture(view, stored.capture_id) if stored.capture_id is not None else None
    if own is None:
        raise NotShown(say("reader.no_picture"))
    return own, read_capture(view, own.refers_to) if own.refers_to is not None else None


def _read(archive: Archive, stored: StoredPicture, places: tuple[Capture, Capture | None]) -> bytes:
    """Return a picture's bytes without content coding; raise `CaptureUnreadable`."""
    from storage.warc.content import decoded_body  # noqa: PLC0415 - most of the reader reads no WARC file
    from storage.warc.response import read_payload  # noqa: PLC0415

    own, held = places
    digest = own.payload_digest
    exchange = read_payload(
        archive.warc_folder, own.place, digest=digest, refers_to=held.place if held is not None else None
    )
    return decoded_body(exchange, stored.size or 0)
