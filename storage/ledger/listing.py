"""The ledger: every info code that a source ever listed, and what became of it.

A listing is *due* when ``next_try_at`` has come; one that is settled as archived or gone has none.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from storage.database.opening import upsert
from storage.database.prepared import Prepared
from storage.database.schema import article, listing
from storage.records import Listing, Owed

LISTING_COLUMNS = [listing.c[field.name] for field in fields(Listing)]

# Put together once: building a statement costs more than running it.
_ENSURE_LISTING = Prepared(
    upsert(listing)
    .values(
        published_at=select(article.c.published_at)
        .where(article.c.info_code == bindparam("code"))
        .scalar_subquery()
    )
    .on_conflict_do_nothing()
)


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


def count_states(connection: Connection) -> dict[str, dict[str, int]]:
    """Return for each source how many listings are in each state."""
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(listing.c.source, listing.c.state, func.count()).group_by(listing.c.source, listing.c.state)
    )
    for slug, state, count in rows:
        counts.setdefault(slug, {})[state] = count
    return counts


def list_listings(connection: Connection, info_code: str) -> list[Listing]:
    """Return every entry of the ledger for an info code, the first listed first."""
    query = select(*LISTING_COLUMNS).where(listing.c.info_code == info_code)
    rows = connection.execute(query.order_by(listing.c.first_listed_at, listing.c.source))
    return [Listing(**row._mapping) for row in rows]
