"""Cursors: what a list gave out leads back to its place, and nothing else is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jianbao.web.api.cursor import BadCursor, _seal, read_id, read_place, write_id, write_place

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.integers(0, 2**63 - 1))
def test_an_id_comes_back(row_id: int) -> None:
    assert read_id("crawl", write_id("crawl", row_id)) == row_id


@given(MOMENTS, st.from_regex(r"NW\d{18}", fullmatch=True))
def test_a_place_comes_back_to_the_microsecond(moment: datetime, code: str) -> None:
    assert read_place("article", write_place("article", moment, code)) == (moment, code)


def test_without_a_cursor_a_list_begins_anew() -> None:
    assert read_id("crawl", None) is None
    assert read_place("article", None) is None


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="empty"),
        pytest.param("7", id="a number"),
        pytest.param(write_id("event", 7), id="of another list"),
        pytest.param(write_id("crawl", 7) + "=", id="padded"),
        pytest.param(write_id("crawl", 7) + "!", id="with something behind it"),
        pytest.param(write_id("crawl", -7), id="negative"),
        pytest.param(write_id("crawl", 2**63), id="too large"),
        pytest.param(write_place("crawl", datetime(2026, 3, 1, tzinfo=UTC), "NW1"), id="a place"),
        pytest.param("报" * 40, id="Chinese"),
        pytest.param("A" * 100_000, id="endless"),
    ],
)
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor, match="not one of this list"):
        read_id("crawl", cursor)


@given(st.text())
def test_no_text_does_worse_than_to_be_refused(text: str) -> None:
    for read in (read_id, read_place):
        with pytest.raises(BadCursor):
            read("article", text)


def test_a_time_beyond_all_calendars_is_refused() -> None:
    cursor = _seal("article", str(2**62), "NW202603010000000001")
    with pytest.raises(BadCursor):
        read_place("article", cursor)
