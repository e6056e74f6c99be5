"""Events: what somebody should know, open until it is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, exists, func, insert, select, update

from storage.database.batches import batches
from storage.database.schema import event
from storage.records import Event
from storage.records.event import SEVERITIES, Severity
from storage.records.saying import Saying

KINDS = tuple(SEVERITIES)
RUN_KINDS = KINDS[: KINDS.index("quarantine")]
"""Kinds that tell about the runs and pages of one source, and are over when it is polled no more."""

Subject = tuple[str | None, str | None, str | None]
"""What an event is about: a source, an article, or something else by name."""

_GRAVITY: tuple[Severity, ...] = ("alarm", "warning", "notice")
EXAMPLES = 5
"""Examples that are kept with an event."""


def open_event(
    connection: Connection,
    kind: str,
    message: Saying | str,
    now: datetime,
    *,
    source: str | None = None,
    info_code: str | None = None,
    examples: Sequence[str] = (),
) -> bool:
    """Open an event, or count it once more when the same one is open; return whether it is new.

    Of the ``examples`` (info codes, addresses) the first few are kept, those of the last time.
    Raises ValueError for a kind that is not in `KINDS`: nobody would know what it means.
    """
    return _enter(connection, kind, (source, info_code, None), _told(message, now, examples))


def open_event_about(
    connection: Connection,
    kind: str,
    about: str,
    message: Saying | str,
    now: datetime,
    *,
    examples: Sequence[str] = (),
) -> bool:
    """Open an event as `open_event`, about neither a source nor an article: a chore, a channel, a backup."""
    return _enter(connection, kind, (None, None, about), _told(message, now, examples))


def _told(message: Saying | str, now: datetime, examples: Sequence[str]) -> dict[str, Any]:
    return {"message": message, "last_seen_at": now, "examples": list(examples[:EXAMPLES])}


def _enter(connection: Connection, kind: str, subject: Subject, told: dict[str, Any]) -> bool:
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of event: expected one of {', '.join(KINDS)}")
    again = update(event).where(*_same(kind, subject)).values(**told, times=event.c.times + 1)
    if connection.execute(again).rowcount:
        return False
    source, info_code, about = subject
    row = {"kind": kind, "source": source, "info_code": info_code, "about": about}
    connection.execute(insert(event).values(**row, **told, opened_at=told["last_seen_at"]))
    return True


def record_event(
    connection: Connection, kind: str, message: Saying | str, now: datetime, *, info_code: str | None = None
) -> None:
    """Record something that happened and needs nobody: an event resolved at once."""
    connection.execute(
        insert(event).values(
            kind=kind,
            info_code=info_code,
            message=message,
            opened_at=now,
            last_seen_at=now,
            resolved_at=now,
        )
    )


def resolve_events(
    connection: Connection,
    kinds: Sequence[str],
    now: datetime,
    *,
    source: str | None = None,
    info_code: str | None = None,
    about: str | None = None,
) -> int:
    """Resolve the open events of these kinds about this source, article or other thing; return how many."""
    if about is not None:
        subject = event.c.about == about
    else:
        subject = event.c.info_code == info_code if info_code is not None else event.c.source == source
    return connection.execute(
        update(event)
        .where(event.c.resolved_at.is_(None), event.c.kind.in_(kinds), subject)
        .values(resolved_at=now)
    ).rowcount


def list_open_kinds(connection: Connection, kinds: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return for each source that has open events of these kinds, of which."""
    rows = connection.execute(
        select(event.c.source, event.c.kind).where(
            event.c.resolved_at.is_(None), event.c.kind.in_(kinds), event.c.source.is_not(None)
        )
    )
    found: dict[str, frozenset[str]] = {}
    for slug, kind in rows:
        found[slug] = found.get(slug, frozenset()) | {kind}
    return found


def is_event_open(
    connection: Connection, kind: str, *, source: str | None = None, about: str | None = None
) -> bool:
    """Return whether an event of this kind about a source, or another thing, is open."""
    return connection.execute(select(exists().where(*_same(kind, (source, None, about))))).scalar_one()


def is_told_since(connection: Connection, source: str, since: datetime) -> bool:
    """Return whether an open event about a source was opened, or counted once more, since then."""
    told = (event.c.resolved_at.is_(None), event.c.source == source, event.c.last_seen_at >= since)
    return connection.execute(select(exists().where(*told))).scalar_one()


