"""Trends, as `trend --json` and the API have them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Connection

from jianbao.documents.coverage import present_statement
from jianbao.documents.document import Document
from storage.ledger.holes.covered import read_coverage
from storage.records.coverage import ArchiveCoverage, PeriodCover, cover_periods
from storage.search import Query, Settled, Trend, TrendPoint, Unit, count_trend, settle_query

Covers = dict[tuple[str | None, date], PeriodCover]
"""How much of a period is covered, by source (None for all that were asked) and the period's first day."""


def read_trend(
    view: Connection,
    query: Query,
    unit: Unit,
    *,
    by_source: bool = False,
    archive: ArchiveCoverage | None = None,
    coverage: bool = False,
) -> Document:
    """Return how many articles contain a query in each period, of how many; empty periods as well.

    ``archive`` is its coverage where that is known already; with ``coverage`` its statement is added, in
    sayings still.
    """
    settled = settle_query(view, query)
    trend = count_trend(view, settled.query, unit, by_source=by_source)
    archive = archive or read_coverage(view, datetime.now(UTC))
    found = present_trend(settled, trend, cover_trend(trend, settled.query, archive))
    if coverage:
        found["coverage"] = present_statement(archive, settled.query.filter)
    return found


def cover_trend(trend: Trend, query: Query, archive: ArchiveCoverage) -> Covers:
    """Return how much of each period of a trend is covered, for each source that it is split by."""
    asked = query.filter
    days = [period.days for period in trend.periods]
    covers: Covers = {}
    for slug in dict.fromkeys(point.source for point in trend.points):
        chosen = archive.select(asked.sources if slug is None else (slug,), asked.not_sources)
        parts = zip(trend.periods, cover_periods(chosen, days), strict=True)
        covers |= {(slug, period.start): cover for period, cover in parts}
    return covers


def present_trend(settled: Settled, trend: Trend, covers: Covers) -> Document:
    """Return a trend as `trend --json` prints it; points have a ``source`` when it is split by them."""
    return {
        "query": settled.query.text,
        "unit": trend.unit,
        "total": trend.total,
        "points": [_present_point(point, covers[point.source, point.start]) for point in trend.points],
        "hints": [hint.sentence for hint in settled.tell(trend.total)],
    }


def _present_point(point: TrendPoint, cover: PeriodCover) -> Document:
    source = {} if point.source is None else {"source": point.source}
    return {
        **source,
        "start": point.start.isoformat(),
        "matching": point.matching,
        "all": point.all,
        "share": round(point.matching / point.all, 6) if point.all else None,
        "covered": round(cover.share, 4),
        "covered_days": cover.known,
        "days": cover.days,
    }
