"""Coverage: which days an archive answers for, told apart from those on which nothing was used or printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from support.printed_days import SLUG, PrintedDays, keep_days, moment
from support.web_client import open_reader

from jianbao.documents.coverage import say_coverage, state_filter
from storage.articles.lists import ArticleFilter
from storage.database.schema import unwatched
from storage.ledger.habits import each_day
from storage.ledger.holes.covered import read_coverage
from storage.records.coverage import (
    ArchiveCoverage,
    PeriodCover,
    SourceDays,
    cover_periods,
    join_days,
    state_coverage,
)
from storage.records.saying import say

FIRST, LAST = date(2026, 6, 25), date(2026, 11, 12)
TUESDAY, WEDNESDAY = date(2026, 11, 3), date(2026, 11, 4)
DAY = timedelta(days=1)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[PrintedDays]:
    with keep_days(tmp_path / "archive", FIRST, LAST) as kept:
        yield kept


def read(days: PrintedDays) -> ArchiveCoverage:
    with days.archive.reading() as view:
        return read_coverage(view, days.now)


def test_days_that_were_printed_or_are_quiet_by_habit_are_covered(days: PrintedDays) -> None:
    days.prints(lambda day: 0 if day.weekday() == 6 else 6)
    known = read(days).of(SLUG)
    assert known.covered == ((FIRST, LAST),)
    assert (known.holed, known.unwatched, known.last) == ((), (), LAST)


def test_silent_days_are_holes_and_days_that_nobody_watched_are_told_apart(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(TUESDAY, WEDNESDAY, *each_day(date(2026, 8, 1), date(2026, 8, 9)))
    with days.archive.writing() as connection:
        pause = {"since": moment(date(2026, 8, 1), 1), "until": moment(date(2026, 8, 9), 23)}
        connection.execute(
            insert(unwatched).values(source=SLUG, **pause, reason=say("holes.not_polled").store())
        )
    known = read(days).of(SLUG)
    assert known.holed == ((TUESDAY, WEDNESDAY),)
    assert known.unwatched == ((date(2026, 8, 1), date(2026, 8, 9)),)
    stated = state_coverage(read(days), since=date(2026, 6, 1)).sources[0]
    assert (stated.first, stated.last) == (FIRST, LAST)
    assert (stated.holed, stated.unwatched, stated.before) == (2, 9, 24)
    assert stated.covered + 2 + 9 + 24 == stated.days == (LAST - date(2026, 6, 1)).days + 1


def test_the_statement_says_period_and_what_is_missing_in_both_languages(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(TUESDAY, WEDNESDAY)
    said = say_coverage(state_filter(read(days), ArticleFilter()))
    assert said == "Coverage: 莱洋日报 from 2026-06-25 on, 2 days missing"
    assert said.tell("zh") == "覆盖：莱洋日报 2026-06-25 至今，缺 2 天"
    october = ArticleFilter(since=moment(date(2026, 10, 1), 0), until=moment(date(2026, 11, 1), 0))
    assert say_coverage(state_filter(read(days), october)).tell("zh") == (
        "覆盖：莱洋日报 2026-10-01 至 2026-10-31"
    )
    before = ArticleFilter(until=moment(date(2026, 6, 1), 0))
    assert "未收录" in say_coverage(state_filter(read(days), before)).tell("zh")


def test_months_without_any_day_are_not_covered_and_cut_ones_in_part(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(*each_day(date(2026, 8, 1), date(2026, 9, 10)))
    months = [(date(2026, month, 1), date(2026, month + 1, 1) - DAY) for month in range(5, 12)]
    covers = cover_periods(read(days).select(), months)
    assert [(one.known, one.days) for one in covers] == [
        (0, 31),
        (6, 30),
        (31, 31),
        (0, 31),
        (20, 30),
        (31, 31),
        (12, 12),
    ]
    assert [one.is_none for one in covers] == [True, False, False, True, False, False, False]
    assert covers[1].share == pytest.approx(0.2)


def test_the_calendar_and_the_page_of_holes_tell_missed_days_in_both_languages(days: PrintedDays) -> None:
    days.prints(lambda _day: 6)
    days.loses(TUESDAY)
    with open_reader(days.archive.folder, "zh") as client:
        year = client.get(f"/source/{SLUG}?year=2026").text
        assert "2026年11月3日 星期二: 按往常应有文章，却没有" in year
        assert "缺漏详情" in year
        gaps = client.get("/gaps").text
        assert "2026-11-03" in gaps
        assert "按往常应有文章，这天却没有" in gaps
    with open_reader(days.archive.folder, "en") as client:
        assert "nothing, against its habit" in client.get(f"/source/{SLUG}?year=2026").text
        assert "1 silent day" in client.get(f"/gaps?source={SLUG}").text
        assert client.get("/gaps?source=nowhere").status_code == 404
        answer = client.get("/api/v1/coverage", params={"from": "2026-11", "to": "2026-11-10"}).json()
        source = answer["sources"][0]
        assert (source["days"], source["covered"], source["holed"]) == (10, 9, 1)
        assert [hole["kind"] for hole in source["holes"]] == ["silent"]


EPOCH = date(2026, 1, 1)
DAYS = st.sets(st.integers(0, 90).map(lambda at: EPOCH + timedelta(days=at)))


@given(st.lists(DAYS, max_size=3), st.lists(st.integers(1, 40), min_size=1, max_size=4))
def test_periods_count_what_counting_day_by_day_counts(printed: list[set[date]], lengths: list[int]) -> None:
    periods, first = [], EPOCH - 5 * DAY
    for length in lengths:
        periods.append((first, first + timedelta(days=length - 1)))
        first += timedelta(days=length)
    sources = [SourceDays(str(at), "", EPOCH + 60 * DAY, join_days(days)) for at, days in enumerate(printed)]
    assert cover_periods(sources, periods) == [_count_by_hand(sources, printed, period) for period in periods]


def _count_by_hand(
    sources: list[SourceDays], printed: list[set[date]], period: tuple[date, date]
) -> PeriodCover:
    known = counted = 0
    for source, days in zip(sources, printed, strict=True):
        if source.first is not None and source.first <= period[1]:
            counted += sum(day <= source.end for day in each_day(*period))
            known += sum(day in days for day in each_day(*period))
    return PeriodCover(known, counted or (period[1] - period[0]).days + 1)


def test_statements_are_as_of_their_moment() -> None:
    now = datetime.fromisoformat("2026-11-13T04:00:00+00:00")
    assert state_coverage(ArchiveCoverage({}, now)).computed_at == now