def list_open_sources(connection: Connection, kind: str) -> set[str]:
    """Return the sources about which an event of this kind is open."""
    rows = connection.execute(
        select(event.c.source).where(
            event.c.resolved_at.is_(None), event.c.kind == kind, event.c.source.is_not(None)
        )
    )
    return set(rows.scalars())


def list_open_about(connection: Connection, kind: str) -> set[str]:
    """Return what open events of this kind are about that are about neither a source nor an article."""
    rows = connection.execute(
        select(event.c.about).where(
            event.c.resolved_at.is_(None), event.c.kind == kind, event.c.about.is_not(None)
        )
    )
    return set(rows.scalars())


def resolve_all_events(connection: Connection, now: datetime) -> int:
    """Resolve every open event, since somebody has seen them; return how many."""
    return connection.execute(
        update(event).where(event.c.resolved_at.is_(None)).values(resolved_at=now)
    ).rowcount


def resolve_numbered_events(connection: Connection, numbers: Sequence[int], now: datetime) -> list[int]:
    """Resolve the open events with these ids, or none of them; return the ids that no open event has."""
    numbered = event.c.resolved_at.is_(None), event.c.id.in_(numbers)
    found = set(connection.execute(select(event.c.id).where(*numbered)).scalars())
    missing = [number for number in numbers if number not in found]
    if not missing:
        connection.execute(update(event).where(*numbered).values(resolved_at=now))
    return missing


def list_open_events(connection: Connection, limit: int = 200) -> list[Event]:
    """Return the open events, the gravest first, and of each severity the latest."""
    ranks = {kind: _GRAVITY.index(severity) for kind, severity in SEVERITIES.items()}
    rank = case(ranks, value=event.c.kind, else_=_GRAVITY.index("warning"))
    rows = connection.execute(
        select(event)
        .where(event.c.resolved_at.is_(None))
        .order_by(rank, event.c.last_seen_at.desc(), event.c.id.desc())
        .limit(limit)
    )
    return [_read(row) for row in rows]


def find_events(connection: Connection, numbers: Sequence[int]) -> dict[int, Event]:
    """Return the events with these ids, by id."""
    found: dict[int, Event] = {}
    for few in batches(numbers):
        rows = connection.execute(select(event).where(event.c.id.in_(few)))
        found |= {row.id: _read(row) for row in rows}
    return found


def count_changes(connection: Connection, since: datetime) -> tuple[int, int]:
    """Return how many events were opened since then, and how many were over."""
    opened = func.count().filter(event.c.opened_at >= since)
    resolved = func.count().filter(event.c.resolved_at >= since)
    row = connection.execute(select(opened, resolved)).one()
    return row[0], row[1]


def list_events(
    connection: Connection, *, only_open: bool | None = None, before: int | None = None, limit: int = 50
) -> list[Event]:
    """Return events by id, the latest first: from the newest, or from the one before the given id.

    ``only_open``: True for the open ones, False for the resolved ones, None for all.
    """
    query = select(event).order_by(event.c.id.desc()).limit(limit)
    if only_open is not None:
        query = query.where(event.c.resolved_at.is_(None) if only_open else event.c.resolved_at.is_not(None))
    if before is not None:
        query = query.where(event.c.id < before)
    return [_read(row) for row in connection.execute(query)]


def count_open_events(connection: Connection) -> dict[str, int]:
    """Return for every kind of event how many are open, 0 included."""
    counts = dict.fromkeys(KINDS, 0)
    rows = connection.execute(
        select(event.c.kind, func.count()).where(event.c.resolved_at.is_(None)).group_by(event.c.kind)
    )
    for kind, count in rows:
        counts[kind] = count
    return counts


def _read(row: Row[Any]) -> Event:
    columns = dict(row._mapping)
    return Event(**columns | {"examples": tuple(columns["examples"])})


def _same(kind: str, subject: Subject) -> list[ColumnElement[bool]]:
    columns = (event.c.source, event.c.info_code, event.c.about)
    same = [column.is_not_distinct_from(value) for column, value in zip(columns, subject, strict=True)]
    return [event.c.resolved_at.is_(None), event.c.kind == kind, *same]
