"""What was imported before: the files that the archive holds already, and the texts that came from them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from storage.database.batches import batches
from storage.database.schema import article, capture, listing, revision
from storage.records import Filed, HeldText

_FIND_TEXT = (
    select(revision.c.body_html, revision.c.capture_id, capture.c.url, capture.c.fetched_at)
    .outerjoin(capture, capture.c.id == revision.c.capture_id)
    .where(revision.c.info_code == bindparam("code"), revision.c.number == bindparam("number"))
)


def find_imported(connection: Connection, digests: Collection[str]) -> dict[tuple[str, str], Filed]:
    """Return by address and digest where the archive holds payloads of these digests: of each the last."""
    found: dict[tuple[str, str], Filed] = {}
    for part in batches(digests):
        rows = connection.execute(
            select(capture.c.url, capture.c.payload_digest, capture.c.id, capture.c.info_code)
            .where(capture.c.payload_digest.in_(part))
            .order_by(capture.c.id)
        )
        found |= {(row.url, row.payload_digest): Filed(row.id, row.info_code) for row in rows}
    return found


def find_answers(connection: Connection, digests: Collection[str]) -> set[tuple[str, datetime, str]]:
    """Return address, time and digest of the captures whose payloads have these digests."""
    found: set[tuple[str, datetime, str]] = set()
    for part in batches(digests):
        rows = connection.execute(
            select(capture.c.url, capture.c.fetched_at, capture.c.payload_digest).where(
                capture.c.payload_digest.in_(part)
            )
        )
        found |= {(row.url, row.fetched_at, row.payload_digest) for row in rows}
    return found


def read_held_text(connection: Connection, info_code: str, number: int) -> HeldText:
    """Return what one revision of an article was delivered as, and by which capture."""
    row = connection.execute(_FIND_TEXT, {"code": info_code, "number": number}).one()
    return HeldText(row.body_html, row.capture_id, row.url, row.fetched_at)


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
