"""A source's history as `backfill --json` tells of it: which days are here, which are not, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from jianbao.documents.article import present_time
from jianbao.documents.document import Document
from storage.ledger.spans import count_issues, count_waiting, list_lost_reasons, list_spans
from storage.records.span import Span

_MOST_LOST = 50
STATES = ("none", "listed", "failed", "unknown")


def present_history(connection: Connection, slug: str, first: date, last: date) -> Document:
    """Return what the ledger knows of a span of days, both included; `date.min` as first for all there is.

    ``state`` is ``done`` when every span that was begun is; else that of the one which is not.
    """
    spans = [span for span in list_spans(connection, slug) if _touches(span, first, last)]
    days = count_issues(connection, slug, first, last)
    return {
        "source": slug,
        "from": present_day(first),
        "to": str(last),
        "state": state_of(spans),
        "days": {state: days.get(state, 0) for state in STATES},
        "lost": [
            {"day": str(day), "state": state, "reason": reason}
            for day, state, reason in list_lost_reasons(connection, slug, first, last, _MOST_LOST)
        ],
        "waiting": count_waiting(connection, slug),
        "spans": [present_span(span) for span in spans],
    }


def present_span(span: Span) -> Document:
    """Return one span as JSON has it."""
    return {
        "from": present_day(span.first_day),
        "to": str(span.last_day),
        "newest_first": span.newest_first,
        "state": span.state,
        "cursor": span.cursor,
        "done": span.done,
        "of": span.total,
        "reason": span.reason,
        "next_try_at": _moment(span.next_try_at),
        "begun_at": _moment(span.begun_at),
        "stepped_at": _moment(span.stepped_at),
        "finished_at": _moment(span.finished_at),
    }


def present_progress(spans: Sequence[Span]) -> Document | None:
    """Return how far the history of a source has come, None where nobody asked for it.

    ``done`` and ``of`` count days or pages of the spans that are not done; ``of`` None: nobody knows.
    """
    if not spans:
        return None
    left = [span for span in spans if span.state != "done"]
    totals = [span.total for span in left]
    return {
        "state": state_of(spans),
        "from": present_day(min(span.first_day for span in spans)),
        "to": str(max(span.last_day for span in spans)),
        "done": sum(span.done for span in left),
        "of": None if None in totals else sum(total or 0 for total in totals),
        "reason": next((span.reason for span in left if span.reason), None),
        "next_try_at": _moment(min((at for span in left if (at := span.next_try_at)), default=None)),
    }


def group_spans(spans: Iterable[Span]) -> dict[str, list[Span]]:
    """Return spans by their source."""
    grouped: dict[str, list[Span]] = {}
    for span in spans:
        grouped.setdefault(span.source, []).append(span)
    return grouped


def state_of(spans: Sequence[Span]) -> str:
    """Return the state of spans together: the worst of any, ``new`` where none was begun."""
    states = {span.state for span in spans}
    return next((state for state in ("failed", "running", "stopped", "done") if state in states), "new")


def present_day(day: date) -> str | None:
    """Return a span's first day; None where it goes as far back as the site does."""
    return None if day == date.min else str(day)


def _moment(moment: datetime | None) -> str | None:
    return present_time(moment)


def _touches(span: Span, first: date, last: date) -> bool:
    return span.first_day <= last and first <= span.last_day
