"""The outbox of alerts: what channels are still to be told, derived from the events themselves.

Nobody who opens an event needs to know of it. A notice is entered once, whatever crashes, and stays until it
is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, literal, select, true, update

from storage.database.schema import event
from storage.database.schema_alerts import alert_channel, notice
from storage.events.event import find_events
from storage.records.event import Event
from storage.records.notice import Notice
from storage.records.saying import Saying

REMIND = timedelta(days=1)
"""An event that is still seen so long after its channel was told of it is told again."""
DIGEST = 0
"""The event's id of what is about no event: a digest."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a channel wants to be told of; no ``sources`` are all, ``resolved`` whether also what is over."""

    channel: str
    kinds: tuple[str, ...]
    sources: tuple[str, ...] = ()
    resolved: bool = True


def enter_notices(connection: Connection, wish: Wish, now: datetime) -> int:
    """Enter what a channel is to be told since it was asked last; return how much.

    A channel that is new is told of what is open then.
    """
    seen = connection.execute(
        select(alert_channel.c.seen_event_id).where(alert_channel.c.name == wish.channel)
    ).scalar_one_or_none()
    newest = connection.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one()
    count = _enter_opened(connection, wish, seen, now) + _enter_again(connection, wish, now)
    if wish.resolved:
        count += _enter_resolved(connection, wish, now)
    if seen is None:
        row = {"name": wish.channel, "seen_event_id": newest, "added_at": now}
        connection.execute(insert(alert_channel).values(row))
    elif newest > seen:
        _change_channel(connection, wish.channel, seen_event_id=newest)
    return count


def enter_digest(connection: Connection, channel: str, day: int, due_at: datetime, now: datetime) -> bool:
    """Enter the digest of a day (proleptic ordinal) for a channel, once; return whether it is new.

    One that was due before the channel was there is not owed.
    """
    was_there = (alert_channel.c.name == channel, alert_channel.c.added_at <= due_at)
    if not connection.execute(select(exists().where(*was_there))).scalar_one():
        return False
    same = (notice.c.channel == channel, notice.c.what == "digest", notice.c.mark == day)
    if connection.execute(select(exists().where(*same))).scalar_one():
        return False
    _insert(connection, channel, "digest", day, [DIGEST], now)
    return True


def list_waiting(connection: Connection, channel: str, now: datetime) -> list[Notice]:
    """Return what a channel is to be told now, the oldest first."""
    return _list(connection, notice.c.channel == channel, _is_due(now))


def list_unsent(connection: Connection) -> list[Notice]:
    """Return everything that waits, whatever for."""
    return _list(connection, notice.c.sent_at.is_(None))


def count_sent_since(connection: Connection, channel: str, since: datetime) -> int:
    """Return how many messages a channel was sent since then: what was sent at one time is one message."""
    sent = select(func.count(notice.c.sent_at.distinct())).where(
        notice.c.channel == channel, notice.c.sent_at > since
    )
    return connection.execute(sent).scalar_one()


def mark_sending(connection: Connection, numbers: Sequence[int]) -> None:
    """Say that these are about to be sent: who dies now has perhaps sent them."""
    _change(connection, numbers, state="sending", attempts=notice.c.attempts + 1)


def mark_sent(connection: Connection, channel: str, numbers: Sequence[int], now: datetime) -> None:
    """Say that these have been sent, and that their channel takes messages: what it refused is due now."""
    _change(connection, numbers, state="sent", sent_at=now, error=None, next_try_at=None)
    _change_channel(connection, channel, failing_since=None)
    refused = (notice.c.channel == channel, notice.c.sent_at.is_(None), notice.c.error.is_not(None))
    connection.execute(update(notice).where(*refused).values(next_try_at=None))


def mark_refused(
    connection: Connection,
    channel: str,
    numbers: Sequence[int],
    error: Saying,
    now: datetime,
    next_try: datetime,
) -> datetime:
    """Keep these until their next try; return since when their channel takes nothing."""
    _change(connection, numbers, state="waiting", error=error, next_try_at=next_try)
    known = alert_channel.c.failing_since
    _change_channel(connection, channel, failing_since=func.coalesce(known, literal(now, known.type)))
    since: datetime = connection.execute(select(known).where(alert_channel.c.name == channel)).scalar_one()
    return since


def hold_notices(connection: Connection, numbers: Sequence[int], until: datetime) -> None:
    """Let these wait until then: it is night, or the channel was told much."""
    _change(connection, numbers, next_try_at=until)


