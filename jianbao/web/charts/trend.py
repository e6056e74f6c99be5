"""A trend as charts and a table: how many articles contain a query, in each span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from jianbao.web.charts.figures import BarChart, BarValue, draw_bars
from jianbao.web.questions.search_form import Asked
from jianbao.web.text.language import Say
from jianbao.web.text.moments import name_month
from storage.search import Trend

MOST_BARS = 400
_MOST_CHARTS = 12


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One span of time of one source (None for all): articles that match, and all if they were counted."""

    start: date
    label: str
    source: str | None
    matching: int
    all: int | None

    @property
    def share(self) -> float:
        """The part that matches, in percent; 0 where there is nothing."""
        return 100 * self.matching / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The charts of a trend, each with its source, and the rows behind them."""

    charts: tuple[BarChart, ...]
    sources: tuple[str | None, ...]
    rows: tuple[TrendRow, ...]


def draw_trend(trend: Trend, asked: Asked, say: Say) -> TrendChart:
    """Return a trend's charts: one, or one for each source with the most matches first."""
    unit, share = asked.unit, bool(asked.share)
    rows = [
        TrendRow(point.start, _label(point.start, unit, say), point.source, point.matching, point.all)
        for point in trend.points
    ]
    parts = _by_source(rows)
    most = max((_value(row, share=share) for row in rows), default=0)
    charts = tuple(_draw(part, asked, unit, most, say) for _, part in parts)
    return TrendChart(charts, tuple(source for source, _ in parts), tuple(rows))


def _by_source(rows: Sequence[TrendRow]) -> list[tuple[str | None, list[TrendRow]]]:
    ordered = sorted(rows, key=lambda row: (row.source or "", row.start))
    parts = [(source, list(part)) for source, part in groupby(ordered, key=lambda row: row.source)]
    parts.sort(key=lambda part: -sum(row.matching for row in part[1]))
    return parts[:_MOST_CHARTS]


def _draw(rows: Sequence[TrendRow], asked: Asked, unit: str, most: float, say: Say) -> BarChart:
    share = bool(asked.share)
    values = [
        BarValue(
            value=_value(row, share=share),
            title=_tell(row, say),
            label=row.label,
            href=_hits(row, asked, unit),
        )
        for row in rows
    ]
    whole = sum(row.matching for row in rows)
    label = say("trend.chart", count=whole, first=rows[0].label, last=rows[-1].label)
    return draw_bars(values, lambda value: print_share(value) if share else f"{value:,.0f}", label, most)


def print_share(value: float) -> str:
    """Return a share in two figures that count; never as a power of ten."""
    return f"{value:.0f} %" if value >= 10 else f"{float(f'{value:.2g}'):g} %"  # noqa: PLR2004 - two digits


def _tell(row: TrendRow, say: Say) -> str:
    if row.all is None:
        return f"{row.label}: {say('calendar.articles', count=row.matching)}"
    return say("trend.bar", label=row.label, count=row.matching, all=row.all, share=row.share)


def _value(row: TrendRow, *, share: bool) -> float:
    return row.share if share else float(row.matching)


def _hits(row: TrendRow, asked: Asked, unit: str) -> str | None:
    """Return the address of the articles behind a bar."""
    if not row.matching:
        return None
    last = _last_day(row.start, unit)
    narrowed = {"source": row.source} if row.source else {}
    return asked.at(
        "/search",
        from_=row.start.isoformat(),
        to=last.isoformat(),
        by="month",
        share="",
        split="",
        exact="",
        **narrowed,
    )


def _last_day(start: date, unit: str) -> date:
    if unit == "day":
        return start
    if unit == "week":
        return start + timedelta(days=6)
    if unit == "year":
        return date(start.year, 12, 31)
    return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _label(start: date, unit: str, say: Say) -> str:
    if unit == "year":
        return str(start.year)
    return name_month(start, say) if unit == "month" else start.isoformat()
