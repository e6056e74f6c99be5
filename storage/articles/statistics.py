"""What the archive holds, counted by source, newspaper, month and day, from its indexes alone.

Days and months are those of publication in UTC+8. Only the count of characters reads the articles themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, String, Table, cast, func, select

from storage.articles.lists import ArticleFilter, filter_conditions, list_article_sources
from storage.database.schema import article, capture, listing, revision
from storage.records import info_code_day
from storage.records.press_days import press_day

Measure = Literal["articles", "revisions", "duplicates"]

_MEASURES: tuple[Measure, ...] = ("articles", "revisions", "duplicates")
_HOUR = len("2026-03-20 08")
_BUSIEST = 10
_PART = 500


@dataclass(slots=True)
class Counts:
    """How many articles there are, and of them: characters (None when not counted), revisions, copies.

    ``quarantined`` are listings whose answer was set aside; None where that cannot be told.
    """

    articles: int = 0
    characters: int | None = None
    revisions: int = 0
    duplicates: int = 0
    quarantined: int | None = None

    def add(self, measure: str, count: int) -> None:
        """Add to one of the counts."""
        setattr(self, measure, (getattr(self, measure) or 0) + count)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the archive holds. An article that several sources listed counts for each of them.

    ``first`` and ``last`` are the times of publication of the oldest and the newest article.
    """

    total: Counts
    sources: Mapping[str, Counts]
    media: Mapping[str | None, Counts]
    months: Mapping[date, Counts]
    busiest_days: Sequence[tuple[date, int]]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the archive is: bytes of the database (with its ``-wal``) and of the WARC files."""

    database_bytes: int
    warc_bytes: int
    warc_files: int
    captures: int


@dataclass(slots=True)
class _Sums:
    total: Counts = field(default_factory=Counts)
    sources: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))
    media: dict[str | None, Counts] = field(default_factory=lambda: defaultdict(Counts))
    months: dict[date, Counts] = field(default_factory=lambda: defaultdict(Counts))
    days: Counter[date] = field(default_factory=Counter)

    def all(self) -> Iterable[Counts]:
        """Return the counts that quarantined listings belong to."""
        return (self.total, *self.sources.values(), *self.months.values())


def count_statistics(
    connection: Connection, wanted: ArticleFilter | None = None, *, characters: bool = False
) -> Statistics:
    """Return what the archive holds of the articles that a filter lets through, copies included.

    ``characters`` are counted by reading every text.
    """
    wanted = wanted or ArticleFilter()
    sums = _Sums()
    for measure in _MEASURES:
        _count_by_media(connection, wanted, measure, sums)
        _count_by_source(connection, wanted, measure, sums)
    if characters:
        _count_characters(connection, wanted, sums)
    _count_quarantined(connection, wanted, sums)
    return Statistics(
        total=sums.total,
        sources=dict(sorted(sums.sources.items())),
        media=dict(sorted(sums.media.items(), key=lambda item: -item[1].articles)),
        months=dict(sorted(sums.months.items())),
        busiest_days=sums.days.most_common(_BUSIEST),
        first=_find_moment(connection, wanted, func.min),
        last=_find_moment(connection, wanted, func.max),
    )


def measure_archive(connection: Connection, database: Path, warc_folder: Path) -> Sizes:
    """Return how large the archive's files are."""
    files = [file.stat().st_size for file in warc_folder.glob("*.warc.gz")]
    beside = (database, database.with_name(f"{database.name}-wal"))
    return Sizes(
        database_bytes=sum(file.stat().st_size for file in beside if file.exists()),
        warc_bytes=sum(files),
        warc_files=len(files),
        captures=int(connection.execute(select(func.count()).select_from(capture)).scalar_one()),
    )


def _count_by_media(connection: Connection, wanted: ArticleFilter, measure: Measure, sums: _Sums) -> None:
    hour = _hour_of(article)
    found = _measure(select(article.c.media, hour), measure, article).where(*filter_conditions(wanted))
    for media, moment, count in connection.execute(found.group_by(article.c.media, hour)):
        day = _day_of(moment)
        for counts in (sums.total, sums.media[media], sums.months[day.replace(day=1)]):
            counts.add(measure, count)
        if measure == "articles":
            sums.days[day] += count


