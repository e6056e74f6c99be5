"""What was imported before: the files that the archive holds already, and the texts that came from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, select

from storage.database.schema import article, capture, listing, revision
from storage.records import Capture, HeldText, ListingState, WarcPlace

_CHUNK = 500  # bound variables of one statement
_FIND_TEXT = (
    select(revision.c.body_html, revision.c.capture_id, capture.c.url, capture.c.fetched_at)
    .outerjoin(capture, capture.c.id == revision.c.capture_id)
    .where(revision.c.info_code == bindparam("code"), revision.c.number == bindparam("number"))
)
_FIND_FILES = (
    select(capture)
    .where(capture.c.info_code == bindparam("code"), capture.c.url.startswith(bindparam("scheme")))
    .order_by(capture.c.id)
)


def find_imported(connection: Connection, digests: Collection[str]) -> dict[tuple[str, str], int]:
    """Return the captures that hold payloads of these digests: their ids by address and digest."""
    found: dict[tuple[str, str], int] = {}
    for part in _chunks(digests):
        rows = connection.execute(
            select(capture.c.url, capture.c.payload_digest, capture.c.id).where(
                capture.c.payload_digest.in_(part)
            )
        )
        found |= {(row.url, row.payload_digest): row.id for row in rows}
    return found


def read_held_text(connection: Connection, info_code: str, number: int) -> HeldText:
    """Return what one revision of an article was delivered as, and by which capture."""
    row = connection.execute(_FIND_TEXT, {"code": info_code, "number": number}).one()
    return HeldText(row.body_html, row.capture_id, row.url, row.fetched_at)


def list_imported_files(connection: Connection, info_code: str, scheme: str) -> list[Capture]:
    """Return the captures of an article whose addresses begin with ``scheme``, the first one first."""
    rows = connection.execute(_FIND_FILES, {"code": info_code, "scheme": scheme})
    return [
        Capture(
            id=row.id,
            url=row.url,
            fetched_at=row.fetched_at,
            status=row.status,
            content_type=row.content_type,
            payload_digest=row.payload_digest,
            place=WarcPlace(row.warc_file, row.warc_offset, row.warc_length),
            refers_to=row.refers_to,
        )
        for row in rows
    ]


def find_set_aside(connection: Connection, scheme: str) -> list[int]:
    """Return the captures of the files that were set aside under codes of articles that are there by now."""
    found = (
        select(capture.c.id)
        .join(listing, listing.c.capture_id == capture.c.id)
        .join(article, article.c.info_code == listing.c.info_code)
        .where(listing.c.next_try_at.is_not(None), listing.c.state == "quarantined")
        .where(capture.c.url.startswith(scheme))
    )
    return list(connection.execute(found).scalars())


def listing_state(connection: Connection, slug: str, info_code: str) -> ListingState | None:
    """Return the state of one listing, None when there is none."""
    state: ListingState | None = connection.execute(
        select(listing.c.state).where(listing.c.source == slug, listing.c.info_code == info_code)
    ).scalar()
    return state


def _chunks(values: Collection[str]) -> Iterable[list[str]]:
    every = list(values)
    return (every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK))
