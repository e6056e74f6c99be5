"""The archive that the reader serves, as endpoints ask for it.

An endpoint is a plain function with an ``OpenArchive`` argument, and reads within one
``with archive.reading() as view``: one consistent view for all that it shows, in one thread, so that no
request holds a connection while it waits for a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Connection

from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.database.cache import CountedOnce
from storage.ledger.listing import count_states


@dataclass(frozen=True, slots=True)
class ArchiveCounts:
    """How the whole archive stands: its articles, and what was listed and is not among them."""

    articles: int
    owed: int
    failed: int
    quarantined: int
    gone: int

    @property
    def missing(self) -> int:
        """How many listings have no article."""
        return self.owed + self.failed + self.quarantined


@dataclass(frozen=True, slots=True)
class Totals:
    """The ledger added up: how the whole archive stands, and each source's listings by state."""

    counts: ArchiveCounts
    states: dict[str, dict[str, int]]


def add_up(view: Connection) -> Totals:
    """Return the ledger's sums; they are dear, and asked for by many pages."""
    states = count_states(view)
    sums = {
        state: sum(counts.get(state, 0) for counts in states.values())
        for state in ("owed", "failed", "quarantined", "gone")
    }
    return Totals(ArchiveCounts(articles=count_articles(view), **sums), states)


async def find_archive(request: Request) -> Archive:
    """Return the archive that the application opened."""
    return cast(Archive, request.app.state.archive)


def find_counts(request: Request) -> ArchiveCounts:
    """Return how the archive stands now."""
    return _totals(request).counts


def find_states(request: Request) -> dict[str, dict[str, int]]:
    """Return for each source how many listings are in each state now."""
    return _totals(request).states


def _totals(request: Request) -> Totals:
    return cast(CountedOnce[Totals], request.app.state.totals).read()


OpenArchive = Annotated[Archive, Depends(find_archive)]
