"""Re-parses that apply what they find: how far each has come, so that one that was cut short goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.batches import batches
from storage.database.schema import article
from storage.database.schema_reparse import reparse


@dataclass(frozen=True, slots=True)
class ReparseRun:
    """A re-parse under way: all up to and with ``done_to`` is done; ``counts`` are what came of that."""

    id: int
    done_to: str
    counts: Mapping[str, Any]


def begin_reparse(
    connection: Connection, wish: str, parser_version: int, now: datetime, *, anew: bool = False
) -> ReparseRun:
    """Return the re-parse of a wish that was cut short, else a new one; ``anew``: a new one in any case."""
    unfinished = (
        reparse.c.wish == wish,
        reparse.c.parser_version == parser_version,
        reparse.c.state == "running",
    )
    row = connection.execute(
        select(reparse).where(*unfinished).order_by(reparse.c.id.desc()).limit(1)
    ).first()
    if row is not None and not anew:
        return ReparseRun(row.id, row.done_to, row.counts)
    connection.execute(update(reparse).where(*unfinished).values(state="stopped", finished_at=now))
    values = {
        "wish": wish,
        "parser_version": parser_version,
        "state": "running",
        "begun_at": now,
        "stepped_at": now,
    }
    made = connection.execute(insert(reparse).values(values))
    return ReparseRun(made.lastrowid, "", {})


def step_reparse(
    connection: Connection, number: int, done_to: str, counts: Mapping[str, Any], now: datetime
) -> None:
    """Note that a re-parse has come up to an info code."""
    values = {"done_to": done_to, "counts": dict(counts), "stepped_at": now}
    connection.execute(update(reparse).where(reparse.c.id == number).values(values))


def finish_reparse(connection: Connection, number: int, now: datetime) -> None:
    """Note that a re-parse has come to its end."""
    connection.execute(
        update(reparse).where(reparse.c.id == number).values(state="finished", finished_at=now)
    )


def note_parser(connection: Connection, info_codes: Sequence[str], parser_version: int) -> int:
    """Note that the reader of this version reads these articles as they are; return how many it had not."""
    changed = 0
    for part in batches(info_codes):
        outdated = article.c.info_code.in_(part) & (article.c.parser_version != parser_version)
        changed += connection.execute(
            update(article).where(outdated).values(parser_version=parser_version)
        ).rowcount
    return changed
