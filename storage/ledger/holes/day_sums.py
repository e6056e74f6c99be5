"""The ledger's sums by source and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from storage.database.schema import listing
from storage.ledger.holes.contradictions import day_of
from storage.records.press_days import press_day


@dataclass(frozen=True, slots=True)
class DaySum:
    """How many listings of a source's day are in each state of the ledger."""

    source: str
    day: date
    states: Counter[str]


def count_by_source_and_day(
    connection: Connection, sources: Sequence[str] = (), first: date | None = None, last: date | None = None
) -> list[DaySum]:
    """Return the sums of some sources (none: of all) and days in UTC+8, both ends included.

    A day is that of publication, or else the one that the info code tells, or else that of the first listing.
    """
    query = select(
        listing.c.source,
        listing.c.info_code,
        listing.c.state,
        listing.c.published_at,
        func.coalesce(listing.c.published_at, listing.c.first_listed_at).label("moment"),
    )
    if sources:
        query = query.where(listing.c.source.in_(sources))
    sums: dict[tuple[str, date], Counter[str]] = {}
    for row in connection.execute(query):
        dated = row.published_at is not None
        day = press_day(row.published_at) if dated else day_of(row.info_code, row.moment)
        if (first is None or first <= day) and (last is None or day <= last):
            sums.setdefault((row.source, day), Counter())[row.state] += 1
    return [DaySum(slug, day, states) for (slug, day), states in sorted(sums.items(), key=lambda one: one[0])]
