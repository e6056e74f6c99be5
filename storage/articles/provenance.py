"""Where an article comes from: the pages that listed it, and its originals."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from storage.database.schema import listing


def list_listings(connection: Connection, info_code: str) -> list[dict[str, Any]]:
    """Return every entry of the ledger for an info code, the first listed first."""
    rows = connection.execute(
        select(listing)
        .where(listing.c.info_code == info_code)
        .order_by(listing.c.first_listed_at, listing.c.source)
    )
    return [dict(row._mapping) for row in rows]
