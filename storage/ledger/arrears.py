"""Arrears: listed articles that should be in the archive by now and are not, and when that is an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from storage.database.schema import article, event, listing, source
from storage.events.event import list_open_sources, open_event, resolve_events
from storage.ledger.source import UNLISTED_KINDS
from storage.records import info_code_day
from storage.records.instants import sound_stamps
from storage.records.saying import Saying, join_first, say

FAILING = "articles_failing"
OVERDUE = "articles_overdue"
_EXAMPLES = 3
_SKEW = timedelta(days=1)  # a clock that was set right by less may have entered the latest listings
_WAITING = ("owed", "failed")  # what was set aside has an event of its own


@dataclass(frozen=True, slots=True)
class Arrears:
    """What waits at one source. ``since`` is when the oldest of it was first listed (aware)."""

    source: str
    count: int
    since: datetime
    message: Saying


def watch_arrears(
    connection: Connection, slugs: Iterable[str], now: datetime, host_of: Callable[[str], str]
) -> list[Saying]:
    """Open and resolve the events about what these sources owe, at the end of their crawl.

    Return the sentences of those that are open: the crawl that leaves them is not well.
    """
    wanted = set(slugs)
    found = [one for one in list_overdue(connection, now) if one.source in wanted]
    said = _settle(connection, OVERDUE, wanted, found, now)
    return said + _settle(connection, FAILING, wanted, list_failing(connection, wanted, now, host_of), now)


def list_overdue(connection: Connection, now: datetime) -> list[Arrears]:
    """Return the sources with articles owed for longer than half of their site's window, by slug.

    An article that vanished has an event of its own. What was overdue when somebody resolved the event that
    said so is known, and is not told again.
    """
    told = {
        row.source: row.resolved_at
        for row in connection.execute(
            select(event.c.source, func.max(event.c.resolved_at).label("resolved_at"))
            .where(event.c.kind == OVERDUE, event.c.resolved_at <= now)
            .group_by(event.c.source)
        )
    }
    vanished = exists().where(event.c.kind == "article_vanished", event.c.info_code == listing.c.info_code)
    overdue: dict[str, list[Row[Any]]] = {}
    for row in _list_waiting(connection, ~vanished):
        due_at = _listed_at(row, now) + timedelta(days=row.window_days) / 2
        if due_at <= now and (row.source not in told or told[row.source] < due_at):
            overdue.setdefault(row.source, []).append(row)
    return [_overdue(rows) for rows in overdue.values()]


def list_failing(
    connection: Connection, slugs: Iterable[str], now: datetime, host_of: Callable[[str], str]
) -> list[Arrears]:
    """Return those of these sources at which a share of the window's articles could not be fetched.

    Counted for each host: half of them, at least two, or a fifth, at least five. A single failure is no
    alarm, and what a crawl has not come to yet does not count before its end.
    """
    wanted = set(slugs)
    waiting: dict[str, list[Row[Any]]] = {}
    for row in _list_waiting(connection):
        if row.source in wanted and _earliest(row, now) < row.first_listed_at <= now + _SKEW:
            waiting.setdefault(row.source, []).append(row)
    found = (_failing(connection, rows, now, host_of) for rows in waiting.values() if len(rows) > 1)
    return [one for one in found if one is not None]


def _list_waiting(connection: Connection, *also: ColumnElement[bool]) -> list[Row[Any]]:
    """Return what waits at each source, what was listed first before the rest."""
    # Not ordered by the database: it would go through all that was ever listed to find few.
    rows = connection.execute(_waiting().where(*also)).all()
    return sorted(rows, key=lambda row: (row.source, row.first_listed_at, row.info_code))


def _waiting() -> Any:
    return (
        select(
            listing.c.source,
            listing.c.info_code,
            listing.c.url,
            listing.c.first_listed_at,
            listing.c.last_error,
            source.c.window_days,
        )
        .join(source, source.c.slug == listing.c.source)
        .where(
            listing.c.next_try_at.is_not(None),
            listing.c.state.in_(_WAITING),
            source.c.kind.not_in(UNLISTED_KINDS),
            ~exists().where(article.c.info_code == listing.c.info_code),  # another site's text may stand
        )
    )


def _earliest(row: Row[Any], now: datetime) -> datetime:
    """Return when the source's window began."""
    return now - timedelta(days=row.window_days)


def _listed_at(row: Row[Any], now: datetime) -> datetime:
    """Return when an article was first listed; by the day in its code, when the clock of then was wrong."""
    stamp: datetime = row.first_listed_at
    day = info_code_day(row.info_code)
    if day is None or sound_stamps([(stamp, row.info_code)], now):
        return stamp
    return min(datetime.combine(day, time(), now.tzinfo) + timedelta(days=1), now)


def _overdue(rows: list[Row[Any]]) -> Arrears:
    first = rows[0]
    message = say(
        "ledger.overdue",
        count=len(rows),
        source=first.source,
        days=first.window_days,
        examples=_examples(rows),
    )
    return Arrears(first.source, len(rows), first.first_listed_at, message)


def _failing(
    connection: Connection, rows: list[Row[Any]], now: datetime, host_of: Callable[[str], str]
) -> Arrears | None:
    first = rows[0]
    by_host: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_host.setdefault(host_of(row.url), []).append(row)
    # What a clock that was ahead entered would count for as long as it was ahead.
    recent = (listing.c.first_listed_at > _earliest(first, now)) & (listing.c.first_listed_at <= now + _SKEW)
    listed = _count_by_host(connection, first.source, recent, host_of)
    bad = {host: rows for host, rows in by_host.items() if _is_alarming(len(rows), listed.get(host, 0))}
    if not bad:
        return None
    shares = [
        say("ledger.share", failed=len(rows), listed=listed[host], host=host) for host, rows in bad.items()
    ]
    failed = [row for rows in bad.values() for row in rows]
    message = say(
        "ledger.failing",
        source=first.source,
        days=first.window_days,
        shares=shares,
        examples=_examples(failed),
    )
    return Arrears(first.source, len(failed), failed[0].first_listed_at, message)


def _count_by_host(
    connection: Connection, slug: str, recent: ColumnElement[bool], host_of: Callable[[str], str]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    for url in connection.execute(select(listing.c.url).where(listing.c.source == slug, recent)).scalars():
        host = host_of(url)
        counts[host] = counts.get(host, 0) + 1
    return counts


def _is_alarming(failed: int, listed: int) -> bool:
    return (failed >= 2 and 2 * failed >= listed) or (failed >= 5 and 5 * failed >= listed)  # noqa: PLR2004


def _examples(rows: list[Row[Any]]) -> Saying:
    return join_first([_example(row) for row in rows], _EXAMPLES)


def _example(row: Row[Any]) -> Saying:
    return say("ledger.example", info_code=row.info_code, why=row.last_error or say("ledger.not_asked"))


def _settle(
    connection: Connection, kind: str, slugs: set[str], found: list[Arrears], now: datetime
) -> list[Saying]:
    for one in found:
        open_event(connection, kind, one.message, now, source=one.source)
    over = (slugs & list_open_sources(connection, kind)) - {one.source for one in found}
    for slug in over:
        resolve_events(connection, (kind,), now, source=slug)
    return [one.message for one in found]
