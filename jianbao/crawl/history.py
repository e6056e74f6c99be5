"""Which days of a source's history are still to be fetched: what was asked for, less what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.records import Mistaken
from storage.records.span import Span

_DAY = timedelta(days=1)


class NoSuchSpan(Mistaken):
    """The days that were asked for do not follow each other."""


@dataclass(frozen=True, slots=True)
class HistoryWish:
    """The days that are asked for, ``today`` in the source's zone.

    ``first`` None: as far back as the source's configuration says, or its site goes; ``last`` None: to where
    the span reaches that was begun, else to today.
    """

    source: str
    today: date
    first: date | None = None
    last: date | None = None
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """What a backfill does: ``todo`` in its order; ``later`` waits for its next try.

    ``known`` are all spans of the source. ``first`` and ``last`` are the days that were asked for, `date.min`
    for as far as the site goes.
    """

    first: date
    last: date
    todo: tuple[Span, ...]
    later: tuple[Span, ...]
    known: tuple[Span, ...]


def plan_history(wish: HistoryWish, since: date | None, known: Sequence[Span], now: datetime) -> HistoryPlan:
    """Return what is to be done of the days that are asked for; raise `NoSuchSpan` for none.

    A span that was begun goes on where it stopped, in its own order, where all its days are asked for. Days
    of spans that are done are not asked for again.
    """
    first = wish.first or since or date.min
    last = min(wish.last or _usual_end(known, first) or wish.today, wish.today)
    if first > last:
        raise NoSuchSpan(
            f"there is no day from {first} to {last}: --from comes before --to, and both have been"
        )
    whole = Span(wish.source, first, last, wish.newest_first, "running", now)
    begun = [span for span in known if span.state != "done" and whole.has_days_of(span)]
    done = [span for span in known if span.state == "done"]
    todo = [span for span in begun if span.is_due(now)] + _gaps(whole, [*begun, *done])
    todo.sort(key=lambda span: span.last_day, reverse=wish.newest_first)
    later = tuple(span for span in begun if not span.is_due(now))
    return HistoryPlan(first, last, tuple(todo), later, tuple(known))


def go_on(known: Sequence[Span], today: date, now: datetime) -> HistoryPlan:
    """Return a plan of nothing but the spans that were begun and are not done, the newest first."""
    begun = sorted(
        (span for span in known if span.state != "done"), key=lambda span: span.last_day, reverse=True
    )
    return HistoryPlan(
        min((span.first_day for span in begun), default=today),
        max((span.last_day for span in begun), default=today),
        tuple(span for span in begun if span.is_due(now)),
        tuple(span for span in begun if not span.is_due(now)),
        tuple(known),
    )


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """Return spans that are done, those that touch or overlap made one, by their first day."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.first_day):
        before = joined[-1] if joined else None
        if before is not None and (
            span.first_day <= before.last_day or span.first_day - _DAY == before.last_day
        ):
            joined[-1] = _join(before, span)
        else:
            joined.append(span)
    return joined


def _join(one: Span, other: Span) -> Span:
    later = max(one, other, key=lambda span: span.last_day)
    return Span(
        one.source,
        one.first_day,
        later.last_day,
        one.newest_first,
        "done",
        later.begun_at,
        done=one.done + other.done,
        total=None if one.total is None or other.total is None else one.total + other.total,
        stepped_at=max((span.stepped_at for span in (one, other) if span.stepped_at), default=None),
        finished_at=max((span.finished_at for span in (one, other) if span.finished_at), default=None),
    )


def _usual_end(known: Iterable[Span], first: date) -> date | None:
    """Return where the span ends that was begun from this day, or an earlier one, to its present."""
    ends = (span.last_day for span in known if span.first_day <= first and span.reaches_present)
    return max(ends, default=None)


def _gaps(whole: Span, spans: Iterable[Span]) -> list[Span]:
    """Return the days of a span that none of others has, as new spans."""
    gaps: list[Span] = []
    day: date | None = whole.first_day
    for span in sorted(spans, key=lambda span: span.first_day):
        if day is None or span.first_day > whole.last_day:
            break
        if span.first_day > day:
            gaps.append(_new(whole, day, span.first_day - _DAY))
        if span.last_day >= day:
            day = span.last_day + _DAY
    if day is not None and day <= whole.last_day:
        gaps.append(_new(whole, day, whole.last_day))
    return gaps


def _new(whole: Span, first: date, last: date) -> Span:
    return Span(whole.source, first, last, whole.newest_first, "running", whole.begun_at)
