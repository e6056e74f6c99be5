"""A trend as charts and a table: how many articles contain a query, in each span of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from jianbao.documents.trend import Covers
from jianbao.web.charts.figures import BarChart, BarValue, Gap, draw_bars
from jianbao.web.questions.search_form import Asked
from jianbao.web.text.language import Say
from jianbao.web.text.moments import name_month
from storage.records.coverage import PeriodCover
from storage.search import Trend

MOST_BARS = 400
_MOST_CHARTS = 12


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One span of time of one source (None for all): articles that match, and all if they were counted.

    ``cover`` is how much of it the archive covers.
    """

    start: date
    label: str
    source: str | None
    matching: int
    all: int | None
    cover: PeriodCover

    @property
    def share(self) -> float | None:
        """The part that matches, in percent; None where there is nothing, or it was not counted."""
        return 100 * self.matching / self.all if self.all else None

    @property
    def gap(self) -> Gap:
        """What of it the archive does not cover; an article is proof that something was seen."""
        if self.cover.is_none and not self.matching and not self.all:
            return "none"
        return "" if self.cover.known == self.cover.days else "part"


@dataclass(frozen=True, slots=True)
class TrendChart:
    """The charts of a trend, each with its source, and the rows behind them."""

    charts: tuple[BarChart, ...]
    sources: tuple[str | None, ...]
    rows: tuple[TrendRow, ...]

    @property
    def gaps(self) -> set[Gap]:
        """What sorts of gaps its bars have, for the legend."""
        return {bar.gap for chart in self.charts for bar in chart.bars if bar.gap}


def draw_trend(trend: Trend, covers: Covers, asked: Asked, say: Say) -> TrendChart:
    """Return a trend's charts: one, or one for each source with the most matches first."""
    unit, share = asked.unit, bool(asked.share)
    rows = [
        TrendRow(
            point.start,
            _label(point.start, unit, say),
            point.source,
            point.matching,
            point.all,
            covers[point.source, point.start],
        )
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
            gap=row.gap,
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
    if row.gap == "none":
        return say("trend.bar_uncovered", label=row.label)
    told = _tell_count(row, say)
    if row.gap == "part":
        return say("trend.bar_part", bar=told, known=row.cover.known, days=row.cover.days)
    return told


def _tell_count(row: TrendRow, say: Say) -> str:
    if row.all is None:
        return say("trend.bar_count", label=row.label, articles=say("calendar.articles", count=row.matching))
    if row.share is None:
        return say("trend.bar_empty", label=row.label)
    return say("trend.bar", label=row.label, count=row.matching, all=row.all, share=row.share)


def _value(row: TrendRow, *, share: bool) -> float:
    return (row.share or 0.0) if share else float(row.matching)


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
