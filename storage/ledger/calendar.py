"""A source's calendar: what was published each day, what of it is missing, and when anybody looked.

Days are those of publication in UTC+8; what is not archived counts on the day that its info code tells, or
else on that on which it was first listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, or_, select

from storage.database.column_types import UtcDateTime
from storage.database.prepared import Prepared
from storage.database.schema import crawl, listing
from storage.ledger.listing import LISTING_COLUMNS
from storage.records import UNARCHIVED, Listing, info_code_day
from storage.records.press_days import PRESS_ZONE, press_day

_MOST = 2_000
_DAY = timedelta(days=1)
_LOOKED = (crawl.c.polls > 0, or_(crawl.c.status == "ok", crawl.c.status == "partial"))
_SINCE = bindparam("since", type_=UtcDateTime)
_LAST_LOOK = Prepared(
    select(crawl.c.started_at)
    .where(crawl.c.started_at >= _SINCE, crawl.c.started_at < bindparam("until", type_=UtcDateTime), *_LOOKED)
    .order_by(crawl.c.started_at.desc())
    .limit(1)
)
_NEXT_LOOK = Prepared(
    select(crawl.c.started_at)
    .where(crawl.c.started_at >= _SINCE, *_LOOKED)
    .order_by(crawl.c.started_at)
    .limit(1)
)


def find_watched(connection: Connection, days: Iterable[date], within: timedelta) -> set[date]:
    """Return the days on which some crawl polled and succeeded, at most so long after the day began."""
    # One look answers for all the days that it came in time for, and one pause for all that it covers.
    watched = set()
    looked = paused_until = datetime.min.replace(tzinfo=UTC)
    for day in sorted(days):
        since = datetime(day.year, day.month, day.day, tzinfo=PRESS_ZONE)
        if looked < since and paused_until < since + within:
            span = {"since": since, "until": since + within}
            looked = _find_look(connection, _LAST_LOOK, span) or looked
            if looked < since:
                after = _find_look(connection, _NEXT_LOOK, {"since": since + within})
                paused_until = after or datetime.max.replace(tzinfo=UTC)
        if looked >= since:
            watched.add(day)
    return watched


def _find_look(connection: Connection, statement: Prepared, span: Mapping[str, datetime]) -> datetime | None:
    row = statement.run(connection, span).fetchone()
    return None if row is None else datetime.fromisoformat(row[0]).replace(tzinfo=UTC)


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
