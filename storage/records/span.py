"""Spans of a source's history: which days are to be fetched back, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from storage.records.saying import Saying

SpanState = Literal["running", "stopped", "failed", "done"]
"""``running`` (or killed), ``stopped`` (it goes on when asked to), ``failed`` (tried again), ``done``."""

_PRESENT = timedelta(days=1)
_FIRST_RETRY = timedelta(hours=1)
LONGEST_SPAN_RETRY = timedelta(days=30)
"""How far ahead the next try of a span may lie."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a source's history, both ends included; the fields as `backfill` has them.

    ``first_day`` is `date.min` where it goes as far as the site does. ``cursor`` is where the next step
    begins; ``done`` of ``total`` count what the source's kind counts. Instants are aware.
    """

    source: str
    first_day: date
    last_day: date
    newest_first: bool
    state: SpanState
    begun_at: datetime
    cursor: str | None = None
    done: int = 0
    total: int | None = None
    reason: Saying | None = None
    attempts: int = 0
    next_try_at: datetime | None = None
    stepped_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_walked(self) -> bool:
        """Whether its steps came to the end: only days that could not be had may be left of it."""
        return self.cursor is None and self.stepped_at is not None

    @property
    def reaches_present(self) -> bool:
        """Whether it ended with the day on which it was begun: what came later, polls have seen."""
        return self.last_day >= self.begun_at.date() - _PRESENT

    def is_due(self, now: datetime) -> bool:
        """Return whether something is to be done of it now; a next try that lies too far ahead counts."""
        if self.state == "done":
            return False
        at = self.next_try_at
        return at is None or at <= now or at > now + LONGEST_SPAN_RETRY

    def has_days_of(self, other: Span) -> bool:
        """Return whether all days of another are among its own."""
        return self.first_day <= other.first_day and other.last_day <= self.last_day


def span_retry(attempts: int) -> timedelta:
    """Return how long a span waits after it was tried so often in vain: doubling from an hour, to a month."""
    return min(_FIRST_RETRY * (1 << min(attempts, 20)), LONGEST_SPAN_RETRY)
