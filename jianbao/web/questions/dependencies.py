"""The archive that the reader serves, as endpoints ask for it.

An endpoint is a plain function with an ``OpenArchive`` argument, and reads within one
``with archive.reading() as view``: one consistent view for all that it shows, in one thread, so that no
request holds a connection while it waits for a thread.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine

from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.database.cache import CountedOnce, Lasting
from storage.ledger.holes.covered import read_coverage
from storage.ledger.holes.every import list_holes
from storage.ledger.listing import count_states
from storage.records.coverage import ArchiveCoverage
from storage.records.hole import Hole

_OF_DAYS = Lasting(longest=600, dear=0.05, spared=60)
"""What tells of days changes slowly, and takes a second in a large archive: a crawl that commits all the time
does not have each page count it anew."""


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


def _read_coverage(view: Connection) -> ArchiveCoverage:
    return read_coverage(view, datetime.now(UTC))


def _list_holes(view: Connection) -> list[Hole]:
    return list_holes(view, datetime.now(UTC))


class ServedArchive(Archive):
    """The archive that the reader serves, with its ledger added up once for each of its states."""

    def __init__(self, folder: Path, engine: Engine, software: str) -> None:
        super().__init__(folder, engine, software)
        self._totals = CountedOnce(engine, add_up)
        self._coverage = CountedOnce(engine, _read_coverage, _OF_DAYS)
        self._holes = CountedOnce(engine, _list_holes, _OF_DAYS)

    def reading(self) -> AbstractContextManager[Connection]:
        """Return one consistent view."""
        return self._totals.reading()

    def totals(self, view: Connection) -> Totals:
        """Return the ledger's sums as of a view."""
        return self._totals.read(view)

    def coverage(self, view: Connection) -> ArchiveCoverage:
        """Return which days the archive covers, as of a view or up to a minute before."""
        return self._coverage.read(view)

    def holes(self, view: Connection) -> list[Hole]:
        """Return all that is missing, as of a view or up to a minute before."""
        return self._holes.read(view)

    def close(self) -> None:
        """Close the database."""
        self._totals.close()
        super().close()


async def find_archive(request: Request) -> ServedArchive:
    """Return the archive that the application opened."""
    return cast(ServedArchive, request.app.state.archive)


OpenArchive = Annotated[ServedArchive, Depends(find_archive)]
