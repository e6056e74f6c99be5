"""Relevance, snippets and marks: what is shown of a match, and what comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.mixed_text import motley_line, motley_text, motley_word
from support.naive_search import Alternative, Asked, NaiveQuery, naive_fold
from support.searched_articles import FIRST, SLUGS, SearchedArticles, make_article

from storage.search import (
    AT_ONCE,
    BadQuery,
    Effort,
    Piece,
    Query,
    find_hits,
    make_snippet,
    mark_hits,
    parse_query,
    search_articles,
)

SEEDS = st.integers(0, 1 << 30)
LONGEST = 122
"""A snippet's characters, with the dots at its ends."""


def joined(pieces: tuple[Piece, ...]) -> str:
    """Return the text of pieces."""
    return "".join(piece.text for piece in pieces)


def hits(pieces: tuple[Piece, ...]) -> list[str]:
    """Return the marked ones."""
    return [piece.text for piece in pieces if piece.hit]


def ask(random: Random, lines: list[str]) -> Query:
    """Return a query for some words of the lines, perhaps."""
    asked = [Asked(motley_word(random, lines).replace('"', "")) for _ in range(random.randint(1, 3))]
    words = tuple(word for word in asked if naive_fold(word.text))
    assume(words)
    return parse_query(NaiveQuery((Alternative(words),)).typed())


@given(SEEDS)
def test_marked_pieces_are_the_whole_text(seed: int) -> None:
    random = Random(seed)
    line = motley_line(random, 20)
    query = ask(random, [line])
    pieces = mark_hits(line, query)
    assert joined(pieces) == line
    assert all(piece.text for piece in pieces)
    assert not any(one.hit and other.hit for one, other in pairwise(pieces))
    assert bool(hits(pieces)) is bool(find_hits(line, query.words))


@given(SEEDS)
def test_a_word_is_marked_where_it_stands(seed: int) -> None:
    random = Random(seed)
    line = motley_line(random, 20)
    query = ask(random, [line])
    marked = [naive_fold(piece) for piece in hits(mark_hits(line, query))]
    for word in query.words:
        if find_hits(line, [word]):
            assert any(word.folded in piece for piece in marked)


@given(SEEDS)
def test_a_snippet_is_a_piece_of_the_text(seed: int) -> None:
    random = Random(seed)
    lines = motley_text(random, 6)
    query = ask(random, lines)
    snippet = make_snippet("\n".join(lines), query)
    told = joined(snippet)
    assert len(told) <= LONGEST
    assert any(told.removeprefix("…").removesuffix("…") in line or told in line for line in lines)
    is_found = any(find_hits(line, query.words) for line in lines)
    assert bool(hits(snippet)) is is_found


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("臺灣的Ｎ型電池", "台湾 n型", ["臺灣", "Ｎ型"]),
        ("AI、SAID、AIGC", "AI", ["AI"]),
        ("AI、SAID、AIGC", "*AI*", ["AI", "AI", "AI"]),
        ("增长11.9％，111.9%", "11.9%", ["11.9％"]),
        ("上\u200b饶光伏", "上饶 光伏", ["上\u200b饶光伏"]),
        ("约一百㎡", "m2", ["㎡"]),
        ("约100㎡", "m2", []),
        ("约100㎡", "*m2", ["㎡"]),
        ("cafe\u0301", "café", ["cafe\u0301"]),
        ("ｶﾞｽ", "ガ", ["ｶﾞ"]),
        ("上饶\u3000\u3000光伏", '"上饶 光伏"', ["上饶\u3000\u3000光伏"]),
        ("光光光", "光光", ["光光"]),
        ("上饶", "title:上饶", []),
        ("上饶", "-上饶 OR 光伏", []),
        ("", "光伏", []),
    ],
    ids=ascii,
)
def test_marks(text: str, query: str, expected: list[str]) -> None:
    assert hits(mark_hits(text, parse_query(query))) == expected


def test_words_of_the_title_are_marked_there_only() -> None:
    query = parse_query("title:上饶 光伏")
    assert hits(mark_hits("上饶光伏", query, in_title=True)) == ["上饶光伏"]
    assert hits(make_snippet("上饶光伏", query)) == ["光伏"]


def test_a_snippet_shows_the_line_with_most_words_and_dots_where_it_was_cut() -> None:
    long = "春耕" * 100 + "光伏和锂电" + "收成" * 100
    snippet = make_snippet(f"光伏\n{long}\n锂电", parse_query("光伏 锂电"))
    assert hits(snippet) == ["光伏", "锂电"]
    assert (snippet[0], snippet[-1]) == (Piece("…"), Piece("…"))
    assert joined(make_snippet("春耕\n秋收", parse_query("-光伏"))) == "春耕"


def rank(folder: Path, articles: list[tuple[str, str]], query: str, effort: Effort = AT_ONCE) -> list[int]:
    """Store articles by title and text, each a minute after the one before; return how they rank."""
    with SearchedArticles.open(folder) as searched:
        with searched.archive.writing() as connection:
            for number, (title, text) in enumerate(articles):
                moment = FIRST + timedelta(minutes=number)
                fetched = make_article(f"NW20260210{number:010d}", moment, title, text.split("\n"))
                searched.store(connection, fetched, SLUGS[0])
        with searched.archive.reading() as connection:
            found = search_articles(connection, parse_query(query), "relevance", effort=effort)
    return [int(hit.stored.article.info_code[-10:]) for hit in found.hits]


def test_titles_come_first_then_more_occurrences_then_the_newer(tmp_path: Path) -> None:
    articles = [
        ("光伏大会", "光伏。" + "春耕。" * 20),
        ("春耕", "光伏。" * 5 + "春耕。" * 16),
        ("春耕", "光伏。" + "春耕。" * 20),
        ("秋收", "光伏。" + "秋收。" * 20),
        ("无关", "春耕。"),
        ("春耕", "光伏。" + "春耕。" * 2000),
    ]
    assert rank(tmp_path, articles, "光伏") == [0, 1, 3, 2, 5]


def test_a_word_in_the_title_of_an_old_article_comes_before_many_new_ones(tmp_path: Path) -> None:
    """Only the newest are ranked, and the newest whose title has the word: reading all of them has no end."""
    few_ranked = replace(AT_ONCE, ranked=5)
    articles = [("光伏", "光伏")] + [("春耕", "光伏")] * 12
    with SearchedArticles.open(tmp_path / "more") as searched, searched.archive.reading() as connection:
        assert search_articles(connection, parse_query("光伏"), "relevance").hits == ()
    numbered = [(f"{title}{n}号", f"{text}{n}号") for n, (title, text) in enumerate(articles)]
    ranked = rank(tmp_path, numbered, "光伏", few_ranked)
    assert ranked[0] == 0
    assert sorted(ranked[1:]) == [8, 9, 10, 11, 12]
    with SearchedArticles.open(tmp_path) as searched, searched.archive.reading() as connection:
        found = search_articles(connection, parse_query("光伏"), "relevance", effort=few_ranked)
    assert found.total == 13
    assert "newest" in (found.note or "")


def test_without_words_relevance_is_the_newest_first(tmp_path: Path) -> None:
    articles = [("春耕", "一号"), ("春耕", "二号"), ("光伏", "三号")]
    assert rank(tmp_path, articles, "-光伏") == [1, 0]
    assert rank(tmp_path / "b", articles, "") == [2, 1, 0]


def test_a_bad_query_is_a_value_error() -> None:
    assert issubclass(BadQuery, ValueError)
