"""Days of sources on which something should have been published, and nothing was seen or nobody looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from storage.ledger.calendar import find_watched
from storage.ledger.day_ledger import DayLedger
from storage.ledger.habits import each_day, learn_span_habit
from storage.ledger.holes.asked import Asked
from storage.ledger.source import UNLISTED_KINDS
from storage.ledger.unwatched import Pause, find_open_pause, leave_false_pauses_out
from storage.records import StoredSource
from storage.records.habit import Habit
from storage.records.hole import Hole, HoleKind
from storage.records.press_days import press_day
from storage.records.saying import Saying, read_saying, say
from storage.records.span import Span

_DAY = timedelta(days=1)
LATE = timedelta(hours=2)
"""For how long after a day's end what was printed on it may still be listed."""
_TOGETHER = timedelta(days=120)
"""Days for which one habit is learned, and those beside them that teach it as well."""


Missed = tuple[date, HoleKind, Saying]
"""A day that is missed, as which kind of hole, and why."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looked at the days of a source: ``covered`` are those that should be in the archive.

    ``pauses`` are the times in which nobody watched; ``spans`` are those of backfills that are not done,
    and ``filled`` the days of those that are.
    """

    ledger: DayLedger
    covered: Sequence[tuple[date, date]]
    pauses: Sequence[Pause]
    spans: Sequence[Span] = ()
    filled: Sequence[tuple[date, date]] = ()

    @property
    def source(self) -> StoredSource:
        """The source."""
        return self.ledger.source

    def find_pause(self, day: date) -> Pause | None:
        """Return the time without a watch in which a day lies, in whole or in part."""
        return next((pause for pause in self.pauses if pause.has_day(day)), None)

    def list_half_seen(self) -> set[date]:
        """Return the days with articles of which nobody watched a part: there may have been more.

        None of those that a backfill went through, and none of a source whose issues tell all.
        """
        if self.ledger.is_by_issue:
            return set()
        days = {day for pause in self.pauses for day in each_day(*pause.days) if self.count(day)}
        return {day for day in days if not self.is_filled(day)}

    def is_filled(self, day: date) -> bool:
        """Return whether a backfill that is done went through a day."""
        return any(first <= day <= last for first, last in self.filled)

    def count(self, day: date) -> int:
        """Return how many articles of a day are known."""
        return self.ledger.published[day] + self.ledger.unarchived[day]

    def is_judged(self, day: date) -> bool:
        """Return whether a poll succeeded after a day was over, or a backfill went through it."""
        if day < press_day(self.source.added_at):
            return True
        last = self.source.last_succeeded_at
        return last is not None and day < press_day(last - LATE)


def find_days(connection: Connection, asked: Asked, ledgers: Iterable[DayLedger]) -> Iterator[Hole]:
    """Return the silent and the unwatched days of sources, and those of backfills that are not done.

    Days before a source was added count only where a backfill brought them. A day counts when it has been
    over for two hours.
    """
    for ledger in ledgers:
        if asked.has_source(ledger.source.slug) and ledger.source.kind not in UNLISTED_KINDS:
            yield from find_days_of(connection, ledger, asked)


def find_days_of(connection: Connection, ledger: DayLedger, asked: Asked) -> Iterator[Hole]:
    """Return those of one source, as `find_days`."""
    watch = read_watch(ledger, asked.now)
    yield from (hole for span in watch.spans if (hole := _undone(span, asked)) is not None)
    known = _list_told(ledger) - watch.list_half_seen() | _list_accounted(ledger.source.slug, watch, asked)
    for first, last in _within(watch.covered, asked):
        found: list[Missed] = []
        for start, end in _parts(first, last):
            found += _find_missed(
                connection, watch, [day for day in each_day(start, end) if day not in known]
            )
        yield from _join_missed(ledger.source.slug, found, known)


def _list_accounted(slug: str, watch: Watch, asked: Asked) -> set[date]:
    """Return the days that somebody accepted to be without anything."""
    if slug not in asked.accounted.days:
        return set()
    days = (day for span in _within(watch.covered, asked) for day in each_day(*span))
    return {day for day in days if asked.accounted.has_days(slug, day, day)}


def read_watch(ledger: DayLedger, now: datetime) -> Watch:
    """Return who looked at the days of a source."""
    source = ledger.source
    last = press_day(now - LATE) - _DAY
    if not source.enabled:
        last = min(last, press_day(source.last_succeeded_at or source.added_at) - _DAY)
    filled = [
        (_first_day(ledger, span.first_day), span.last_day) for span in ledger.spans if span.state == "done"
    ]
    covered = _join([*filled, (press_day(source.added_at), last)], last)
    pauses = _list_pauses(ledger, now) if source.enabled else []
    return Watch(ledger, covered, pauses, [span for span in ledger.spans if span.state != "done"], filled)


def _list_pauses(ledger: DayLedger, now: datetime) -> list[Pause]:
    """Return the times in which nobody watched a source, by their beginning, the one that goes on as well."""
    found = leave_false_pauses_out(ledger.pauses, press_day(now))
    going_on = find_open_pause(ledger.source, now)
    return found if going_on is None else [*found, going_on]


