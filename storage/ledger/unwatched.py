"""Times in which nobody watched a source: noted by the poll that ends them, when it can't see all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from storage.database.opening import upsert
from storage.database.schema import source, unwatched
from storage.records import Poll
from storage.records.instants import past
from storage.records.press_days import press_day
from storage.records.saying import Saying, read_saying, say


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which nobody watched a source, and what its site listed then may be lost. Aware instants."""

    source: str
    since: datetime
    until: datetime
    reason: Saying

    def has_day(self, day: date) -> bool:
        """Return whether a day in UTC+8 lies in it, in whole or in part."""
        return press_day(self.since) <= day <= press_day(self.until)


def note_pause(connection: Connection, poll: Poll) -> Pause | None:
    """Enter the time since the last good poll of a source, where this one can't see back so far.

    To be called before the poll is entered. A source that was never polled well has none.
    """
    if poll.outcome == "failed" or poll.span is not None:
        return None
    row = connection.execute(
        select(source.c.last_succeeded_at, source.c.last_outcome, source.c.window_days).where(
            source.c.slug == poll.source
        )
    ).first()
    pause = None if row is None else _find_pause(poll.source, row, poll.polled_at)
    if pause is not None:
        values = {"source": pause.source, "since": pause.since, "until": pause.until}
        statement = upsert(unwatched).values(**values, reason=pause.reason.store())
        connection.execute(statement.on_conflict_do_nothing())
    return pause


def find_open_pause(connection: Connection, slug: str, now: datetime) -> Pause | None:
    """Return the time in which nobody watches a source until now, where some of it is past its window."""
    row = connection.execute(
        select(source.c.last_succeeded_at, source.c.last_outcome, source.c.window_days).where(
            source.c.slug == slug
        )
    ).first()
    return None if row is None else _find_pause(slug, row, now)


def list_pauses(connection: Connection, slug: str, now: datetime) -> list[Pause]:
    """Return the times in which nobody watched a source, by their beginning, the one that goes on as well."""
    found = list_noted_pauses(connection, slug, press_day(now))
    going_on = find_open_pause(connection, slug, now)
    return found if going_on is None else [*found, going_on]


def list_noted_pauses(connection: Connection, slug: str, today: date) -> list[Pause]:
    """Return the times in which nobody watched a source that have ended, by their beginning.

    One that ends after ``today`` was noted by a clock that was wrong, and is none.
    """
    rows = connection.execute(select(unwatched).where(unwatched.c.source == slug).order_by(unwatched.c.since))
    noted = (Pause(row.source, row.since, row.until, read_saying(row.reason)) for row in rows)
    return [pause for pause in noted if press_day(pause.until) <= today]


def is_pause_noted(connection: Connection, slug: str, since: datetime, now: datetime) -> bool:
    """Return whether a pause of a source ended between two moments."""
    ended = exists().where(unwatched.c.source == slug, unwatched.c.until >= since, unwatched.c.until <= now)
    return bool(connection.execute(select(ended)).scalar_one())


def _find_pause(slug: str, row: Row[*tuple[Any, ...]], now: datetime) -> Pause | None:
    since = past(row.last_succeeded_at, now)
    until = now - timedelta(days=row.window_days)
    if since is None or since >= until:
        return None
    return Pause(
        slug, since, until, say("holes.polls_failed" if row.last_outcome == "failed" else "holes.not_polled")
    )
