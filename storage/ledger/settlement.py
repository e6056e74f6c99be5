"""How listings are settled: what decisions ask of them, and what has become of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.database.batches import batches
from storage.database.prepared import Prepared
from storage.database.schema import UtcDateTime, listing, source
from storage.ledger.source import UNLISTED_KINDS
from storage.records import KnownListing, ListingChange

# What runs for every article is put together once: building a statement costs more than running it.
_DATE_LISTINGS = Prepared(
    update(listing)
    .where(
        listing.c.info_code == bindparam("code"),
        listing.c.published_at.is_distinct_from(bindparam("moment", type_=UtcDateTime)),
    )
    .values(published_at=bindparam("moment", type_=UtcDateTime))
)
_CHANGE_LISTING = Prepared(
    update(listing)
    .where(listing.c.source == bindparam("its_source"), listing.c.info_code == bindparam("code"))
    .values(
        state=bindparam("its_state"),
        attempts=bindparam("its_attempts"),
        next_try_at=bindparam("next_try"),
        last_error=bindparam("error"),
        capture_id=func.coalesce(bindparam("capture"), listing.c.capture_id),
    )
)
_FIND_KNOWN = (
    select(
        listing.c.info_code,
        listing.c.source,
        listing.c.form,
        listing.c.url,
        listing.c.state,
        listing.c.attempts,
        listing.c.next_try_at,
        source.c.kind,
    )
    .join(source, source.c.slug == listing.c.source)
    .order_by(listing.c.first_listed_at, listing.c.source)
)


def find_known_listings(
    connection: Connection, info_codes: Iterable[str]
) -> dict[str, tuple[KnownListing, ...]]:
    """Return what decisions ask of the listings of these articles, of each the first listed first."""
    found: dict[str, list[KnownListing]] = {}
    for codes in batches(info_codes):
        for row in connection.execute(_FIND_KNOWN.where(listing.c.info_code.in_(codes))):
            found.setdefault(row.info_code, []).append(_known(row))
    return {code: tuple(listings) for code, listings in found.items()}


def change_listings(
    connection: Connection, info_code: str, changes: Sequence[ListingChange], capture_id: int | None
) -> None:
    """Enter what has become of listings of one article; ``capture_id`` is the answer that brought it."""
    rows = [
        {
            "its_source": change.source,
            "code": info_code,
            "its_state": change.state,
            "its_attempts": change.attempts,
            "next_try": change.next_try_at,
            "error": change.error,
            "capture": capture_id if change.takes_capture else None,
        }
        for change in changes
    ]
    for row in rows:
        _CHANGE_LISTING.run(connection, row)


def date_listings(connection: Connection, info_code: str, published_at: datetime) -> int:
    """Note with an article's listings when it was published; return how many did not know it."""
    return _DATE_LISTINGS.run(connection, {"code": info_code, "moment": published_at}).rowcount


def _known(row: Any) -> KnownListing:
    return KnownListing(
        row.source,
        row.form,
        row.url,
        row.state,
        row.attempts,
        is_due=row.next_try_at is not None,
        is_of_page=row.kind not in UNLISTED_KINDS,
    )
