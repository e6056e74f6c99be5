"""Times in which nobody watched a source: noted by the poll that ends them, when it can't see all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, exists, select

from storage.database.opening import upsert
from storage.database.schema import source, unwatched
from storage.records import Poll, StoredSource
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

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day in UTC+8 that lie in it, in whole or in part."""
        return press_day(self.since), press_day(self.until)

    def has_day(self, day: date) -> bool:
        """Return whether a day in UTC+8 lies in it, in whole or in part."""
        first, last = self.days
        return first <= day <= last


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
    pause = None if row is None else _find_pause(poll.source, *row, now=poll.polled_at)
    if pause is not None:
        values = {"source": pause.source, "since": pause.since, "until": pause.until}
        statement = upsert(unwatched).values(**values, reason=pause.reason.store())
        connection.execute(statement.on_conflict_do_nothing())
    return pause


def find_open_pause(source: StoredSource, now: datetime) -> Pause | None:
    """Return the time in which nobody watches a source until now, where some of it is past its window."""
    return _find_pause(
        source.slug, source.last_succeeded_at, source.last_outcome, source.window_days, now=now
    )


def list_noted_pauses(connection: Connection, slugs: Sequence[str] = ()) -> list[Pause]:
    """Return the ended times in which nobody watched some sources (none: any), by their beginning."""
    query = select(unwatched).order_by(unwatched.c.since)
    if slugs:
        query = query.where(unwatched.c.source.in_(slugs))
    rows = connection.execute(query)
    return [Pause(row.source, row.since, row.until, read_saying(row.reason)) for row in rows]


def leave_false_pauses_out(pauses: Iterable[Pause], today: date) -> list[Pause]:
    """Return the pauses but those that end after today: these were noted by a clock that was wrong."""
    return [pause for pause in pauses if press_day(pause.until) <= today]


def is_pause_noted(connection: Connection, slug: str, since: datetime, now: datetime) -> bool:
    """Return whether a pause of a source ended between two moments."""
    ended = exists().where(unwatched.c.source == slug, unwatched.c.until >= since, unwatched.c.until <= now)
    return bool(connection.execute(select(ended)).scalar_one())


def _find_pause(
    slug: str, succeeded_at: datetime | None, outcome: str | None, window_days: int, *, now: datetime
) -> Pause | None:
    since = past(succeeded_at, now)
    until = now - timedelta(days=window_days)
    if since is None or since >= until:
        return None
    return Pause(slug, since, until, say("holes.polls_failed" if outcome == "failed" else "holes.not_polled"))
