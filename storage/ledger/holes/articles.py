"""Listed articles that are not archived: holes by source, day and reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import Connection, exists, select

from storage.database.prepared import Prepared, among
from storage.database.schema import article, listing, source
from storage.ledger.day_ledger import day_of_listing
from storage.ledger.holes.asked import Asked
from storage.records import UNARCHIVED
from storage.records.hole import Hole
from storage.records.saying import Saying, read_saying, say

_FIND = Prepared(
    # By source and state, of which there is an index.
    select(
        listing.c.source,
        listing.c.info_code,
        listing.c.state,
        listing.c.first_listed_at,
        listing.c.last_error,
    ).where(
        among(listing.c.source, "slugs"),
        among(listing.c.state, "states"),
        ~exists().where(article.c.info_code == listing.c.info_code),
    )
)


def find_unarchived(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the listed articles that are owed, failed or quarantined, those of a day and reason as one hole.

    One whose article is archived all the same, from another source's listing, is no hole.
    """
    slugs = asked.sources or connection.execute(select(source.c.slug)).scalars().all()
    rows = _FIND.run(connection, {"slugs": json.dumps([*slugs]), "states": json.dumps(UNARCHIVED)}).fetchall()
    yield from asked.gather(
        (slug, day_of_listing(code, listed), state, _say_why(state, error), code)
        for slug, code, state, listed, error in sorted(rows)
    )


@lru_cache(maxsize=256)
def _say_why(state: str, error: str | None) -> Saying:
    told = read_saying(error) if error else None
    if state == "owed":
        return say("holes.owed_error", error=told) if told else say("holes.owed")
    return say(f"holes.{state}", error=told or "?")
