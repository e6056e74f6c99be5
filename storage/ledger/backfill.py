"""Steps back into a source's history: how far each span has come, entered with what its steps listed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, update

from storage.database.schema import backfill
from storage.records import Poll


def record_step(connection: Connection, poll: Poll) -> int:
    """Enter what a step back has come to, in the transaction that enters what it listed.

    Return how many spans that concerns: 0 where nobody has begun the span.
    """
    if poll.span is None:
        return 0
    first, last = poll.span
    which = and_(backfill.c.source == poll.source, backfill.c.first_day == first, backfill.c.last_day == last)
    return connection.execute(update(backfill).where(which).values(_step(poll))).rowcount


def _step(poll: Poll) -> dict[str, Any]:
    headway = poll.headway
    if headway is None:
        return {"state": "failed", "reason": poll.error, "attempts": backfill.c.attempts + 1}
    is_over = headway.cursor is None
    return {
        "state": "done" if is_over else "running",
        "cursor": headway.cursor,
        "done": headway.done,
        "total": headway.of,
        "reason": None,
        "attempts": 0,
        "next_try_at": None,
        "stepped_at": poll.polled_at,
        "finished_at": poll.polled_at if is_over else None,
    }
