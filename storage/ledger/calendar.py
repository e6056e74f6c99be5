"""A source's calendar: what was published each day, what of it is missing, and when anybody looked.

Days are those of publication in UTC+8; what is not archived counts on the day that its info code tells, or
else on that on which it was first listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, bindparam, cast, func, select

from storage.database.schema import crawl, listing
from storage.ledger.listing import LISTING_COLUMNS
from storage.records import UNARCHIVED, Listing, info_code_day
from storage.records.press_days import PRESS_ZONE, press_day

_HOUR = len("2026-03-20 08")
_MOST = 2_000
_DAY = timedelta(days=1)
_LOOKED = (crawl.c.polls > 0, crawl.c.status.in_(("ok", "partial")))
_LAST_LOOK = (
    select(crawl.c.started_at)
    .where(crawl.c.started_at >= bindparam("since"), crawl.c.started_at < bindparam("until"), *_LOOKED)
    .order_by(crawl.c.started_at.desc())
    .limit(1)
)
_NEXT_LOOK = (
    select(crawl.c.started_at)
    .where(crawl.c.started_at >= bindparam("since"), *_LOOKED)
    .order_by(crawl.c.started_at)
    .limit(1)
)


def count_by_day(connection: Connection, slug: str, since: datetime, until: datetime) -> Counter[date]:
    """Return how many articles of a source were published each day of a time."""
    # By the hour, which the text of an instant begins with in every database: UTC+8 is whole hours away.
    hour = func.substr(cast(listing.c.published_at, String), 1, _HOUR)
    rows = connection.execute(
        select(hour.label("hour"), func.count().label("listed"))
        .where(listing.c.source == slug, listing.c.published_at >= since, listing.c.published_at < until)
        .group_by(hour)
    )
    counts: Counter[date] = Counter()
    for row in rows:
        counts[press_day(datetime.fromisoformat(f"{row.hour}:00").replace(tzinfo=UTC))] += row.listed
    return counts


def count_unarchived(connection: Connection, slug: str) -> Counter[date]:
    """Return for each day how many of a source's listings are owed, failed or quarantined."""
    rows = connection.execute(
        select(listing.c.info_code, listing.c.first_listed_at).where(
            listing.c.source == slug, listing.c.state.in_(UNARCHIVED)
        )
    )
    return Counter(_day_of(row.info_code, row.first_listed_at) for row in rows)


def find_watched(connection: Connection, days: Iterable[date], within: timedelta) -> set[date]:
    """Return the days on which some crawl polled and succeeded, at most so long after the day began."""
    # One look answers for all the days that it came in time for, and one pause for all that it covers.
    watched = set()
    looked = paused_until = datetime.min.replace(tzinfo=UTC)
    for day in sorted(days):
        since = datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE)
        if looked < since and paused_until < since + within:
            span = {"since": since, "until": since + within}
            looked = connection.execute(_LAST_LOOK, span).scalar() or looked
            if looked < since:
                after = connection.execute(_NEXT_LOOK, {"since": since + within}).scalar()
                paused_until = after or datetime.max.replace(tzinfo=UTC)
        if looked >= since:
            watched.add(day)
    return watched


def span_published(connection: Connection, slug: str) -> tuple[datetime, datetime] | None:
    """Return when the first and the last archived article of a source were published; None without any."""
    first, last = (
        connection.execute(
            select(listing.c.published_at)
            .where(listing.c.source == slug, listing.c.published_at.is_not(None))
            .order_by(order)
            .limit(1)
        ).scalar()
        for order in (listing.c.published_at, listing.c.published_at.desc())
    )
    return None if first is None or last is None else (first, last)


def list_published(
    connection: Connection, slug: str, since: datetime, until: datetime, limit: int = 1000
) -> list[Listing]:
    """Return what a source listed that was published in a time, the first published first."""
    where = (listing.c.source == slug, listing.c.published_at >= since, listing.c.published_at < until)
    return _listings(connection, *where, order=listing.c.published_at, limit=limit)


def list_newest(connection: Connection, slug: str, limit: int = 30) -> list[Listing]:
    """Return what a source listed last, the newest first."""
    return _listings(
        connection, listing.c.source == slug, order=listing.c.first_listed_at.desc(), limit=limit
    )


def list_unarchived(
    connection: Connection, slug: str, day: date | None = None, limit: int = 200
) -> list[Listing]:
    """Return what a source listed, for one day or ever, that is not archived, the newest code first."""
    where: list[ColumnElement[bool]] = [listing.c.source == slug, listing.c.state.in_(UNARCHIVED)]
    if day is not None:
        where.append(_may_be_of(day))
    # Not ordered by the database: it would go through all that the source listed to find few.
    found = _read(connection, select(*LISTING_COLUMNS).where(*where).limit(_MOST))
    kept = [entry for entry in found if day in (None, _day_of(entry.info_code, entry.first_listed_at))]
    return sorted(kept, key=lambda entry: entry.info_code, reverse=True)[:limit]


def _may_be_of(day: date) -> ColumnElement[bool]:
    """Return the condition that a listing may count on a day: `_day_of` tells which does."""
    code = listing.c.info_code
    since = datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE)
    listed_then = (listing.c.first_listed_at >= since) & (listing.c.first_listed_at < since + _DAY)
    digits = f"{day:%Y%m%d}"
    return code.startswith(f"NW{digits}") | code.contains(f"-{digits}.") | listed_then


def _day_of(info_code: str, first_listed_at: datetime) -> date:
    return info_code_day(info_code) or press_day(first_listed_at)


def _listings(
    connection: Connection, *where: ColumnElement[bool], order: ColumnElement[object], limit: int
) -> list[Listing]:
    query = select(*LISTING_COLUMNS).where(*where).order_by(order, listing.c.info_code)
    return _read(connection, query.limit(limit))


def _read(connection: Connection, query: Select[Any]) -> list[Listing]:
    return [Listing(**row._mapping) for row in connection.execute(query)]
