"""Trends: counts for each period against counting on one's fingers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, text
from support.naive_search import NaiveArticle, NaiveSearch
from support.searched_articles import FIRST, SLUGS, SearchedArticles, make_article

from storage.articles.article import find_article
from storage.search import AT_ONCE, Effort, Trend, Unit, count_trend, parse_query, read_index_state
from storage.search.match import matches
from storage.search.query import Query

PRESS = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 3, 1, tzinfo=PRESS)
UNITS: list[Unit] = ["day", "week", "month", "year"]
QUERIES = [
    "光",
    "光伏",
    "a",
    "title:光",
    "光 OR 银行",
    "光伏 -上饶",
    "-上饶",
    "",
    "source:raojiang",
    "media:上饶日报 光",
    "source:raojiang -source:jx-wire 光伏",
    "光 from:2026-02-20 to:2026-03",
    "a from:2026-03-01 to:2026-03-01",
    "㊣㊣",
]


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Return a view of an archive with articles around midnight, more than minutes have ids for, and gaps."""
    with SearchedArticles.open(tmp_path_factory.mktemp("trend"), days=30) as searched:
        searched.add(120)
        searched.relist(40)
        with searched.archive.writing() as connection:
            for distance in (-61, -60, -59, -1, -1, -1, 0, 0, 0, 1, 59) * 3:
                searched.store(connection, searched.write(MIDNIGHT + timedelta(seconds=distance)), SLUGS[1])
            for moment in (FIRST + timedelta(days=500), datetime(1999, 12, 31, 23, 59, 59, tzinfo=PRESS)):
                searched.store(connection, searched.write(moment), SLUGS[2])
        with searched.archive.reading() as connection:
            yield connection


def fingers(
    connection: Connection, query: Query, unit: Unit, *, by_source: bool
) -> Counter[tuple[str | None, date]]:
    """Return how many articles match in each period, and of each source."""
    wanted = query.filter
    counts: Counter[tuple[str | None, date]] = Counter()
    for each in NaiveSearch.read(connection).articles:
        if (
            matches(query, each.title[0], "\n".join(each.lines))
            and (not wanted.sources or not each.sources.isdisjoint(wanted.sources))
            and each.sources.isdisjoint(wanted.not_sources)
            and (not wanted.media or each.media in wanted.media)
            and (wanted.since is None or each.published_at >= wanted.since)
            and (wanted.until is None or each.published_at < wanted.until)
        ):
            for source in each.sources if by_source else (None,):
                counts[source, period(each, unit)] += 1
    return counts


