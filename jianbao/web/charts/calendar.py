"""A source's year, day by day: what arrived, what is missing, and the days on which nobody looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from jianbao.web.charts.figures import Calendar, Cell, DayState, draw_calendar
from jianbao.web.text.language import Say
from jianbao.web.text.moments import name_day
from storage.ledger.calendar import find_watched
from storage.ledger.day_ledger import DayLedger, read_day_ledgers
from storage.ledger.issue import issue_states
from storage.records import IssueState, StoredSource
from storage.records.coverage import SourceDays
from storage.records.press_days import press_day

_TROUBLED = ("unseen", "unlisted", "missed")
_OF_ISSUE = {"none": "silent", "failed": "unlisted", "unknown": "unlisted", "listed": "waiting"}
"""How a day without an article looks whose issue is known."""
_KEPT = timedelta(days=3)
"""How long a category page keeps an article: a day is seen if anybody looked before that was over."""


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """A year's calendar, the years that have one, what the year adds up to, and its issues' states."""

    calendar: Calendar
    years: tuple[int, ...]
    articles: int
    owing: int
    unseen: int
    missed: int
    issues: dict[date, IssueState]

    @property
    def told(self) -> list[Cell]:
        """The days that have something to tell."""
        return [cell for cell in self.calendar.cells if cell.count or cell.owing or cell.look in _TROUBLED]


def read_calendar(
    view: Connection, source: StoredSource, known: SourceDays, year: int | None, say: Say
) -> YearCalendar:
    """Return a source's year: the one asked for, else the last that has an article, else this one.

    ``known`` tells the days that are missed by its habit, or that nobody watched.
    """
    today = press_day(datetime.now(UTC))
    ledger = read_day_ledgers(view, (source.slug,))[source.slug]
    first = min(min(ledger.published, default=today), press_day(source.added_at))
    last = max(ledger.published, default=today)
    year = year or last.year
    issues = issue_states(view, [source.slug], date(year, 1, 1), date(year, 12, 31)).get(source.slug, {})
    days = _days(max(min([first, *issues]), date(year, 1, 1)), min(today, date(year, 12, 31)))
    states = {day: _as_known(day, state, known) for day, state in _states(view, ledger, days, issues).items()}
    calendar = draw_calendar(year, states, lambda day, state: _tell(day, state, say))
    return YearCalendar(
        calendar=calendar,
        years=tuple(range(max(today.year, last.year), first.year - 1, -1)),
        articles=sum(state.count for state in states.values()),
        owing=sum(state.owing for state in states.values()),
        unseen=sum(cell.look == "unseen" for cell in calendar.cells),
        missed=sum(cell.look == "missed" for cell in calendar.cells),
        issues=issues,
    )


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _states(
    view: Connection, ledger: DayLedger, days: list[date], issues: Mapping[date, IssueState]
) -> dict[date, DayState]:
    """Return what is known of each day; before the source was added nobody could look."""
    if not days:
        return {}
    counts, owing, added = ledger.published, ledger.unarchived, press_day(ledger.source.added_at)
    empty = [day for day in days if not counts[day] and day >= added]
    watched = find_watched(view, empty, _KEPT)
    now = datetime.now(UTC)
    return {
        day: DayState(
            counts[day],
            owing[day],
            _OF_ISSUE.get(issues.get(day, "")) or _emptiness(day, added, now, watched),
        )
        for day in days
    }


def _emptiness(day: date, added: date, now: datetime, watched: set[date]) -> str:
    """Return how a day looks for which nothing arrived; today may still bring something, whoever looked."""
    if day < added:
        return "before"
    if day in watched and day < press_day(now):
        return "silent"
    return "unseen" if day < press_day(now - _KEPT) else "waiting"


def _as_known(day: date, state: DayState, known: SourceDays) -> DayState:
    """Return a day's state with what is known beyond polls: silence against the habit, a pause."""
    if state.count or state.empty not in ("silent", "waiting"):
        return state
    if known.is_holed(day):
        return replace(state, empty="missed")
    is_over = state.empty == "silent"  # of a day that still waits somebody may yet look in time
    return replace(state, empty="unseen") if is_over and known.is_unwatched(day) else state


def _tell(day: date, state: DayState, say: Say) -> str:
    told = say("calendar.articles", count=state.count) if state.count else say(f"calendar.{state.empty}")
    owing = f"; {say('calendar.owing', count=state.owing)}" if state.owing else ""
    return f"{name_day(day, say)}: {told}{owing}"
