"""The ledger: every info code that a source ever listed, and what became of it.

A listing is *due* when ``next_try_at`` has come; settling it as archived or gone clears that time.
Nothing is ever given up: a failed listing is tried again, at growing distances, at least once a day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from storage.database.opening import upsert
from storage.database.schema import article, listing, source
from storage.ledger.source import UNLISTED_KINDS
from storage.records import Owed

UNARCHIVED = ("owed", "failed", "quarantined")

# Put together once: building a statement costs more than running it.
_ENSURE_LISTING = (
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
    return connection.execute(_ENSURE_LISTING, entry).rowcount > 0


def enter_listing(connection: Connection, owed: Owed, listed_at: datetime) -> Owed:
    """Enter a listing that no page made, unless it is there; return it with the attempts that it has had."""
    if ensure_listing(connection, owed, listed_at):
        return owed
    attempts = connection.execute(
        select(listing.c.attempts).where(
            listing.c.source == owed.source, listing.c.info_code == owed.info_code
        )
    ).scalar_one()
    return replace(owed, attempts=attempts)


def is_listed_on_page(connection: Connection, slug: str, info_code: str) -> bool:
    """Return whether a source's page listed an article, so that it was there; an import or a wish is none."""
    listed = (
        select(listing.c.info_code)
        .join(source, source.c.slug == listing.c.source)
        .where(
            listing.c.source == slug, listing.c.info_code == info_code, source.c.kind.not_in(UNLISTED_KINDS)
        )
    )
    return connection.execute(select(listed.exists())).scalar_one()


def count_states(connection: Connection) -> dict[str, dict[str, int]]:
    """Return for each source how many listings are in each state."""
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        select(listing.c.source, listing.c.state, func.count()).group_by(listing.c.source, listing.c.state)
    )
    for slug, state, count in rows:
        counts.setdefault(slug, {})[state] = count
    return counts