def period(each: NaiveArticle, unit: Unit) -> date:
    """Return the first day of the period in which an article was printed."""
    day = each.published_at.astimezone(PRESS).date()
    if unit == "week":
        return date.fromisocalendar(*day.isocalendar()[:2], 1)
    return {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[unit]


def counted(trend: Trend) -> Counter[tuple[str | None, date]]:
    """Return the counts of a trend, the zeros left out."""
    return +Counter({(point.source, point.start): point.matching for point in trend.points})


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("query", QUERIES)
def test_counts_are_those_of_counting_one_by_one(connection: Connection, query: str, unit: Unit) -> None:
    asked = parse_query(query)
    trend = count_trend(connection, asked, unit)
    wanted = fingers(connection, asked, unit, by_source=False)
    assert counted(trend) == wanted
    assert trend.total == wanted.total()


@pytest.mark.parametrize("query", QUERIES)
def test_each_source_is_counted_for_itself(connection: Connection, query: str) -> None:
    asked = parse_query(query)
    trend = count_trend(connection, asked, "month", by_source=True)
    assert counted(trend) == fingers(connection, asked, "month", by_source=True)
    assert trend.total == fingers(connection, asked, "month", by_source=False).total()


def test_all_are_all_articles_within_the_filter(connection: Connection) -> None:
    trend = count_trend(connection, parse_query("光伏 source:raojiang"), "month")
    everything = fingers(connection, parse_query("source:raojiang"), "month", by_source=False)
    assert +Counter({(None, point.start): point.all or 0 for point in trend.points}) == everything
    assert all(point.matching <= (point.all or 0) for point in trend.points)
    bare = count_trend(connection, parse_query("光伏"), "month", with_all=False)
    assert {point.all for point in bare.points} == {None}


@pytest.mark.parametrize(("unit", "longest"), [("day", 1), ("week", 7), ("month", 31), ("year", 366)])
def test_no_period_is_left_out(connection: Connection, unit: Unit, longest: int) -> None:
    trend = count_trend(connection, parse_query("光伏"), unit)
    starts = [point.start for point in trend.points]
    assert starts[0] <= date(1999, 12, 31) < date(2027, 6, 25) <= starts[-1] + timedelta(days=longest)
    assert all(0 < (after - before).days <= longest for before, after in pairwise(starts))
    assert any(point.matching == 0 for point in trend.points)


def test_days_are_those_of_the_press(connection: Connection) -> None:
    trend = count_trend(connection, parse_query("from:2026-02-28 to:2026-03-01"), "day")
    assert [point.start for point in trend.points] == [date(2026, 2, 28), date(2026, 3, 1)]
    assert read_index_state(connection).largest_shift > 8, "articles of February have ids of March"


def test_an_archive_without_articles_has_no_trend(tmp_path: Path) -> None:
    with SearchedArticles.open(tmp_path) as searched, searched.archive.reading() as connection:
        assert count_trend(connection, parse_query("光伏")) == Trend("month", 0, ())
        assert count_trend(connection, parse_query(""), by_source=True) == Trend("month", 0, ())


def test_a_stale_index_counts_the_same(tmp_path: Path) -> None:
    with SearchedArticles.open(tmp_path, days=3) as searched:
        searched.add(30)
        with searched.archive.writing() as connection:
            before = count_trend(connection, parse_query("光"), "day")
            connection.execute(text("UPDATE search_state SET version = 'x'"))
            assert count_trend(connection, parse_query("光"), "day") == before
        assert before.total > 0


def test_more_than_a_day_of_one_minute_is_counted_on_its_day(tmp_path: Path) -> None:
    """Ids run over by more than a day: then each article is looked up."""
    with SearchedArticles.open(tmp_path) as searched, searched.archive.writing() as connection:
        for number in range(6):
            code = f"NW20260301{number:010d}"
            searched.store(connection, make_article(code, MIDNIGHT, "光伏", ["光伏"]), SLUGS[0])
        stored = find_article(connection, "NW202603010000000005")
        assert stored is not None
        connection.execute(text("UPDATE search_state SET largest_shift = 99999"))
        trend = count_trend(connection, parse_query("光伏"), "day")
        assert [(point.start, point.matching) for point in trend.points] == [(date(2026, 3, 1), 6)]


@pytest.mark.parametrize("by_source", [False, True])
@pytest.mark.parametrize("query", ["光", "上饶光", "", "source:raojiang 光"])
def test_the_newest_periods_are_the_end_of_all(connection: Connection, query: str, by_source: bool) -> None:
    asked = parse_query(query)
    whole = count_trend(connection, asked, "week", by_source=by_source)
    cut = count_trend(connection, asked, "week", by_source=by_source, newest=75)
    assert cut.cut
    assert not whole.cut
    starts = sorted({point.start for point in whole.points})[-75:]
    assert [p for p in cut.points if p.matching or p.all] == [
        p for p in whole.points if p.start in starts and (p.matching or p.all)
    ]
    assert not count_trend(connection, asked, "week", newest=10_000).cut


def test_many_texts_are_sampled_where_little_may_be_read(connection: Connection) -> None:
    asked = parse_query("a* from:2026-02-11 to:2026-03-10")
    whole = count_trend(connection, asked)
    assert whole.exact
    little = Effort(indexed=20, rows=20, texts=2)
    sampled = count_trend(connection, asked, effort=little)
    assert not sampled.exact
    assert [(p.start, p.all) for p in sampled.points] == [(p.start, p.all) for p in whole.points]
    assert whole.total / 3 <= sampled.total <= whole.total * 3
    assert count_trend(connection, parse_query("光伏"), effort=little).exact, "the index tells"
    assert count_trend(connection, asked, effort=AT_ONCE) == whole
