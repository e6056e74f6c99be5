"""The archive that the reader serves, as endpoints ask for it.

An endpoint is a plain function with an ``OpenArchive`` argument, and reads within one
``with archive.reading() as view``: one consistent view for all that it shows, in one thread, so that no
request holds a connection while it waits for a thread.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine

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


class ServedArchive(Archive):
    """The archive that the reader serves, with its ledger added up once for each of its states."""

    def __init__(self, folder: Path, engine: Engine, software: str) -> None:
        super().__init__(folder, engine, software)
        self._totals = CountedOnce(engine, add_up)

    def reading(self) -> AbstractContextManager[Connection]:
        """Return one consistent view."""
        return self._totals.reading()

    def totals(self, view: Connection) -> Totals:
        """Return the ledger's sums as of a view."""
        return self._totals.read(view)

    def close(self) -> None:
        """Close the database."""
        self._totals.close()
        super().close()


async def find_archive(request: Request) -> ServedArchive:
    """Return the archive that the application opened."""
    return cast(ServedArchive, request.app.state.archive)


OpenArchive = Annotated[ServedArchive, Depends(find_archive)]
