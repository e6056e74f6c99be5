"""Days reopened: taken out of the backfills that are done, as spans of their own that are to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, update

from storage.database.schema import issue
from storage.ledger.spans import list_spans, replace_spans, save_span
from storage.records.saying import say
from storage.records.span import Span

_DAY = timedelta(days=1)


def reopen_days(connection: Connection, slug: str, first: date, last: date, now: datetime) -> None:
    """Have the next backfill of a source fetch these days, both included; spans under way are tried now."""
    wanted = Span(slug, first, last, newest_first=True, state="stopped", begun_at=now)
    known = list_spans(connection, slug)
    for span in known:
        if span.state != "done" and span.next_try_at is not None and _touches(span, wanted):
            save_span(connection, replace(span, next_try_at=None))
    done = [span for span in known if span.state == "done" and _touches(span, wanted)]
    replace_spans(connection, done, [part for span in done for part in _cut(span, first, last)])
    if not any(span.state != "done" and span.has_days_of(wanted) for span in known):
        save_span(connection, wanted)


def reopen_issues(connection: Connection, slug: str, first: date, last: date) -> None:
    """Have the issues of some days listed again, whatever was read of them before."""
    connection.execute(
        update(issue)
        .where(issue.c.source == slug, issue.c.day.between(first, last), issue.c.state == "listed")
        .values(state="unknown", reason=say("holes.reopened").store())
    )


def _cut(span: Span, first: date, last: date) -> Iterator[Span]:
    """Yield what is left of a span without some days."""
    if span.first_day < first:
        yield replace(span, last_day=first - _DAY)
    if span.last_day > last:
        yield replace(span, first_day=last + _DAY)


def _touches(span: Span, other: Span) -> bool:
    return span.first_day <= other.last_day and other.first_day <= span.last_day
