"""Coverage: what the ledger of some sources and days says, so that one sees what is missing there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.database.schema import listing, source


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many articles a source listed, and how many of them are in each state of the ledger."""

    source: str
    listed: int
    archived: int = 0
    owed: int = 0
    failed: int = 0
    quarantined: int = 0
    gone: int = 0
    furniture: int = 0


def count_coverage(
    connection: Connection,
    sources: Sequence[str] = (),
    not_sources: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Coverage]:
    """Return the coverage of each source by slug: of some sources (none: all) and some days.

    Days are those of publication, or of the first listing where that is all that is known; ``since`` is
    included, ``until`` is not.
    """
    moment = func.coalesce(listing.c.published_at, listing.c.first_listed_at)
    counted = select(listing.c.source, listing.c.state, func.count()).group_by(
        listing.c.source, listing.c.state
    )
    known = select(source.c.slug).order_by(source.c.slug)
    if sources:
        counted = counted.where(listing.c.source.in_(sources))
        known = known.where(source.c.slug.in_(sources))
    if since is not None:
        counted = counted.where(moment >= since)
    if until is not None:
        counted = counted.where(moment < until)
    states: dict[str, dict[str, int]] = {
        slug: {} for slug in connection.execute(known).scalars() if slug not in not_sources
    }
    for slug, state, count in connection.execute(counted):
        if slug in states:
            states[slug][state] = count
    return [sum_states(slug, counts) for slug, counts in states.items()]


def sum_states(slug: str, counts: Mapping[str, int]) -> Coverage:
    """Return the coverage of a source of which so many listings are in each state."""
    return Coverage(slug, sum(counts.values()), **counts)