def drop_channels(connection: Connection, kept: Sequence[str]) -> int:
    """Forget the channels that are no more, and what waits for them; return how many notices that was."""
    connection.execute(alert_channel.delete().where(alert_channel.c.name.not_in(kept)))
    gone = notice.delete().where(notice.c.channel.not_in(kept), notice.c.sent_at.is_(None))
    return connection.execute(gone).rowcount


def is_notice_due(connection: Connection, now: datetime) -> bool:
    """Tell whether any channel has something to be told, or was not yet asked: three looks at indexes."""
    seen = connection.execute(select(func.min(alert_channel.c.seen_event_id))).scalar_one()
    newest = connection.execute(select(func.max(event.c.id))).scalar_one()
    if (newest or 0) > (seen or 0):
        return True
    return connection.execute(select(exists().where(_is_due(now)))).scalar_one()


def _enter_opened(connection: Connection, wish: Wish, seen: int | None, now: datetime) -> int:
    new = event.c.resolved_at.is_(None) if seen is None else event.c.id > seen
    found = connection.execute(select(event.c.id).where(new, *_wanted(wish), ~_is_entered(wish, "opened")))
    return _insert(connection, wish.channel, "opened", 0, found.scalars().all(), now)


def _enter_resolved(connection: Connection, wish: Wish, now: datetime) -> int:
    """What was over at once needs no second word, nor what is over before anybody was told: that says so."""
    told = exists().where(
        notice.c.channel == wish.channel,
        notice.c.event_id == event.c.id,
        notice.c.what == "opened",
        notice.c.sent_at.is_not(None),
        notice.c.sent_at < event.c.resolved_at,
    )
    over = (event.c.resolved_at.is_not(None), event.c.resolved_at > event.c.opened_at)
    found = connection.execute(select(event.c.id).where(*over, told, ~_is_entered(wish, "resolved")))
    return _insert(connection, wish.channel, "resolved", 0, found.scalars().all(), now)


def _enter_again(connection: Connection, wish: Wish, now: datetime) -> int:
    """What is open and still seen a day after the last word about it is told again."""
    rows = connection.execute(
        select(event.c.id, func.max(notice.c.mark), func.max(notice.c.sent_at), event.c.last_seen_at)
        .join(notice, notice.c.event_id == event.c.id)
        .where(event.c.resolved_at.is_(None), notice.c.channel == wish.channel)
        .group_by(event.c.id, event.c.last_seen_at)
        .having(func.count() == func.count(notice.c.sent_at))  # nothing about it waits
    ).all()
    due = [(number, mark) for number, mark, sent, last in rows if last >= sent + REMIND]
    return sum(_insert(connection, wish.channel, "again", mark + 1, [number], now) for number, mark in due)


def _wanted(wish: Wish) -> tuple[ColumnElement[bool], ...]:
    of_source = event.c.source.in_(wish.sources) if wish.sources else true()
    return event.c.kind.in_(wish.kinds), of_source


def _is_entered(wish: Wish, what: str) -> ColumnElement[bool]:
    return exists().where(
        notice.c.channel == wish.channel, notice.c.event_id == event.c.id, notice.c.what == what
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    waits = notice.c.next_try_at.is_(None) | (notice.c.next_try_at <= now)
    return notice.c.sent_at.is_(None) & waits


def _insert(
    connection: Connection, channel: str, what: str, mark: int, events: Sequence[int], now: datetime
) -> int:
    row = {"channel": channel, "what": what, "mark": mark, "state": "waiting", "entered_at": now}
    if events:
        connection.execute(insert(notice), [{**row, "event_id": number} for number in events])
    return len(events)


def _change(connection: Connection, numbers: Sequence[int], **values: Any) -> None:
    connection.execute(update(notice).where(notice.c.id.in_(numbers)).values(**values))


def _change_channel(connection: Connection, name: str, **values: Any) -> None:
    connection.execute(update(alert_channel).where(alert_channel.c.name == name).values(**values))


def _list(connection: Connection, *conditions: ColumnElement[bool]) -> list[Notice]:
    rows = connection.execute(select(notice).where(*conditions).order_by(notice.c.id)).all()
    events = find_events(connection, [row.event_id for row in rows])
    return [_read(row, events.get(row.event_id)) for row in rows]


def _read(row: Row[Any], about: Event | None) -> Notice:
    columns = {name: value for name, value in row._mapping.items() if name != "event_id"}
    return Notice(**columns, event=about)