def _find_missed(connection: Connection, watch: Watch, silent: Sequence[date]) -> list[Missed]:
    """Return which of some silent days are missed, by the habit that they and those beside them teach."""
    if not silent:
        return []
    first, last = silent[0] - _TOGETHER, silent[-1] + _TOGETHER
    teaching = max(first, watch.covered[0][0]), min(last, watch.covered[-1][1])
    habit = learn_span_habit(watch.ledger, *teaching, today=watch.covered[-1][1] + _DAY)
    expected = [day for day in silent if habit.is_expected(day) and not watch.count(day)]
    unwatched = _list_unwatched(connection, watch, expected)
    judged = (_judge(day, watch, habit, day in unwatched) for day in silent)
    return [one for one in judged if one is not None]


def _join_missed(slug: str, found: Sequence[Missed], told: set[date]) -> Iterator[Hole]:
    """Yield missed days as holes: those of one kind between which nothing was printed are one."""
    run: list[Missed] = []
    for one in found:
        if run and (run[-1][1:] != one[1:] or _is_told_between(told, run[-1][0], one[0])):
            yield _hole(slug, run)
            run = []
        run.append(one)
    if run:
        yield _hole(slug, run)


def _judge(day: date, watch: Watch, habit: Habit, is_unwatched: bool) -> tuple[date, HoleKind, Saying] | None:
    """Return what an empty day or one watched in part is: against the habit, unwatched, or neither."""
    pause = watch.find_pause(day)
    if watch.count(day):
        return None if pause is None else _judge_half_seen(day, watch, habit, pause)
    if pause is None and not watch.is_judged(day):
        return None
    is_expected = habit.is_expected(day)
    if is_expected or (pause is not None and not habit.is_known):
        if pause is not None or is_unwatched:
            reason = pause.reason if pause is not None else say("holes.not_polled")
            return day, "unwatched", say("holes.unwatched", days=watch.source.window_days, reason=reason)
        return day, "silent", say("holes.silent_issues" if habit.by_issue else "holes.silent")
    return None


def _judge_half_seen(day: date, watch: Watch, habit: Habit, pause: Pause) -> Missed | None:
    """Return a day as missed that has fewer articles than usual, where nobody watched a part of it."""
    count = watch.count(day)
    if habit.is_known and count >= habit.of(day).usual:
        return None
    return day, "unwatched", say("holes.half_watched", count=count, reason=pause.reason)


def _list_told(ledger: DayLedger) -> set[date]:
    """Return the days of which the ledger knows what was printed, or that nothing was."""
    return set(ledger.issues) if ledger.is_by_issue else {*ledger.published, *ledger.unarchived}


def _list_unwatched(connection: Connection, watch: Watch, silent: Sequence[date]) -> set[date]:
    """Return the silent days after which no crawl at all succeeded in time; none of a backfill's days."""
    added = press_day(watch.source.added_at)
    polled = [day for day in silent if day >= added]
    return set(polled) - find_watched(connection, polled, timedelta(days=watch.source.window_days))


def _is_told_between(told: set[date], first: date, last: date) -> bool:
    return any(day in told for day in each_day(first, last))


def _hole(slug: str, run: Sequence[Missed]) -> Hole:
    _, kind, reason = run[0]
    return Hole(slug, run[0][0], run[-1][0], kind, reason, len(run))


def _undone(span: Span, asked: Asked) -> Hole | None:
    """Return the days of a backfill that is not done as a hole, None where none of them is asked for."""
    first = asked.first or span.first_day if span.first_day == date.min else span.first_day
    if not any(asked.has_day(day) for day in (first, span.last_day)) and not (
        asked.first is not None and first < asked.first <= span.last_day
    ):
        return None
    if asked.accounted.has_days(span.source, first, span.last_day):
        return None
    reason = say("holes.history", state=span.state)
    if span.reason:
        reason = say("holes.history_reason", reason=read_saying(span.reason))
    count = (span.total - span.done) if span.total is not None else (span.last_day - first).days + 1
    return Hole(span.source, first, span.last_day, "history", reason, max(count, 1))


def _first_day(ledger: DayLedger, first: date) -> date:
    """Return the first day of a backfill; of one that went as far as the site does, that of what it found."""
    if first != date.min:
        return first
    return min(ledger.issues, default=None) or min(ledger.published, default=date.max)


def _join(covered: Sequence[tuple[date, date]], last: date) -> list[tuple[date, date]]:
    """Return spans of days in order, none after the last day, and each day in one of them at most."""
    joined: list[tuple[date, date]] = []
    for first, end in sorted((first, min(end, last)) for first, end in covered):
        if first > end:
            continue
        if joined and first <= joined[-1][1] + _DAY:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((first, end))
    return joined


def _within(covered: Sequence[tuple[date, date]], asked: Asked) -> Iterator[tuple[date, date]]:
    """Yield the parts of spans that are asked for."""
    for first, last in covered:
        start, end = max(first, asked.first or first), min(last, asked.last or last)
        if start <= end:
            yield start, end


def _parts(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield a long span in parts for which one habit is learned."""
    while first <= last:
        yield first, min(first + _TOGETHER - _DAY, last)
        first += _TOGETHER
