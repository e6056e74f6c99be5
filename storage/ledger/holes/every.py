"""Every hole of an archive, or of some of its sources and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from storage.ledger.holes.articles import find_unarchived
from storage.ledger.holes.asked import Asked
from storage.records.hole import HOLE_KINDS, Hole

_FINDERS = (find_unarchived,)


def list_holes(
    connection: Connection,
    now: datetime,
    sources: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    *,
    codes: int | None = 5,
) -> list[Hole]:
    """Return what is missing of some sources (none: of all), by source, first day and kind.

    ``since`` and ``until`` are days in UTC+8, both included. With each hole so many ``codes`` are kept at
    most; None: all.
    """
    asked = Asked(now, tuple(sources), since, until, codes)
    found = [hole for find in _FINDERS for hole in find(connection, asked)]
    return sorted(found, key=lambda hole: (hole.source, hole.first, HOLE_KINDS.index(hole.kind), hole.codes))
