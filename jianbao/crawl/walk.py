"""The walk through a source's history: which step is next, and what each one makes of its span.

Nothing here asks, reads or writes: `jianbao.crawl.history_port` does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from storage.records import Issue, Poll
from storage.records.saying import Saying, say
from storage.records.span import Span, span_retry

_PATIENCE = 5
"""Steps in a row that listed nothing since no answer came, after which the site is thought to be away."""
_LONGEST_SILENCE = timedelta(days=400)
"""Days without any issue, after which a history without a first day has come to its beginning."""
_MOST_WITHOUT = 60
"""Steps in a row without an issue, though the site answered, after which such a history is at its beginning.

A month file tells its days without an issue at once: only by trial does a step bring a day alone.
"""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class NextStep:
    """The days of the next step's order, and where it begins."""

    span: Span
    first: date
    last: date
    cursor: str | None


class Walk:
    """The spans of one backfill, one after another, and the days of them that could not be had."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = deque(replace(span, state="running") for span in spans)
        self._days: deque[date] | None = None
        self._cursor: str | None = None
        self._troubles = 0
        self._before: Span | None = None
        self._earliest: date | None = None
        self._without = 0

    @property
    def span(self) -> Span | None:
        """The span that is under way; None when all are done, or put off."""
        return self._spans[0] if self._spans else None

    @property
    def wants_days(self) -> bool:
        """Whether the days must be told (`try_days`) that could not be had of the span under way."""
        return bool(self._spans) and self._spans[0].is_walked and self._days is None

    def try_days(self, days: Iterable[date]) -> None:
        """Take the days that could not be had so far of the span under way, to be tried again."""
        self._days = deque(days)

    def next(self) -> NextStep | None:
        """Return the next step; None when nothing is left of the span under way, or of all."""
        span = self.span
        if span is None or (self._days is not None and not self._days):
            return None
        if self._days is None:
            return NextStep(span, span.first_day, span.last_day, span.cursor)
        return NextStep(span, self._days[0], self._days[0], self._cursor)

    def take(self, poll: Poll, now: datetime) -> Span:
        """Return the span under way as a step leaves it: it goes on, is walked to its end, or is put off."""
        span = self._spans[0]
        if self._days is not None:
            self._take_day(poll)
            self._spans[0] = replace(span, stepped_at=now)
        elif (problem := self._problem(poll, span)) is not None:
            self._spans[0] = put_off(self._before or span, problem, now)
        else:
            self._spans[0] = self._go_on(poll, span, now)
        return self._spans[0]

    @property
    def is_at_end(self) -> bool:
        """Whether the span under way is walked, and no day of it is left to be tried."""
        return bool(self._spans) and self._spans[0].is_walked and not self._days

    def leave(self) -> None:
        """Leave the span under way: it is done, or put off."""
        self._spans.popleft()
        self._days = self._cursor = self._before = self._earliest = None
        self._troubles = self._without = 0

    def _take_day(self, poll: Poll) -> None:
        """Go on to the next day that could not be had; to none when one after another still can't be."""
        assert self._days is not None
        self._cursor = poll.headway.cursor if poll.headway is not None else None
        if self._cursor is not None:
            return
        self._days.popleft()
        self._troubles = self._troubles + 1 if poll.headway is None or poll.unanswered else 0
        if self._troubles >= _PATIENCE:
            self._days.clear()

    def _problem(self, poll: Poll, span: Span) -> Saying | None:
        """Return why a span can't go on for now, a sentence; None when it can."""
        if poll.headway is None:
            return poll.error or say("history.nothing")
        if poll.headway.cursor is not None and poll.headway.cursor == span.cursor:
            return say("history.stuck", cursor=poll.headway.cursor)
        lost = _lost(poll)
        if poll.listed or not poll.issues or not (lost and poll.unanswered):
            if poll.listed or not poll.issues:
                self._troubles, self._before = 0, None
            return None
        self._before = self._before or span
        self._troubles += 1
        if self._troubles < _PATIENCE:
            return None
        why = lost[-1].reason or say("history.no_answer")
        return say("history.steps_in_vain", steps=self._troubles, why=why)

    def _go_on(self, poll: Poll, span: Span, now: datetime) -> Span:
        assert poll.headway is not None
        cursor = None if self._is_beginning(poll, span) else poll.headway.cursor
        return replace(
            span,
            state="running",
            cursor=cursor,
            done=poll.headway.done,
            total=poll.headway.of,
            reason=None,
            attempts=0,
            next_try_at=None,
            stepped_at=now,
        )

    def _is_beginning(self, poll: Poll, span: Span) -> bool:
        """Return whether nothing was printed for so long that this is where the history begins."""
        if span.first_day != date.min or not span.newest_first or not poll.issues:
            return False
        printed = [one.day for one in poll.issues if one.state in ("listed", "failed")]
        before = self._earliest
        self._earliest = min([*printed, before or max(one.day for one in poll.issues)])
        self._without = 0 if printed or poll.unanswered or before is None else self._without + 1
        return (
            self._without >= _MOST_WITHOUT
            or self._earliest - min(one.day for one in poll.issues) > _LONGEST_SILENCE
        )


def _lost(poll: Poll) -> list[Issue]:
    return [one for one in poll.issues if one.state in ("failed", "unknown")]


def put_off(span: Span, reason: Saying, now: datetime) -> Span:
    """Return a span that is tried again later, the later the oftener that was in vain."""
    return replace(
        span,
        state="failed",
        reason=reason,
        attempts=span.attempts + 1,
        next_try_at=now + span_retry(span.attempts),
    )


def close_span(span: Span, lost: Collection[date], now: datetime) -> Span:
    """Return a span that was walked to its end: done, or put off for the days that could not be had."""
    if not lost:
        return replace(
            span, state="done", reason=None, attempts=0, next_try_at=None, finished_at=now, stepped_at=now
        )
    named = ", ".join(map(str, sorted(lost)[:_MOST_NAMED]))
    rest = len(lost) - _MOST_NAMED
    days = say("history.days_and_more", days=named, rest=rest) if rest > 0 else named
    return put_off(replace(span, stepped_at=now), say("history.lost", count=len(lost), days=days), now)


def stop_span(span: Span) -> Span:
    """Return a span that goes on when somebody asks."""
    return replace(span, state="stopped") if span.state == "running" else span
