"""Untold pictures: those that articles owe, and that the archive keeps already."""

from __future__ import annotations

from pathlib import Path

from pipelines.pictures import decide_picture
from storage.archive.folder import Archive
from storage.captures.capture import read_captures
from storage.ledger.picture import KeptPicture, change_pictures, list_kept_pictures
from storage.records import PictureDelivery, SetAside
from storage.records.content_coding import CodingBroken, TooLarge
from storage.records.picture import read_pdf, read_picture
from storage.warc import CaptureUnreadable, decoded_body, read_payload

_TOGETHER = 100
_LARGEST = 2**27  # bytes of a picture, decoded


def settle_pictures(archive: Archive, warc_folder: Path, after: int) -> int:
    """Give pictures that are owed the captures behind that of this id which hold them; return how many."""
    count, place = 0, after
    while True:
        with archive.reading() as connection:
            kept = list_kept_pictures(connection, place, _TOGETHER)
        if not kept:
            return count
        count += sum(_settle(archive, warc_folder, one) for one in kept)
        place = kept[-1].capture_id


def _settle(archive: Archive, warc_folder: Path, kept: KeptPicture) -> bool:
    with archive.reading() as connection:
        capture = read_captures(connection, [kept.capture_id])[kept.capture_id]
        held = read_captures(connection, [capture.refers_to]) if capture.refers_to is not None else {}
    first = held[capture.refers_to].place if capture.refers_to in held else None
    try:
        answer = read_payload(warc_folder, capture.place, digest=capture.payload_digest, refers_to=first)
        body = decoded_body(answer, _LARGEST)
        facts = read_pdf(body) if kept.owed.kind == "pdf" else read_picture(body)
    except (CaptureUnreadable, SetAside, CodingBroken, TooLarge):
        return False  # it stays owed: the next crawl asks for it
    decided = decide_picture(PictureDelivery(kept.owed, answer, facts, len(body)), capture.fetched_at)
    with archive.writing() as connection:
        change_pictures(connection, decided, (kept.capture_id, capture.payload_digest))
    return True
