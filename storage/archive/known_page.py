"""What is known of an archived article's page: where it was last, and which version was kept."""

from __future__ import annotations

from sqlalchemy import select

from storage.archive.folder import Archive
from storage.captures.capture import read_capture
from storage.database.schema import article
from storage.ledger.checks import find_looked
from storage.records import Capture
from storage.records.look import ABSENT, NEVER_LOOKED, KnownPage


def read_known_page(archive: Archive, info_code: str) -> KnownPage:
    """Return what is known of an article's page; nothing of one that is not archived."""
    with archive.reading() as connection:
        query = select(article.c.title, article.c.status, article.c.capture_id)
        row = connection.execute(query.where(article.c.info_code == info_code)).first()
        if row is None:
            return KnownPage()
        capture = read_capture(connection, row.capture_id) if row.capture_id is not None else None
        last = find_looked(connection, [info_code]).get(info_code, NEVER_LOOKED).last
    found_at = last.url if last is not None and last.found not in ABSENT else None
    known = KnownPage(found_at, title=row.title, is_gone=row.status == "gone")
    return known if capture is None or capture.status == 0 else _with_version(archive, known, capture)


def _with_version(archive: Archive, known: KnownPage, capture: Capture) -> KnownPage:
    """Return what is known with the version that was kept; what can't be read back is no version."""
    from storage.warc.response import CaptureUnreadable, read_record  # noqa: PLC0415 - loads what reads WARC files

    try:
        stored = read_record(archive.warc_folder, capture.place)
    except CaptureUnreadable:
        return KnownPage(known.found_at, capture.url, known.title, known.is_gone)
    return KnownPage(
        known.found_at,
        capture.url,
        known.title,
        known.is_gone,
        capture.payload_digest,
        stored.exchange.header("ETag"),
        stored.exchange.header("Last-Modified"),
    )
