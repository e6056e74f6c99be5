"""Charts as figures only: where each bar and each day stands. The templates draw them as SVG.

Lengths across are percentages: a chart is as wide as its page, and its letters are not stretched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

BAR_HEIGHT = 140  # pixels of the highest bar
_TICKS = 5
_WIDEST = 4.0  # percent of the page: a single bar is no wall
_GAP = 0.15  # of a bar's place
CELL = 14  # pixels of a day's cell, with the gap to the next
_LEVELS = 4
Gap = Literal["", "none", "part"]
"""What an archive lacks of a bar's time: nothing, all of it, or a part."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: left edge and width in percent of the chart, height in pixels, and what it says when asked.

    ``place`` is its width with the space to the next one: so wide is the band of a ``gap``.
    """

    x: float
    width: float
    height: float
    title: str
    href: str | None = None
    gap: Gap = ""
    place: float = 0.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A label under the bars: its place in percent, and how it stands there (start, middle, end)."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart of bars, its highest value, and the labels under it."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    top: str
    label: str


@dataclass(frozen=True, slots=True)
class BarValue:
    """What one bar stands for, and what of its time the archive lacks."""

    value: float
    title: str
    label: str
    href: str | None = None
    gap: Gap = ""


def draw_bars(
    values: Sequence[BarValue], top: Callable[[float], str], label: str, most: float = 0
) -> BarChart:
    """Return the chart of some values in order; ``top`` prints the highest, which is at least ``most``."""
    highest = max([most, *(value.value for value in values)])
    place = min(100 / max(len(values), 1), _WIDEST)
    bars = tuple(
        Bar(
            x=round(number * place, 3),
            width=round(place * (1 - _GAP), 3),
            height=round(max(BAR_HEIGHT * value.value / highest, 1.5), 1) if value.value else 0,
            title=value.title,
            href=value.href,
            gap=value.gap,
            place=round(place, 3),
        )
        for number, value in enumerate(values)
    )
    return BarChart(bars, _place_ticks(values, place), top(highest), label)


def _place_ticks(values: Sequence[BarValue], place: float) -> tuple[Tick, ...]:
    if not values:
        return ()
    width = place * len(values)
    count = max(min(_TICKS, len(values), int(width // 12)), 1)
    numbers = sorted({round(i * (len(values) - 1) / max(count - 1, 1)) for i in range(count)})
    ticks = []
    for number in numbers:
        last = number == len(values) - 1 and number > 0 and width > 90  # noqa: PLR2004 - it would be cut off
        anchor = "start" if number == 0 else "end" if last else "middle"
        x = number * place + (0 if number == 0 else place if last else place / 2)
        ticks.append(Tick(round(x, 3), values[number].label, anchor))
    return tuple(ticks)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the calendar: its place in pixels, how it looks, and what it says when asked.

    ``look`` is ``level1`` to ``level4`` by what arrived, ``silent`` (looked at, nothing printed), ``missed``
    (looked at, and nothing there against the habit), ``unseen`` (nobody looked), ``unlisted`` (an issue that
    could not be read), ``waiting`` (nobody looked yet), ``before`` (of the source), or ``outside`` (nothing
    to tell). ``owing`` tells that something is not archived.
    """

    day: date
    x: int
    y: int
    look: str
    owing: bool
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """One year of cells, a column for each week from Monday; months with the place of their label."""

    year: int
    cells: tuple[Cell, ...]
    months: tuple[tuple[int, int], ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DayState:
    """What is known of one day: articles published, listings not archived, and how the empty day looks."""

    count: int
    owing: int
    empty: str


def draw_calendar(
    year: int, states: Mapping[date, DayState], say_day: Callable[[date, DayState], str]
) -> Calendar:
    """Return the calendar of a year; a day without a state lies outside of what can be told."""
    first = date(year, 1, 1)
    monday = first - timedelta(days=first.weekday())
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    steps = _steps([state.count for state in states.values() if state.count])
    cells = []
    for day in days:
        state = states.get(day)
        week = (day - monday).days // 7
        cells.append(
            Cell(
                day=day,
                x=week * CELL,
                y=day.weekday() * CELL,
                look=_look(state, steps),
                owing=bool(state and state.owing),
                title=say_day(day, state) if state else "",
                count=state.count if state else 0,
            )
        )
    weeks = (days[-1] - monday).days // 7 + 1
    months = tuple((month, ((date(year, month, 1) - monday).days + 6) // 7 * CELL) for month in range(1, 13))
    return Calendar(year, tuple(cells), months, weeks * CELL, 7 * CELL)


def _steps(counts: Sequence[int]) -> list[int]:
    """Return the least count of each level: the quarters of what the days bring."""
    ordered = sorted(counts)
    return [ordered[len(ordered) * level // _LEVELS] for level in range(_LEVELS)] if ordered else []


def _look(state: DayState | None, steps: Sequence[int]) -> str:
    if state is None:
        return "outside"
    if not state.count:
        return state.empty
    return f"level{sum(state.count >= step for step in steps)}"
