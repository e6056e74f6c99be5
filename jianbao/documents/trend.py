"""Trends, as `trend --json` and the API have them."""

from __future__ import annotations

from sqlalchemy import Connection

from jianbao.documents.document import Document
from storage.search import Query, Settled, Trend, TrendPoint, Unit, count_trend, settle_query


def read_trend(view: Connection, query: Query, unit: Unit, *, by_source: bool = False) -> Document:
    """Return how many articles contain a query in each period, of how many; empty periods as well."""
    settled = settle_query(view, query)
    return present_trend(settled, count_trend(view, settled.query, unit, by_source=by_source))


def present_trend(settled: Settled, trend: Trend) -> Document:
    """Return a trend as `trend --json` prints it; points have a ``source`` when it is split by them."""
    return {
        "query": settled.query.text,
        "unit": trend.unit,
        "total": trend.total,
        "points": [_present_point(point) for point in trend.points],
        "hints": [hint.sentence for hint in settled.tell(trend.total)],
    }


def _present_point(point: TrendPoint) -> Document:
    source = {} if point.source is None else {"source": point.source}
    return {
        **source,
        "start": point.start.isoformat(),
        "matching": point.matching,
        "all": point.all,
        "share": round(point.matching / point.all, 6) if point.all else None,
    }
