"""Coverage statements: which days an answer rests on, and what is known to be missing of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection

from jianbao.documents.article import present_time
from jianbao.documents.document import Document
from jianbao.documents.gaps import present_hole
from storage.articles.lists import ArticleFilter
from storage.ledger.coverage import sum_states
from storage.ledger.holes.covered import read_coverage
from storage.records.coverage import ArchiveCoverage, CoverageStatement, SourceCoverage, state_coverage
from storage.records.press_days import press_day
from storage.records.saying import Saying, say

MOST_HOLES = 100
"""Holes of one source that a statement names; all of them are in `jianbao gaps`."""
_NAMED = 5
_INSTANT = timedelta(microseconds=1)
_SETTLED = timedelta(days=3)


def read_statement(view: Connection, wanted: ArticleFilter) -> Document:
    """Return the coverage statement of the sources and days that a filter asks for, as of now."""
    return present_statement(read_coverage(view, datetime.now(UTC)), wanted)


def present_statement(archive: ArchiveCoverage, wanted: ArticleFilter) -> Document:
    """Return a coverage statement as JSON has it; its ``statement`` and reasons are sayings still."""
    stated = state_filter(archive, wanted)
    return {
        "from": _day(stated.since),
        "to": _day(stated.until),
        "computed_at": present_time(stated.computed_at),
        "statement": say_coverage(stated),
        "sources": [_present_source(one) for one in stated.sources],
    }


def state_filter(archive: ArchiveCoverage, wanted: ArticleFilter) -> CoverageStatement:
    """Return how far the archive answers for the sources and days of a filter, whatever else it asks for."""
    since = None if wanted.since is None else press_day(wanted.since)
    until = None if wanted.until is None else press_day(wanted.until - _INSTANT)
    return state_coverage(archive, wanted.sources, wanted.not_sources, since, until)


def say_coverage(stated: CoverageStatement) -> Saying:
    """Return a coverage statement in one sentence; of many sources those of which most is missing."""
    told = sorted(stated.sources, key=lambda one: (-one.lacking, -one.missing, one.source))
    told = [one for one in told if one.covered or one.lacking or len(told) <= _NAMED]
    if not told:
        return say("coverage.no_source")
    said = [_say_source(one, stated.computed_at) for one in told[:_NAMED]]
    rest = len(stated.sources) - len(said)
    return say("coverage.line", sources=[*said, *([say("coverage.more", count=rest)] if rest else [])])


def _say_source(one: SourceCoverage, now: datetime) -> Saying:
    if one.first is None or one.last is None:
        said = say("coverage.none", name=one.name)
    elif one.last >= press_day(now - _SETTLED):
        said = say("coverage.on", name=one.name, first=one.first.isoformat())
    else:
        first, last = one.first.isoformat(), one.last.isoformat()
        said = say("coverage.until", name=one.name, first=first, last=last)
    if one.lacking:
        said = say("coverage.days", source=said, count=one.lacking)
    return say("coverage.articles", source=said, count=one.missing) if one.missing else said


def _present_source(one: SourceCoverage) -> Document:
    ledger = asdict(sum_states(one.source, one.ledger))
    ledger.pop("source")
    return {
        "slug": one.source,
        "name": one.name,
        "from": _day(one.first),
        "to": _day(one.last),
        "days": one.days,
        "covered": one.covered,
        "holed": one.holed,
        "unwatched": one.unwatched,
        "before": one.before,
        "missing": one.missing,
        "ledger": ledger,
        "holes_count": len(one.holes),
        "holes": _present_holes(one),
    }


def _present_holes(one: SourceCoverage) -> Sequence[Document]:
    return [present_hole(hole) for hole in one.holes[:MOST_HOLES]]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
