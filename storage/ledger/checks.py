"""Later looks at archived pages: what was found, what is due to be looked at again, what has vanished."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, literal_column, select

from storage.database.batches import batches
from storage.database.schema import article, listing
from storage.database.schema_checks import page_check
from storage.events.event import list_open_sources, open_event, resolve_events
from storage.records.look import NEVER_LOOKED, Look, Looked, sum_up
from storage.records.saying import say

GONE = "page_gone"
LATE = timedelta(days=30)
"""How long after its last day an article may still be looked at, where nobody did so in time."""
IS_GONE = article.c.status == literal_column("'gone'")
"""That an article's page has vanished: in words of the index of such articles, so that it serves."""

_TOGETHER = 200
"""Articles that are looked at together."""
_COLUMNS = [page_check.c[field.name] for field in fields(Look)]


@dataclass(frozen=True, slots=True)
class Due:
    """An article that is to be looked at again, and since when."""

    info_code: str
    since: datetime


def record_look(connection: Connection, look: Look) -> None:
    """Enter a look; a second one of the same article at the same moment is not told apart."""
    row = {field.name: getattr(look, field.name) for field in fields(Look)}
    same = page_check.c.info_code == look.info_code, page_check.c.at == look.at
    if not connection.execute(select(exists().where(*same))).scalar_one():
        connection.execute(insert(page_check).values(row))


def list_looks(connection: Connection, info_code: str) -> list[Look]:
    """Return every look at an article, the first one first."""
    query = select(*_COLUMNS).where(page_check.c.info_code == info_code).order_by(page_check.c.at)
    return [_read(row) for row in connection.execute(query)]


def list_looks_since(connection: Connection, since: datetime, info_codes: Collection[str]) -> list[Look]:
    """Return the looks at these articles since a moment, in the order of their time."""
    wanted = set(info_codes)
    query = select(*_COLUMNS).where(page_check.c.at >= since).order_by(page_check.c.at)
    return [_read(row) for row in connection.execute(query) if row.info_code in wanted]


def find_looked(connection: Connection, info_codes: Sequence[str]) -> dict[str, Looked]:
    """Return what earlier looks at these articles say; one that was never looked at is left out."""
    found: dict[str, list[Look]] = {}
    for part in batches(info_codes):
        query = select(*_COLUMNS).where(page_check.c.info_code.in_(part))
        for row in connection.execute(query.order_by(page_check.c.info_code, page_check.c.at)):
            found.setdefault(row.info_code, []).append(_read(row))
    return {code: sum_up(looks) for code, looks in found.items()}


def count_looks(connection: Connection, since: datetime) -> int:
    """Return how many looks there were since a moment."""
    return connection.execute(select(func.count()).where(page_check.c.at >= since)).scalar_one()


def list_due(
    connection: Connection, slugs: Collection[str], days: Sequence[int], now: datetime, limit: int
) -> list[str]:
    """Return the articles of these sources that are to be looked at again, the most overdue first.

    ``days`` are how many days after its publication an article is looked at. One look makes good for all
    that were missed before; ``limit`` is how many are returned at most.
    """
    if not slugs or not days:
        return []
    ordered = sorted(days)
    ends = [*ordered[1:], ordered[-1] + LATE.days]
    due: list[Due] = []
    for day, end in zip(ordered, ends, strict=True):
        late = _list_candidates(connection, slugs, timedelta(days=day), timedelta(days=end), now)
        due += islice(_leave_looked_out(connection, late, now), limit)
    return [one.info_code for one in sorted(due, key=lambda one: (one.since, one.info_code))[:limit]]


def _leave_looked_out(connection: Connection, late: Iterable[Due], now: datetime) -> Iterator[Due]:
    """Yield those of some articles that were not looked at since they were due, in their order."""
    for part in batches(late, _TOGETHER):
        looked = find_looked(connection, [one.info_code for one in part])
        for one in part:
            if _may_be_looked_at(one, looked.get(one.info_code, NEVER_LOOKED), now):
                yield one


def _list_candidates(
    connection: Connection, slugs: Collection[str], day: timedelta, end: timedelta, now: datetime
) -> Iterator[Due]:
    """Yield the articles as old as one distance and not as old as the next that nobody has fetched since.

    The most overdue come first, and no more are read than are taken.
    """
    listed = exists().where(
        listing.c.info_code == article.c.info_code,
        listing.c.source.in_(slugs),
        listing.c.state.in_(("archived", "gone")),
    )
    query = (
        select(article.c.info_code, article.c.published_at, article.c.last_checked_at)
        .where(article.c.published_at > now - end, article.c.published_at <= now - day, listed)
        .order_by(article.c.published_at, article.c.info_code)
    )
    with connection.execute(query.execution_options(yield_per=_TOGETHER)) as rows:
        for code, published_at, checked_at in rows:
            if checked_at < published_at + day:
                yield Due(code, published_at + day)


def _may_be_looked_at(due: Due, looked: Looked, now: datetime) -> bool:
    next_try = looked.next_try()
    if next_try is not None:
        return next_try <= now
    return looked.last is None or looked.last.at < due.since


def count_vanished(connection: Connection, source: str | None = None) -> int:
    """Return how many articles' pages have vanished."""
    query = select(func.count()).select_from(article).where(IS_GONE)
    if source is not None:
        query = query.where(is_listed_by(source))
    return connection.execute(query).scalar_one()


def list_gone(connection: Connection, info_codes: Sequence[str]) -> set[str]:
    """Return those of the articles whose pages have vanished."""
    found: set[str] = set()
    for part in batches(info_codes):
        query = select(article.c.info_code).where(article.c.info_code.in_(part), IS_GONE)
        found |= set(connection.execute(query).scalars())
    return found


def tell_gone(connection: Connection, gone: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Open one event for each source whose pages were found to be gone, ``gone`` naming some of them."""
    for slug, codes in gone.items():
        said = say("check.gone_of", source=slug, count=count_vanished(connection, slug))
        open_event(connection, GONE, said, now, source=slug, examples=codes)


def resolve_gone(connection: Connection, now: datetime) -> int:
    """End the events about sources none of whose pages is gone any more; return how many."""
    ended = [slug for slug in list_open_sources(connection, GONE) if not count_vanished(connection, slug)]
    return sum(resolve_events(connection, (GONE,), now, source=slug) for slug in ended)


def is_listed_by(source: str) -> ColumnElement[bool]:
    """Return the condition that a source listed the article of a row."""
    return exists().where(listing.c.info_code == article.c.info_code, listing.c.source == source)


def _read(row: Any) -> Look:
    return Look(**row._mapping)
