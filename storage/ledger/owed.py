"""What is owed: listings with the addresses at which their articles may be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select

from storage.database.batches import batches
from storage.database.schema import article, listing
from storage.ledger.told import TOLD, read_told
from storage.records import NOTHING_TOLD, Owed
from storage.records.instants import LONGEST_RETRY

_COLUMNS = [*(column for column in listing.c if column.name != "told"), TOLD.label("told")]


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings to fetch again; what is empty or None asks for nothing.

    Days are those of the article's publication, or of the first listing while it is not archived; ``since``
    is included, ``until`` is not.
    """

    info_codes: Sequence[str] = ()
    sources: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    state: str | None = None


def list_owed(
    connection: Connection,
    slug: str,
    due_by: datetime | None,
    after: str = "",
    limit: int = 200,
    *,
    last_first: bool = False,
) -> list[Owed]:
    """Return what a source owes, by info code after the given one: all of it, or what is due by a time.

    ``last_first``: by info code before the given one, backwards.
    """
    code = listing.c.info_code
    follows = code < after if last_first and after else code > after
    next_try = listing.c.next_try_at
    due = next_try.is_not(None) if due_by is None else _has_come(next_try, due_by)
    rows = connection.execute(
        select(*_COLUMNS)
        .where(listing.c.source == slug, due, follows)
        .order_by(code.desc() if last_first else code)
        .limit(limit)
    )
    return _all_owed(connection, rows.all())


def _has_come(column: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a next try has come, or lies too far ahead to be believed."""
    return (column <= now) | (column > now + LONGEST_RETRY)


def list_owed_of(
    connection: Connection, slug: str, info_codes: Sequence[str], due_by: datetime
) -> list[Owed]:
    """Return what a source owes of these articles and is due by a time, in their order."""
    rows: list[Any] = []
    for part in batches(info_codes):
        due = _has_come(listing.c.next_try_at, due_by)
        query = select(*_COLUMNS).where(listing.c.source == slug, listing.c.info_code.in_(part), due)
        rows += connection.execute(query).all()
    place = {code: number for number, code in enumerate(info_codes)}
    return _all_owed(connection, sorted(rows, key=lambda row: place[row.info_code]))


def is_owed(connection: Connection, slug: str, info_code: str) -> bool:
    """Return whether a source's article is still to be fetched."""
    waits = listing.c.next_try_at.is_not(None)
    query = select(exists().where(listing.c.source == slug, listing.c.info_code == info_code, waits))
    return bool(connection.execute(query).scalar_one())


def find_listings(connection: Connection, info_code: str) -> list[Owed]:
    """Return every listing of an info code, the first listed first, whatever its state."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(listing.c.info_code == info_code)
        .order_by(listing.c.first_listed_at, listing.c.source)
    )
    return _all_owed(connection, rows.all())


def find_many_listings(connection: Connection, info_codes: Sequence[str]) -> dict[str, list[Owed]]:
    """Return every listing of these info codes, of each the first listed first, whatever its state."""
    found: dict[str, list[Owed]] = {}
    for part in batches(info_codes):
        rows = connection.execute(
            select(*_COLUMNS)
            .where(listing.c.info_code.in_(part))
            .order_by(listing.c.info_code, listing.c.first_listed_at, listing.c.source)
        ).all()
        for row in rows:
            found.setdefault(row.info_code, []).append(_owed(row, ()))
    return found


def select_listings(connection: Connection, wanted: ListingFilter) -> list[Owed]:
    """Return the listings that match, one for each article and form: the first that listed it."""
    moment = func.coalesce(article.c.published_at, listing.c.first_listed_at)
    query = (
        select(*_COLUMNS)
        .outerjoin(article, article.c.info_code == listing.c.info_code)
        .order_by(listing.c.info_code, listing.c.first_listed_at, listing.c.source)
    )
    if wanted.info_codes:
        query = query.where(listing.c.info_code.in_(wanted.info_codes))
    if wanted.sources:
        query = query.where(listing.c.source.in_(wanted.sources))
    if wanted.state is not None:
        query = query.where(listing.c.state == wanted.state)
    if wanted.since is not None:
        query = query.where(moment >= wanted.since)
    if wanted.until is not None:
        query = query.where(moment < wanted.until)
    first: dict[tuple[str, str], Any] = {}
    for row in connection.execute(query):
        first.setdefault((row.info_code, row.form), row)
    return _all_owed(connection, list(first.values()))


def _all_owed(connection: Connection, rows: Sequence[Any]) -> list[Owed]:
    """Return listings as what is owed, each with the addresses at which other sources list its article."""
    addresses = _addresses(connection, [row.info_code for row in rows])
    return [_owed(row, addresses[row.info_code]) for row in rows]


def _addresses(connection: Connection, codes: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each info code where it is listed, in which form and at which address."""
    found: dict[str, list[tuple[str, str]]] = {}
    for part in batches(codes):
        listed = connection.execute(
            select(listing.c.info_code, listing.c.form, listing.c.url)
            .where(listing.c.info_code.in_(part))
            .order_by(listing.c.first_listed_at)
        )
        for code, form, url in listed:
            found.setdefault(code, []).append((form, url))
    return found


def _owed(row: Any, addresses: Sequence[tuple[str, str]]) -> Owed:
    """Return a listing as what is owed; elsewhere, its own form comes before the other."""
    others = sorted((form != row.form, url) for form, url in addresses if url != row.url)
    return Owed(
        source=row.source,
        info_code=row.info_code,
        form=row.form,
        url=row.url,
        title=row.title,
        state=row.state,
        attempts=row.attempts,
        elsewhere=tuple(url for _, url in others),
        told=NOTHING_TOLD if row.told is None else read_told(row.told),
    )
