"""Looks at the whole archive, as the archive remembers them: the last one, and one that goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from storage.database.schema_custody import verification
from storage.events.event import open_event, resolve_events
from storage.records.problem import Problem
from storage.records.saying import read_saying, say

Depth = Literal["quick", "full"]
_KEPT = 200
"""Problems that a row keeps."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the archive. ``cursor`` is where an interrupted one goes on; instants are aware."""

    id: int
    depth: Depth
    started_at: datetime
    finished_at: datetime | None
    cursor: Mapping[str, Any] | None
    checked: Mapping[str, Any]
    problems: tuple[Problem, ...]
    count: int


def begin_look(connection: Connection, depth: Depth, now: datetime) -> int:
    """Enter a look that begins; return its id."""
    values: dict[str, Any] = {"depth": depth, "started_at": now, "checked": {}, "problems": []}
    return int(connection.execute(insert(verification).values(values)).inserted_primary_key[0])  # type: ignore[index]


def note_look(
    connection: Connection,
    identity: int,
    checked: Mapping[str, Any],
    problems: Sequence[Problem],
    *,
    cursor: Mapping[str, Any] | None = None,
    finished_at: datetime | None = None,
) -> None:
    """Enter how far a look has come, or that it is finished."""
    connection.execute(
        update(verification)
        .where(verification.c.id == identity)
        .values(
            checked=dict(checked),
            problems=[_pack_problem(problem) for problem in problems[:_KEPT]],
            count=sum(problem.count for problem in problems),
            cursor=dict(cursor) if cursor is not None else None,
            finished_at=finished_at,
        )
    )


def tell_look(connection: Connection, problems: Sequence[Problem], now: datetime) -> None:
    """Open the event about what a look found, or resolve it where that is nothing."""
    if not problems:
        resolve_events(connection, ("verify_failed",), now)
        return
    shown = [problem.said for problem in problems[:_SHOWN]]
    said = say("custody.found", count=sum(problem.count for problem in problems), problems=shown)
    open_event(connection, "verify_failed", said, now, examples=[problem.example for problem in problems])


def find_look(connection: Connection, depth: Depth, *, finished: bool) -> Look | None:
    """Return the latest look of a depth that was finished, or that was not."""
    is_over = verification.c.finished_at.is_not(None)
    row = connection.execute(
        select(verification)
        .where(verification.c.depth == depth, is_over if finished else ~is_over)
        .order_by(verification.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    columns = dict(row._mapping)
    return Look(**{**columns, "problems": tuple(map(_unpack_problem, columns["problems"]))})


def last_look_at(connection: Connection) -> datetime | None:
    """Return when the latest look at the archive, of any depth, was finished."""
    return connection.execute(select(func.max(verification.c.finished_at))).scalar()


def first_look_at(connection: Connection) -> datetime | None:
    """Return when the archive was looked at for the first time."""
    return connection.execute(select(func.min(verification.c.started_at))).scalar()


def _pack_problem(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON has it, its sentence as a saying."""
    return {
        "kind": problem.kind,
        "said": problem.said.store(),
        "command": problem.command,
        "file": problem.file,
        "offset": problem.offset,
        "info_code": problem.info_code,
        "source": problem.source,
        "count": problem.count,
    }


def _unpack_problem(packed: Mapping[str, Any]) -> Problem:
    """Return what `_pack_problem` was given."""
    return Problem(**{**packed, "said": read_saying(packed["said"])})
