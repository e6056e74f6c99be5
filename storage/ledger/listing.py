"""The ledger: every info code that a source ever listed, and what became of it.

A listing is *due* when ``next_try_at`` has come; one that is settled as archived or gone has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from storage.database.column_types import UtcDateTime
from storage.database.opening import upsert
from storage.database.prepared import Prepared, among
from storage.database.schema import article, ledger_day, listing, source
from storage.ledger.source import UNLISTED_KINDS
from storage.records import KnownListing, Listing, ListingChange, Owed

LISTING_COLUMNS = [listing.c[field.name] for field in fields(Listing)]

# What runs for every article is put together once: building a statement costs more than running it.
_ENSURE_LISTING = Prepared(
    upsert(listing)
    .values(
        published_at=select(article.c.published_at)
        .where(article.c.info_code == bindparam("code"))
        .scalar_subquery()
    )
    .on_conflict_do_nothing()
)
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
_FIND_KNOWN = Prepared(
    select(
        listing.c.info_code,
        listing.c.source,
        listing.c.form,
        listing.c.url,
        listing.c.state,
        listing.c.attempts,
        listing.c.next_try_at.is_not(None),
        source.c.kind,
    )
    .where(among(listing.c.info_code, "codes"))
    .join(source, source.c.slug == listing.c.source)
    .order_by(listing.c.first_listed_at, listing.c.source)
)


_FIND_LISTED = Prepared(
    select(listing.c.info_code).where(
        listing.c.source == bindparam("its_source"), among(listing.c.info_code, "codes")
    )
)


def count_listed_since(connection: Connection, slug: str, since: datetime) -> int:
    """Return how many articles a source's list had at some poll since a moment (aware)."""
    query = select(func.count()).where(listing.c.source == slug, listing.c.last_listed_at >= since)
    return connection.execute(query).scalar_one()


def find_listed(connection: Connection, slug: str, info_codes: Sequence[str]) -> frozenset[str]:
    """Return those of the info codes that a source has listed before."""
    rows = _FIND_LISTED.run(connection, {"its_source": slug, "codes": json.dumps(info_codes)})
    return frozenset(code for (code,) in rows)


def ensure_listing(connection: Connection, owed: Owed, listed_at: datetime) -> bool:
    """Enter a listing that no page made, for an article asked for by its code; return whether it is new."""
    entry = {
        "source": owed.source,
        "info_code": owed.info_code,
        "code": owed.info_code,
        "form": owed.form,
        "url": owed.url,
        "title": owed.title,
        "first_listed_at": listed_at,
        "last_listed_at": listed_at,
        "state": "owed",
        "next_try_at": listed_at,
    }
    return _ENSURE_LISTING.run(connection, entry).rowcount > 0


def find_known_listings(
    connection: Connection, info_codes: Iterable[str]
) -> dict[str, tuple[KnownListing, ...]]:
    """Return what decisions ask of the listings of these articles, of each the first listed first."""
    rows = _FIND_KNOWN.run(connection, {"codes": json.dumps([*info_codes])})
    found: dict[str, list[KnownListing]] = {}
    for code, source_, form, url, state, attempts, is_due, kind in rows:
        is_of_page = kind not in UNLISTED_KINDS
        entry = KnownListing(source_, form, url, state, attempts, is_due=bool(is_due), is_of_page=is_of_page)
        found.setdefault(code, []).append(entry)
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


def count_states(connection: Connection) -> dict[str, dict[str, int]]:
    """Return for each source how many listings are in each state."""
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(ledger_day.c.source, ledger_day.c.state, func.sum(ledger_day.c.listings)).group_by(
            ledger_day.c.source, ledger_day.c.state
        )
    )
    for slug, state, count in rows:
        counts.setdefault(slug, {})[state] = count
    return counts


def list_listings(connection: Connection, info_code: str) -> list[Listing]:
    """Return every entry of the ledger for an info code, the first listed first."""
    query = select(*LISTING_COLUMNS).where(listing.c.info_code == info_code)
    rows = connection.execute(query.order_by(listing.c.first_listed_at, listing.c.source))
    return [Listing(**row._mapping) for row in rows]
