"""Listed articles that are not archived: holes by source, day and reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from storage.database.schema import article, listing, source
from storage.ledger.holes.asked import Asked
from storage.records import UNARCHIVED, info_code_day
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.saying import Saying, say


def find_unarchived(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the listed articles that are owed, failed or quarantined, those of a day and reason as one hole.

    One whose article is archived all the same, from another source's listing, is no hole.
    """
    rows = connection.execute(
        select(
            listing.c.source,
            listing.c.info_code,
            listing.c.state,
            listing.c.first_listed_at,
            listing.c.last_error,
        )
        .outerjoin(article, article.c.info_code == listing.c.info_code)
        .where(
            listing.c.source.in_(select(source.c.slug)),  # by it and the state there is an index
            listing.c.state.in_(UNARCHIVED),
            article.c.info_code.is_(None),
            asked.has(listing.c.source),
        )
    ).all()
    yield from asked.gather(
        (
            row.source,
            info_code_day(row.info_code) or press_day(row.first_listed_at),
            row.state,
            _say_why(row),
            row.info_code,
        )
        for row in sorted(rows, key=lambda row: (row.source, row.info_code))
    )


def _say_why(row: Any) -> Saying:
    error = row.last_error
    if row.state == "owed":
        return say("holes.owed_error", error=error) if error else say("holes.owed")
    return say(f"holes.{row.state}", error=error or "?")
