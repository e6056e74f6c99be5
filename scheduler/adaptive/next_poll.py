"""The next poll: history in, time and reason out. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from scheduler.adaptive.habit import BusySpan, Habit
from scheduler.adaptive.history import PollHistory

Why = Literal["first", "learning", "habit", "quiet", "news", "retry", "rest"]
"""Why a source is polled when it is: for the first time; often, while little is known; as is usual at that
hour; as seldom as may be, for nothing is usual; sooner, for the last poll found something; again, after one
that failed; when its host's rest is over."""

_HOUR = timedelta(hours=1)
_SOON_AFTER_NEWS = 4  # floors
_EARLY = 0.2  # of its pause: so much sooner a source may go along with others


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When a source is to be polled (UTC), and why.

    ``pause`` is what passes between two polls just now. From ``may_at`` on it may go along with others, so
    that they share a process.
    """

    at: datetime
    may_at: datetime
    pause: timedelta
    why: Why


def plan_poll(history: PollHistory, now: datetime) -> NextPoll:
    """Return when a source is to be polled next; a time that is past says how overdue it is.

    A poll that lies ahead was noted by a clock that was wrong, and counts as none: whoever was never polled
    is due at once.
    """
    habit = Habit(history, now.astimezone(history.zone).date())
    polled_at = _past(history.polled_at, now)
    if polled_at is None:
        return NextPoll(now, now, history.bounds.floor, "first")
    at, pause, why = _after(history, habit, polled_at)
    if history.rests_until is not None and at < history.rests_until:
        at, why = history.rests_until.astimezone(UTC), "rest"
    return NextPoll(at, at if why == "rest" else at - _EARLY * (at - polled_at), pause, why)


def busy_spans(history: PollHistory, now: datetime) -> tuple[BusySpan, ...]:
    """Return the hours of today, by the source's clock, at which it is polled much more often."""
    today = now.astimezone(history.zone).date()
    return Habit(history, today).busy_spans(today.weekday())


def _after(history: PollHistory, habit: Habit, polled_at: datetime) -> tuple[datetime, timedelta, Why]:
    """Return when to poll after a poll, the usual pause there, and why."""
    bounds, succeeded_at = history.bounds, _past(history.succeeded_at, polled_at)
    if succeeded_at is None or succeeded_at < polled_at:  # it failed: longer and longer pauses
        failing = polled_at - succeeded_at if succeeded_at is not None else 2 * bounds.floor
        pause = min(max(bounds.floor, failing / 2), bounds.longest)
        return polled_at + pause, pause, "retry"
    usual = habit.pause(polled_at.astimezone(history.zone))
    at = _elapse(history, habit, polled_at)
    soon = polled_at + _SOON_AFTER_NEWS * bounds.floor
    if history.changed_at is not None and history.changed_at >= polled_at and soon < at:
        return soon, soon - polled_at, "news"
    if not habit.is_known:
        return at, usual, "learning"
    return at, usual, "quiet" if usual >= bounds.longest else "habit"


def _elapse(history: PollHistory, habit: Habit, polled_at: datetime) -> datetime:
    """Return when a whole pause has gone by: each hour has its own, and lets its part of one pass."""
    left, at = 1.0, polled_at.astimezone(UTC)
    for end in _hours(history, at):
        pause = habit.pause(at.astimezone(history.zone))
        if (part := (end - at) / pause) >= left:
            return min(at + left * pause, polled_at.astimezone(UTC) + history.bounds.longest)
        left, at = left - part, end
    return at


def _hours(history: PollHistory, at: datetime) -> Iterator[datetime]:
    """Yield the ends of the hours from a moment on, by the source's clock, until the longest pause."""
    last = at + history.bounds.longest
    local = at.astimezone(history.zone)
    end = at + _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    while end < last:
        yield end
        end += _HOUR
    yield last


def _past(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment <= now else None