def _count_by_source(connection: Connection, wanted: ArticleFilter, measure: Measure, sums: _Sums) -> None:
    # The order of an index of all listings would tempt SQLite to read them all for a few copies.
    slug = listing.c.source if measure == "articles" else func.coalesce(listing.c.source, "")
    found = _measure(select(slug), measure, listing)
    found = found.where(listing.c.published_at.is_not(None), *_listing_conditions(wanted))
    for source, count in connection.execute(found.group_by(slug)):
        sums.sources[source].add(measure, count)


def _measure(query: Select[Any], measure: Measure, table: Table) -> Select[Any]:
    """Return a query over articles, or their listings, that counts what is asked for."""
    if measure == "articles":
        return query.add_columns(func.count()).select_from(table)
    if measure == "revisions":
        revised = revision.join(table, table.c.info_code == revision.c.info_code)
        return (
            query.add_columns(func.count())
            .select_from(revised)
            .where(revision.c.number > 1, revision.c.cause == "newspaper")
        )
    joined = article if table is article else article.join(table, table.c.info_code == article.c.info_code)
    # Not IS NOT NULL: SQLite would rather read every article than the index of the few that are copies.
    return query.add_columns(func.count()).select_from(joined).where(article.c.duplicate_of > "")


def _count_characters(connection: Connection, wanted: ArticleFilter, sums: _Sums) -> None:
    found = connection.execute(
        select(article.c.info_code, article.c.media, article.c.published_at, func.length(article.c.text))
        .where(*filter_conditions(wanted))
        .execution_options(yield_per=_PART)
    )
    for part in found.partitions():
        sources = list_article_sources(connection, [row.info_code for row in part])
        for code, media, moment, count in part:
            slugs = [slug for slug in sources.get(code, ()) if slug in sums.sources]
            month = press_day(moment).replace(day=1)
            listed = (sums.sources[slug] for slug in slugs)
            for counts in (sums.total, sums.media[media], sums.months[month], *listed):
                counts.add("characters", count)


def _listing_conditions(wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.sources:
        conditions.append(listing.c.source.in_(wanted.sources))
    if wanted.since is not None:
        conditions.append(listing.c.published_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(listing.c.published_at < wanted.until)
    return conditions


def _count_quarantined(connection: Connection, wanted: ArticleFilter, sums: _Sums) -> None:
    """Count what was set aside on the day that its info code begins with."""
    found = select(listing.c.source, listing.c.info_code).where(listing.c.state == "quarantined")
    if wanted.sources:
        found = found.where(listing.c.source.in_(wanted.sources))
    seen: set[str] = set()
    for slug, code in connection.execute(found):
        day = info_code_day(code)
        if not _is_within(day, wanted):
            continue
        sums.sources[slug].add("quarantined", 1)
        if code not in seen:
            sums.total.add("quarantined", 1)
            if day is not None:
                sums.months[day.replace(day=1)].add("quarantined", 1)
        seen.add(code)
    for counts in sums.all():
        counts.quarantined = counts.quarantined or 0


def _is_within(day: date | None, wanted: ArticleFilter) -> bool:
    if day is None:
        return wanted.since is None and wanted.until is None
    after = wanted.since is None or day >= press_day(wanted.since)
    return after and (wanted.until is None or day < press_day(wanted.until))


def _find_moment(connection: Connection, wanted: ArticleFilter, which: Any) -> datetime | None:
    found = connection.execute(select(which(article.c.published_at)).where(*filter_conditions(wanted)))
    moment: datetime | None = found.scalar_one()
    return moment


def _hour_of(table: Table) -> ColumnElement[str]:
    # By the hour, which the text of an instant begins with in every database: UTC+8 is whole hours away.
    hour: ColumnElement[str] = func.substr(cast(table.c.published_at, String), 1, _HOUR)
    return hour


def _day_of(hour: str) -> date:
    return press_day(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC))
