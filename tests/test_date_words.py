"""Times as sites print them: whole, in words, in Chinese numerals, without a year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.readers.chinese.date_words import find_time, read_date_words
from storage.records import SetAside
from storage.records.press_days import PRINTED_ZONE

FETCHED = datetime(2026, 3, 21, 0, 30, tzinfo=UTC)  # 08:30 in China
MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2099, 12, 30)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0, tzinfo=PRINTED_ZONE)
)


def read(text: str) -> str:
    """Return what a text says, as ISO 8601 to its precision."""
    moment, precision = read_date_words(text, FETCHED)
    assert moment.utcoffset() == timedelta(hours=8)
    pattern = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}[precision]
    return moment.strftime(pattern)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("昨天 23:01", "2026-03-20 23:01"),
        ("昨天", "2026-03-20"),
        ("前天", "2026-03-19"),
        ("今天 08:05", "2026-03-21 08:05"),
        ("2小时前", "2026-03-21 06:30"),
        ("半小时前", "2026-03-21 08:00"),
        ("10分钟前", "2026-03-21 08:20"),
        ("刚刚", "2026-03-21 08:30"),
        ("三天前", "2026-03-18"),
        ("上午9:05", "2026-03-20 09:05"),
        ("上午8:05", "2026-03-21 08:05"),
        ("下午3点", "2026-03-20 15:00"),
        ("昨晚10点半", "2026-03-20 22:30"),
        ("凌晨12:10", "2026-03-21 00:10"),
        ("二〇二六年三月二十日", "2026-03-20"),
        ("二○二五年十二月三十一日", "2025-12-31"),
        ("3月20日", "2026-03-20"),
        ("3月22日", "2026-03-22"),
        ("3月23日", "2025-03-23"),
        ("03-20 08:00", "2026-03-20 08:00"),
        ("2月29日", "2024-02-29"),
        ("12月31日 09:00", "2025-12-31 09:00"),
        ("26-03-20 08:05", "2026-03-20 08:05"),
        ("2026.3.20", "2026-03-20"),
        ("20260320", "2026-03-20"),
        ("2026年03月20日08:05", "2026-03-20 08:05"),
        ("2026-03-20 星期五 08:05", "2026-03-20 08:05"),
        ("２０２６年３月２０日　０８：０５", "2026-03-20 08:05"),
        ("2026/3/20 8:05:01", "2026-03-20 08:05:01"),
        ("2026 03/20 22:27:02", "2026-03-20 22:27:02"),
        ("2026-03-20T00:05:00Z", "2026-03-20 08:05:00"),
        ("2026-03-20T08:05:00.123+08:00", "2026-03-20 08:05:00"),
        ("Fri, 20 Mar 2026 00:05:00 +0000", "2026-03-20 08:05:00"),
        ("March 20, 2026 8:05 PM", "2026-03-20 20:05"),
        ("发布时间：2026-03-20 08:05", "2026-03-20 08:05"),
        ("2026-03-20 24:00", "2026-03-21 00:00"),
        ("1773965100", "2026-03-20 08:05:00"),
    ],
)
def test_a_printed_time_is_read(text: str, said: str) -> None:
    assert read(text) == said


@pytest.mark.parametrize(
    "text", ["", "星期五", "3个月前", "2026年02月30日", "要闻", "第12版", "1/2", "99:99"]
)
def test_what_says_no_time_is_refused_with_its_words(text: str) -> None:
    with pytest.raises(SetAside, match="can't be read") as refused:
        read_date_words(text, FETCHED)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("text", ["昨天 23:01", "3月20日", "2小时前", "上午9:05"])
def test_nothing_is_resolved_against_a_moment_that_nobody_knows(text: str) -> None:
    with pytest.raises(SetAside):
        read_date_words(text, None)


def test_the_sites_zone_is_the_one_given() -> None:
    tokyo = timezone(timedelta(hours=9))
    moment, _ = read_date_words("2026-03-20 08:05", FETCHED, tokyo)
    assert moment == datetime(2026, 3, 19, 23, 5, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(hours=9)


def test_a_day_is_found_among_other_words() -> None:
    found = find_time("来源：柳溪日报 2026年3月20日 09:16 点击：53次")
    assert found is not None
    assert (found.moment.day, found.moment.hour, found.precision, found.is_whole) == (20, 9, "minute", True)
    assert find_time("电话：0790-2026123 邮编 330038") is None


@given(
    MOMENTS,
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d  %H:%M:%S"]
    ),
)
def test_whole_times_come_back(moment: datetime, pattern: str) -> None:
    assert read_date_words(moment.strftime(pattern), None) == (moment, "second")


@given(MOMENTS, st.dates(date(1996, 1, 1), date(2099, 1, 1)))
def test_a_day_without_a_year_is_the_latest_one(fetched: datetime, day: date) -> None:
    moment, precision = read_date_words(f"{day.month}月{day.day}日", fetched)
    assert (moment.month, moment.day, precision) == (day.month, day.day, "day")
    latest = fetched.date() + timedelta(days=1)
    assert moment.date() <= latest
    if (day.month, day.day) != (2, 29):
        assert moment.date() > latest - timedelta(days=367)


@given(MOMENTS, st.times())
def test_a_clock_without_a_day_is_none_of_the_future(fetched: datetime, clock: object) -> None:
    moment, _ = read_date_words(f"{clock:%H:%M}", fetched)
    assert timedelta(minutes=-11) < fetched - moment <= timedelta(days=1)
    assert f"{moment:%H:%M}" == f"{clock:%H:%M}"


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        moment, _ = read_date_words(text, FETCHED)
    except SetAside:
        return
    assert moment.tzinfo is not None
