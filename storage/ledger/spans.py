"""Spans of histories in the ledger: begun, gone on with, put off, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from storage.database.opening import upsert
from storage.database.schema import backfill, issue, listing
from storage.records.saying import Saying
from storage.records.span import Span

_COLUMNS = [backfill.c[field.name] for field in fields(Span)]
_LOST = ("failed", "unknown")


def list_spans(connection: Connection, slug: str | None = None) -> list[Span]:
    """Return the spans of a source's history, or of all, by source and first day."""
    query = select(*_COLUMNS).order_by(backfill.c.source, backfill.c.first_day, backfill.c.last_day)
    if slug is not None:
        query = query.where(backfill.c.source == slug)
    return [Span(**row._mapping) for row in connection.execute(query)]


def save_span(connection: Connection, span: Span) -> None:
    """Enter a span as it stands now, whether it is new or known."""
    values = asdict(span)
    statement = upsert(backfill).values(values)
    keys = (backfill.c.source, backfill.c.first_day, backfill.c.last_day)
    rest = {name: value for name, value in values.items() if backfill.c[name] not in {*keys}}
    connection.execute(statement.on_conflict_do_update(index_elements=[*keys], set_=rest))


def replace_spans(connection: Connection, old: Sequence[Span], new: Sequence[Span]) -> None:
    """Put some spans of a source in the place of others."""
    for span in old:
        connection.execute(delete(backfill).where(_is(span)))
    if new:
        connection.execute(insert(backfill), [asdict(span) for span in new])


def list_lost_days(connection: Connection, slug: str, first: date, last: date) -> list[date]:
    """Return the days of a span that could not be had, whole or at all: those first that were tried least.

    Where a history goes as far as its site (`date.min`), days before its first issue are none of it.
    """
    rows = connection.execute(
        select(issue.c.day)
        .where(_is_lost(connection, slug, first, last))
        .order_by(issue.c.attempts, issue.c.day)
    )
    return [row.day for row in rows]


def list_lost_reasons(
    connection: Connection, slug: str, first: date, last: date, most: int
) -> list[tuple[date, str, Saying | str]]:
    """Return day, state and reason of the days of a span that could not be had, by day, so many at most."""
    rows = connection.execute(
        select(issue.c.day, issue.c.state, issue.c.reason)
        .where(_is_lost(connection, slug, first, last))
        .order_by(issue.c.day)
        .limit(most)
    )
    return [(row.day, row.state, row.reason or "") for row in rows]


def count_issues(connection: Connection, slug: str, first: date, last: date) -> dict[str, int]:
    """Return how many days of a span are in each state that the ledger has of them."""
    rows = connection.execute(
        select(issue.c.state, func.count())
        .where(issue.c.source == slug, issue.c.day.between(first, last))
        .group_by(issue.c.state)
    )
    return {row[0]: row[1] for row in rows}


def usual_issue(connection: Connection, slug: str) -> tuple[float, float] | None:
    """Return how many pages and articles an issue of a source has on average; None while none is known."""
    pages, articles = connection.execute(
        select(func.avg(issue.c.pages), func.avg(issue.c.articles)).where(
            issue.c.source == slug, issue.c.state == "listed"
        )
    ).one()
    return None if pages is None else (float(pages), float(articles))


def count_waiting(connection: Connection, slug: str) -> int:
    """Return how many articles of a source are still to be fetched, now or at their next try."""
    waiting = and_(listing.c.source == slug, listing.c.next_try_at.is_not(None))
    return connection.execute(select(func.count()).select_from(listing).where(waiting)).scalar_one()


def count_due(connection: Connection, slug: str, now: datetime) -> int:
    """Return how many articles of a source are due to be fetched."""
    due = and_(listing.c.source == slug, listing.c.next_try_at <= now)
    return connection.execute(select(func.count()).select_from(listing).where(due)).scalar_one()


def _is_lost(connection: Connection, slug: str, first: date, last: date) -> ColumnElement[bool]:
    """Return the condition that a day of a span could not be had."""
    if first == date.min:
        earliest = select(func.min(issue.c.day)).where(issue.c.source == slug, issue.c.state == "listed")
        first = connection.execute(earliest).scalar() or last
    return and_(issue.c.source == slug, issue.c.day.between(first, last), issue.c.state.in_(_LOST))


def _is(span: Span) -> ColumnElement[bool]:
    return and_(
        backfill.c.source == span.source,
        backfill.c.first_day == span.first_day,
        backfill.c.last_day == span.last_day,
    )
