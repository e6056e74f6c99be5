"""Outcomes entered into the ledger by themselves: decided as for a delivery, and written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from pipelines import listings
from storage.ledger.listing import change_listings, find_known_listings
from storage.records import KnownListing, ListingChange, Owed
from storage.records.saying import as_saying


def settle_archived(connection: Connection, info_code: str, forms: str, capture_id: int) -> int:
    """Mark the listings of an article archived, in the forms it was fetched in; return how many changed."""
    changes = listings.settle_archived(_known(connection, info_code), forms.split())
    return _enter(connection, info_code, changes, capture_id)


def settle_furniture(connection: Connection, info_code: str, form: str, capture_id: int) -> int:
    """Mark the listings of a picture without text as furniture; return how many changed."""
    changes = listings.settle_furniture(_known(connection, info_code), form)
    return _enter(connection, info_code, changes, capture_id)


def settle_unarchived(
    connection: Connection,
    owed: Owed,
    reason: str,
    now: datetime,
    *,
    capture_id: int | None = None,
    not_before: datetime | None = None,
) -> datetime:
    """Record a fetch that brought no article, quarantined when there is a capture.

    Return the next try, ``now`` where no such listing is known.
    """
    changes = listings.settle_unarchived(
        _known(connection, owed.info_code),
        owed,
        as_saying(reason),
        now,
        quarantined=capture_id is not None,
        after=(not_before - now).total_seconds() if not_before else None,
    )
    _enter(connection, owed.info_code, changes, capture_id)
    return next((change.next_try_at for change in changes if change.next_try_at), now)


def settle_gone(connection: Connection, owed: Owed, reason: str) -> bool:
    """Mark an article's listings in one form gone; return whether none in another form is left."""
    known = _known(connection, owed.info_code)
    changes = listings.settle_gone(known, owed, as_saying(reason))
    _enter(connection, owed.info_code, changes, None)
    return listings.is_gone_everywhere(known, changes)


def _known(connection: Connection, info_code: str) -> tuple[KnownListing, ...]:
    return find_known_listings(connection, [info_code]).get(info_code, ())


def _enter(
    connection: Connection, info_code: str, changes: tuple[ListingChange, ...], capture_id: int | None
) -> int:
    change_listings(connection, info_code, changes, capture_id)
    return len(changes)
