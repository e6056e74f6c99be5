"""The table of how many listings each source has of each day; `storage.database.ledger_days` keeps it."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table


def make_ledger_days(metadata: MetaData) -> Table:
    """Return the table of how many listings a source has that are alike in these days (UTC+8) and state.

    ``published`` is the day of publication; ``coded`` that of the info code; ``listed`` that of the first
    listing, where the publication is not known or the article not archived. What is not known is empty.
    """
    return Table(
        "ledger_day",
        metadata,
        Column("source", String, primary_key=True),
        Column("published", String, primary_key=True),
        Column("coded", String, primary_key=True),
        Column("listed", String, primary_key=True),
        Column("state", String, primary_key=True),
        Column("listings", Integer, nullable=False),
        sqlite_with_rowid=False,
    )
