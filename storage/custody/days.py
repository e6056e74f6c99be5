"""Whether what is kept of the ledger's days is what counting the whole ledger gives."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from storage.database.ledger_days import list_wrong_days
from storage.records.problem import Problem
from storage.records.saying import say

_NAMED = 5


def check_days(connection: Connection) -> Iterator[Problem]:
    """Yield one problem where days are not counted as the ledger has them, with some of them."""
    wrong = list_wrong_days(connection)
    if wrong:
        named = [f"{source} {day}" for source, day in wrong[:_NAMED]]
        said = say("custody.days_miscounted", count=len(wrong), days=named)
        yield Problem("days_miscounted", said, "jianbao reindex", file="archive.db", count=len(wrong))
