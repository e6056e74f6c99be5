"""What is owed to the index is found all the same, counted once, and indexed with the next ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from support.kept_articles import keep
from support.searched_articles import FIRST, SLUGS, SearchedArticles, make_article, remove_article

from storage.articles.article import find_article
from storage.records import Owed
from storage.search import (
    Effort,
    count_trend,
    index_owed,
    list_owed,
    make_tokens,
    parse_query,
    search_articles,
)
from storage.search.sweep import Sweep

WORDS = ("风电", "电", "风电场", "5G", "風電", "风电 -核电", "title:风电", "核电 OR 5G")
TINY = Effort(indexed=9, rows=8, texts=5)


@pytest.fixture
def searched(tmp_path: Path) -> Iterator[SearchedArticles]:
    """Return a searched with an archive of thirty articles, the last ten of them owed to the index."""
    with SearchedArticles.open(tmp_path, days=2) as searched:
        with searched.archive.writing() as connection:
            for number in range(30):
                put(searched, connection, number, "风电场" if number % 2 else "核电站与5G")
                if number == 19:
                    assert index_owed(connection) == 20
        yield searched


def put(searched: SearchedArticles, connection: Connection, number: int, words: str) -> str:
    """Store an article about something; return its info code."""
    code = f"NW20260215{number:010d}"
    moment = FIRST + timedelta(minutes=number * 7 % 60)
    searched.store(
        connection, make_article(code, moment, f"{words}{number}", [words, "春耕"]), SLUGS[number % 2]
    )
    return code


def find(connection: Connection, word: str) -> set[str]:
    """Return what search finds, after looking whether its total and its trend agree with that."""
    query = parse_query(word)
    codes = [row.info_code for row in Sweep(connection, query)]
    found = search_articles(connection, query, limit=3, collapse=False)
    assert [hit.stored.article.info_code for hit in found.hits] == codes[:3]
    assert (found.total, found.exact) == (len(codes), True)
    assert found.note is None
    assert count_trend(connection, query).total == len(codes)
    return {*codes}


@pytest.mark.parametrize("word", WORDS)
def test_the_answer_is_the_same_before_and_after(searched: SearchedArticles, word: str) -> None:
    with searched.archive.writing() as connection:
        assert len(list_owed(connection)) == 10
        before = find(connection, word)
        assert index_owed(connection) == 10
        assert list_owed(connection) == ()
        assert index_owed(connection) == 0
        assert find(connection, word) == before
        assert before


def test_owed_articles_change_move_and_go(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        owed, indexed = searched.codes[25], searched.codes[5]
        for code in (owed, indexed):
            stored = find_article(connection, code)
            assert stored is not None
            later = stored.article.published_at
            assert later is not None
            changed = make_article(code, later + timedelta(hours=9), "水电", ["水电站"])
            searched.store(connection, changed, SLUGS[0])
        assert len(list_owed(connection)) == 11, "what was in the index is owed to it anew"
        assert find(connection, "水电") == {owed, indexed}
        assert not {owed, indexed} & find(connection, "风电")
        remove_article(connection, owed)
        remove_article(connection, searched.codes[27])
        assert find(connection, "水电") == {indexed}
        assert index_owed(connection) == 9
        assert find(connection, "水电") == {indexed}
        assert searched.codes[27] not in find(connection, "风电")


def test_a_full_batch_is_indexed_at_once(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        for number in range(30, 83):
            put(searched, connection, number, "风电场")
        assert len(list_owed(connection)) == 63
        put(searched, connection, 83, "风电场")
        assert list_owed(connection) == ()
        assert len(find(connection, "风电")) == 15 + 54


def test_tokens_that_are_ready_are_taken_unless_they_are_of_another_text(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        for number, same in ((90, True), (91, False)):
            made = make_article(f"NW20260215{number:010d}", FIRST, "水电", ["水电站"])
            ready = make_tokens(made.title, "\n".join(line.text for line in made.paragraphs) if same else "")
            owed = Owed(SLUGS[0], made.info_code, made.form, made.url, made.title)
            keep(searched.archive, connection, made, owed, FIRST, 1, [ready])
        kept = text("SELECT count(tokens) FROM search_owed")
        assert (len(list_owed(connection)), connection.execute(kept).scalar_one()) == (12, 1)
        assert len(find(connection, "水电")) == 2
        assert index_owed(connection) == 12
        assert len(find(connection, "水电")) == 2


def test_an_index_of_another_version_takes_nothing(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        connection.execute(text("UPDATE search_state SET version = '0-before'"))
        assert index_owed(connection) == 0
        assert len(list_owed(connection)) == 10


@pytest.mark.parametrize("word", ["风电", "风电场", "核电站", "5G"])
def test_estimates_count_what_is_owed_once(searched: SearchedArticles, word: str) -> None:
    with searched.archive.reading() as connection:
        found = search_articles(connection, parse_query(word), limit=1, effort=TINY)
        assert found.exact is (word == "风电"), "few that the index alone decides about are counted"
        assert 10 <= found.total <= 22
        ranked = search_articles(connection, parse_query(word), "relevance", limit=1, effort=TINY)
        assert ranked.total == 15
