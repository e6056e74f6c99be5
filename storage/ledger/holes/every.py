"""Every hole of an archive, or of some of its sources and days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from storage.ledger.day_ledger import read_day_ledgers
from storage.ledger.holes.accepted import Accounted
from storage.ledger.holes.articles import find_unarchived
from storage.ledger.holes.asked import Asked
from storage.ledger.holes.contradictions import find_contradictions
from storage.ledger.holes.days import find_days
from storage.ledger.holes.issues import find_issues_missing
from storage.ledger.holes.pictures import find_pictures
from storage.ledger.holes.pointers import Identify, find_pointers, identify_by_code
from storage.records.hole import HOLE_KINDS, Hole

EXAMPLES = 5
"""Codes and addresses that are kept with a hole, where not all are asked for."""
_FINDERS = (find_unarchived, find_contradictions, find_pictures)


def list_holes(
    connection: Connection,
    now: datetime,
    sources: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    *,
    codes: int | None = EXAMPLES,
    identify: Identify | None = None,
) -> list[Hole]:
    """Return what is missing of some sources (none: of all), by source, first day and kind.

    ``since`` and ``until`` are days in UTC+8, both included. With each hole so many ``codes`` are kept at
    most; None: all. ``identify`` tells articles by their addresses; without it, by the info codes in them.
    What somebody accepted is left out (`storage.ledger.holes.accepted`).
    """
    asked = Asked(now, tuple(sources), since, until, codes, Accounted.read(connection))
    found = [hole for find in _FINDERS for hole in find(connection, asked)]
    ledgers = read_day_ledgers(connection, asked.sources).values()
    found += find_days(connection, asked, ledgers)
    found += find_issues_missing(connection, asked, ledgers)
    found += find_pointers(connection, asked, identify or identify_by_code(connection))
    return sorted(found, key=lambda hole: (hole.source, hole.first, HOLE_KINDS.index(hole.kind), hole.codes))
