"""The query language: what is asked for, and the one sentence for what cannot be understood."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.mixed_text import motley_line

from storage.articles.lists import ArticleFilter
from storage.search import BadQuery, Group, Query, Word, narrow, parse_query

SIGNS = st.sampled_from('"*-－:： \u3000\n\x1b\u200b上饶aOR')
FIELDS = st.sampled_from(
    ("title:", "source:", "media:", "security:", "from:", "to:", "-", " OR ", '"', "2026-03")
)
TYPED = st.lists(st.text(SIGNS, max_size=4) | FIELDS | st.text(max_size=6), max_size=12).map("".join)


def words(text: str) -> list[str]:
    """Return the folded words that a query asks for."""
    return [word.folded for word in parse_query(text).words]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \u3000 ", []),
        ("上饶 光伏", ["上饶", "光伏"]),
        ("上饶\u3000光伏", ["上饶", "光伏"]),
        ('"上饶 光伏"', ["上饶 光伏"]),
        ("Ｎ型", ["n型"]),
        ("臺灣", ["台湾"]),
        ("5G+ 11.9%", ["5g+", "11.9%"]),
        ("*ST华丽", ["*st华丽"]),
        ("or Or", ["or"]),
        ('"OR"', ["or"]),
        ("a:b http://a.cn", ["a:b", "http://a.cn"]),
        ('上饶"光伏', ['上饶"光伏']),
        ('"上饶"光伏', ["上饶", "光伏"]),
        ("光伏 光伏", ["光伏"]),
        ("-5", []),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("AI*", Word("ai", open_right=True)),
        ("*AI", Word("ai", open_left=True)),
        ("*AI*", Word("ai", open_left=True, open_right=True)),
        ("title:AI*", Word("ai", in_title=True, open_right=True)),
        ('*"a b"*', Word("a b", open_left=True, open_right=True)),
        ("title：上饶", Word("上饶", in_title=True)),
        ("*ST", Word("*st")),
        ("**ST", Word("*st", open_left=True)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_stars_and_titles(text: str, word: Word) -> None:
    assert parse_query(text).groups == (Group((word,)),)


def test_alternatives_and_exclusions() -> None:
    query = parse_query('光伏 -"多晶硅 价格" OR 锂电 －title:股票')
    assert query.groups == (
        Group((Word("光伏"),), (Word("多晶硅 价格"),)),
        Group((Word("锂电"),), (Word("股票", in_title=True),)),
    )


def test_filters_narrow_the_whole_query_wherever_they_stand() -> None:
    query = parse_query(
        'source:jx-wire 光伏 media:"上饶日报" OR '
        "-media:信江晚报 锂电 -security:600519 from:2026-03 to:2026-03-20"
    )
    assert [len(group.words) for group in query.groups] == [1, 1]
    assert query.filter.sources == ("jx-wire",)
    assert (query.filter.media, query.filter.not_media) == (("上饶日报",), ("信江晚报",))
    assert query.filter.not_securities == ("600519",)
    assert query.filter.since == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert query.filter.until == datetime(2026, 3, 20, 16, tzinfo=UTC)


def test_several_days_leave_what_all_of_them_allow() -> None:
    asked = parse_query("from:2026-03-01 from:2026-03-05 to:2026-04 to:2026-03-20").filter
    assert (asked.since, asked.until) == (
        datetime(2026, 3, 4, 16, tzinfo=UTC),
        datetime(2026, 3, 20, 16, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('"上饶', "never closed"),
        ('上饶 "光\n伏 风电', "never closed"),
        ("OR 上饶", "before OR"),
        ("上饶 OR", "after OR"),
        ("上饶 OR OR 光伏", "after OR"),
        ("-", "nothing to look for"),
        ("*", "nothing to look for"),
        ("-*", "nothing to look for"),
        ('""', "nothing to look for"),
        ('" \u3000"', "nothing to look for"),
        ("\u200b", "nothing to look for"),
        ("title:", "nothing to look for"),
        ("source:", "says nothing"),
        ('media:" "', "says nothing"),
        ("from:gestern", "not a day"),
        ("from:2026-02-30", "not a day of the calendar"),
        ("to:0001-01-01", "out of range"),
        ("-from:2026-01-01", "excludes nothing"),
        ("from:2026-03-02 to:2026-03-01", "comes after"),
        ("上" * 1001, "too long"),
        ("上 " * 65, "too many words"),
        ("-上 " * 65, "too many words"),
        ("media:报\udcff", "no valid text"),
        ("-security:\udcff", "no valid text"),
    ],
    ids=lambda value: ascii(value[:20]),
)
def test_what_cannot_be_understood_is_one_sentence(text: str, hint: str) -> None:
    with pytest.raises(BadQuery) as raised:
        parse_query(text)
    check_sentence(str(raised.value))
    assert hint in str(raised.value)


@given(TYPED)
@example('from:"' + "1" * 900 + '"')
@example('"\x1b[2J\n')
@example("title:\x1b")
@example("-to:\u2028x")
def test_any_text_is_a_query_or_one_sentence(text: str) -> None:
    try:
        query = parse_query(text)
    except BadQuery as bad:
        check_sentence(str(bad))
    else:
        assert query.text == text
        assert all(word.folded for group in query.groups for word in (*group.words, *group.excluded))


@given(st.integers(0, 1 << 30))
def test_any_line_in_quotation_marks_is_one_phrase(seed: int) -> None:
    line = motley_line(Random(seed), 8).replace('"', "")
    if line.strip():
        assert len(parse_query(f'"{line}"').words) == 1


def test_narrowing_asks_for_what_both_ask_for() -> None:
    query = parse_query("光伏 source:a source:b media:m media:n from:2026-03-01")
    since, until = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    wanted = ArticleFilter(
        sources=("b", "a"), media=("m", "l"), securities=("600519",), since=since, until=until
    )
    asked = narrow(query, wanted)
    assert asked.groups == query.groups
    assert asked.filter.sources == ("a", "b")
    assert asked.filter.media == ("m",)
    assert asked.filter.securities == ("600519",)
    assert asked.filter.since == query.filter.since
    assert asked.filter.until == until
    assert narrow(query, ArticleFilter()) == query


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("source:a", ArticleFilter(sources=("b",))),
        ("source:a source:b", ArticleFilter(sources=("b", "c"))),
        ("media:a", ArticleFilter(media=("b",))),
        ("security:a", ArticleFilter(securities=("b",))),
        ("", ArticleFilter(media=("\udcff",))),
        ("to:2026-01-01", ArticleFilter(since=datetime(2026, 2, 1, tzinfo=UTC))),
    ],
    ids=["source", "sources", "media", "security", "no UTF-8", "days"],
)
def test_narrowing_to_nothing_is_refused(text: str, more: ArticleFilter) -> None:
    with pytest.raises(BadQuery) as raised:
        narrow(parse_query(text), more)
    check_sentence(str(raised.value))


def test_a_query_of_filters_alone_has_no_words() -> None:
    query: Query = parse_query("source:a")
    assert (query.words, query.groups) == ((), ())


def check_sentence(message: str) -> None:
    """Check that a message is one line that may be shown anywhere."""
    assert message
    assert len(message) < 250, message
    assert message.isprintable(), ascii(message)
    assert not message.endswith(".")
