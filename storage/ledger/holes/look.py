"""The look after a crawl: which of its sources missed days, told in one event each, and when that is over.

What it costs follows what is new: of a source that printed yesterday, one look into an index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, exists, func, select

from storage.database.schema import event, issue, listing
from storage.events.event import EXAMPLES, is_event_open, open_event, resolve_events
from storage.ledger.day_ledger import read_day_ledgers
from storage.ledger.holes.accepted import Accounted
from storage.ledger.holes.asked import Asked
from storage.ledger.holes.days import LATE, find_days_of
from storage.ledger.source import UNLISTED_KINDS, find_source
from storage.ledger.unwatched import is_pause_noted
from storage.records import StoredSource
from storage.records.hole import Hole
from storage.records.press_days import PRESS_ZONE, press_day
from storage.records.saying import say

GAP_FOUND = "gap_found"
_SILENT = "source_silent"
_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=14)
_LONGEST_LOOK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw of a source: the days that it misses, none where an event about them is over."""

    source: str
    holes: tuple[Hole, ...]


def look_for_gaps(connection: Connection, slugs: Iterable[str], now: datetime) -> list[Seen]:
    """Return what is to be told of these sources: of most of them nothing.

    A day that somebody has seen, who resolved the event, is not told again. Nothing is written.
    """
    seen = (_look_at(connection, slug, now) for slug in sorted(set(slugs)))
    return [one for one in seen if one is not None]


def tell_gaps(connection: Connection, seen: Sequence[Seen], now: datetime) -> None:
    """Open, renew or resolve the events about missed days by what `look_for_gaps` saw."""
    for one in seen:
        if not one.holes:
            resolve_events(connection, (GAP_FOUND,), now, source=one.source)
            continue
        days = [_name(hole) for hole in one.holes]
        if days[:EXAMPLES] != _read_told(connection, one.source):
            message = say(
                "gaps.found",
                source=one.source,
                count=sum(hole.count for hole in one.holes),
                holes=[
                    say("gaps.days", days=_name(hole), reason=hole.reason) for hole in one.holes[:EXAMPLES]
                ],
            )
            open_event(connection, GAP_FOUND, message, now, source=one.source, examples=days)


def _look_at(connection: Connection, slug: str, now: datetime) -> Seen | None:
    is_open = is_event_open(connection, GAP_FOUND, source=slug)
    source = find_source(connection, slug)
    if source is None or source.kind in UNLISTED_KINDS:
        return None
    if not is_open and not _may_miss_days(connection, source, now):
        return None
    since = _begin_of_look(connection, slug, now, is_open=is_open)
    asked = Asked(now, (slug,), since, press_day(now), accounted=Accounted.read(connection))
    ledger = read_day_ledgers(connection, (slug,))[slug]
    found = [hole for hole in find_days_of(connection, ledger, asked) if hole.kind in ("silent", "unwatched")]
    if not is_open and is_event_open(connection, _SILENT, source=slug):  # which tells of the same silence
        found = [hole for hole in found if hole.kind == "unwatched"]
    holes = tuple(found)
    return Seen(slug, holes) if holes or is_open else None


def _may_miss_days(connection: Connection, source: StoredSource, now: datetime) -> bool:
    """Return whether nothing is known of the last whole day, or a time that nobody watched has just ended."""
    day = press_day(now - LATE) - _DAY
    since = datetime.combine(day, time(), PRESS_ZONE)
    until = since + _DAY
    published = (listing.c.published_at >= since) & (listing.c.published_at < until)
    listed = (listing.c.first_listed_at >= since) & (listing.c.first_listed_at < until)
    waiting = listed & listing.c.published_at.is_(None)
    for known in (
        exists().where(listing.c.source == source.slug, published),
        exists().where(issue.c.source == source.slug, issue.c.day == day),
        exists().where(listing.c.source == source.slug, waiting),
    ):
        if connection.execute(select(known)).scalar_one():
            since = now - _DAY - timedelta(days=source.window_days)
            return is_pause_noted(connection, source.slug, since, now)
    return True


def _begin_of_look(connection: Connection, slug: str, now: datetime, *, is_open: bool) -> date:
    """Return the first day that is looked at: none that was over when somebody resolved the last event.

    With an open event it is so far back that its days are among them.
    """
    usual = press_day(now) - _LOOK_BACK
    told = _read_told(connection, slug) if is_open else []
    named = [date.fromisoformat(days[:10]) for days in told]
    resolved = select(func.max(event.c.resolved_at)).where(
        event.c.kind == GAP_FOUND, event.c.source == slug, event.c.resolved_at <= now
    )
    seen = connection.execute(resolved).scalar()
    first = max(min([usual, *named]), press_day(now) - _LONGEST_LOOK)
    return first if seen is None else max(first, press_day(seen))


def _read_told(connection: Connection, slug: str) -> list[str]:
    """Return the days that the open event about a source names."""
    query = select(event.c.examples).where(
        event.c.kind == GAP_FOUND, event.c.source == slug, event.c.resolved_at.is_(None)
    )
    return list(connection.execute(query).scalar() or ())


def _name(hole: Hole) -> str:
    return str(hole.first) if hole.first == hole.last else f"{hole.first}–{hole.last}"
