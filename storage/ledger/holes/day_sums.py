"""The ledger's sums by source and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from storage.database.schema import ledger_day


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
    query = select(ledger_day)
    if sources:
        query = query.where(ledger_day.c.source.in_(sources))
    sums: dict[tuple[str, date], Counter[str]] = {}
    for row in connection.execute(query):
        day = date.fromisoformat(row.published or row.coded or row.listed)
        if (first is None or first <= day) and (last is None or day <= last):
            sums.setdefault((row.source, day), Counter())[row.state] += row.listings
    return [DaySum(slug, day, states) for (slug, day), states in sorted(sums.items(), key=lambda one: one[0])]
