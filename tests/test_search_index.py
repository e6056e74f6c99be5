"""The index: trusted only where it holds everything, rebuilt where it was left, asked in the quick order."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from support.naive_search import NaiveQuery, NaiveSearch
from support.searched_articles import FIRST, MEDIA, SLUGS, SearchedArticles, make_article, remove_article

from jianbao.upkeep.index import is_half_built, rebuild_index
from storage.articles.article import find_article, free_id
from storage.search import (
    Effort,
    IndexChange,
    IndexNotOurs,
    Order,
    build_part,
    count_index_bytes,
    count_trend,
    count_unindexed,
    create_index,
    index_article,
    index_articles,
    index_owed,
    iterate_matches,
    merge_index,
    parse_query,
    read_index_state,
    search_articles,
)
from storage.search.index import COMPLETE
from storage.search.sweep import Sweep
from storage.search.way import choose_way

LITTLE = Effort(indexed=50, rows=5, texts=5)
WORDS = ("光", "光伏", "上饶光", "a", "5G", "光伏 产业", "銀行", "𠀀")


@pytest.fixture
def searched(tmp_path: Path) -> Iterator[SearchedArticles]:
    """Return a searched with an archive of some articles."""
    with SearchedArticles.open(tmp_path, days=2) as searched:
        searched.add(60)
        yield searched


def check(searched: SearchedArticles, *, is_current: bool = True) -> None:
    """Check that all answers are right, and that they tell whether the index was asked."""
    with searched.archive.reading() as connection:
        assert read_index_state(connection).is_current is is_current
        naive = NaiveSearch.read(connection)
        for word in WORDS:
            asked = NaiveQuery.word(word)
            query = parse_query(asked.typed())
            found = search_articles(connection, query, limit=100, collapse=False)
            assert [hit.stored.article.info_code for hit in found.hits] == naive.find(asked), word
            assert (found.note is None) is is_current
            assert [s.article.info_code for s in iterate_matches(connection, query)] == naive.find(asked)[
                ::-1
            ]
            sweep = Sweep(connection, query)
            assert (sweep.way.expression is not None) is is_current


def set_version(searched: SearchedArticles, version: str) -> None:
    """Make the index one of another version."""
    with searched.archive.writing() as connection:
        connection.execute(text("UPDATE search_state SET version = :version"), {"version": version})


def write_on(searched: SearchedArticles) -> None:
    """Add, edit and remove."""
    searched.add(6)
    searched.edit(12)
    searched.remove(4)


def test_a_new_archive_has_a_whole_index(searched: SearchedArticles) -> None:
    check(searched)
    write_on(searched)
    check(searched)


def test_an_index_of_another_version_is_not_asked_and_not_written(searched: SearchedArticles) -> None:
    set_version(searched, "0-before")
    check(searched, is_current=False)
    write_on(searched)
    check(searched, is_current=False)
    assert not is_half_built(searched.archive)
    assert sum(rebuild_index(searched.archive, anew=True)) == len(searched.codes)
    check(searched)


def test_an_index_that_another_version_passed_over_is_trusted_by_neither(searched: SearchedArticles) -> None:
    with searched.archive.reading() as connection:
        ours = read_index_state(connection).version
    set_version(searched, "0-before")
    searched.edit(1)
    with searched.archive.reading() as connection:
        assert read_index_state(connection).version not in ("0-before", ours)


def test_a_reindex_goes_on_where_it_was_left(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        create_index(connection)
        assert count_unindexed(connection) == 60
        assert [build_part(connection, 20) for _ in range(2)] == [20, 20]
        assert count_unindexed(connection) == 20
    assert is_half_built(searched.archive)
    check(searched, is_current=False)
    write_on(searched)
    check(searched, is_current=False)
    assert 0 < sum(rebuild_index(searched.archive, anew=False)) < 40
    check(searched)
    assert not is_half_built(searched.archive)


@pytest.mark.parametrize("part", [1, 20, 59, 60, 61])
def test_parts_of_any_size_make_the_same_index(searched: SearchedArticles, part: int) -> None:
    with searched.archive.writing() as connection:
        create_index(connection)
        done = 0
        while count := build_part(connection, part):
            done += count
        assert done == 60
        assert read_index_state(connection).built_to >= COMPLETE
        assert build_part(connection, part) == 0
    check(searched)


def test_an_article_that_crosses_the_front_of_a_reindex_is_indexed_once(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        create_index(connection)
        build_part(connection, 30)
        front = read_index_state(connection).built_to
        ids = {code: find_article(connection, code) for code in searched.codes}
        behind = next(s for s in ids.values() if s and s.id <= front)
        ahead = next(s for s in ids.values() if s and s.id > front)
        for stored, moment in ((behind, FIRST + timedelta(days=3)), (ahead, FIRST - timedelta(days=1))):
            searched.store(connection, replace(stored.article, published_at=moment), SLUGS[0])
    sum(rebuild_index(searched.archive, anew=False))
    check(searched)


def test_an_id_that_was_freed_is_not_haunted(searched: SearchedArticles) -> None:
    """What the index alone decides about must not come from an article that is gone or moved."""
    moment = FIRST + timedelta(days=5)
    with searched.archive.writing() as connection:
        for number, words in enumerate(("煤气", "沼气")):
            code = f"NW20260215{number:010d}"
            searched.store(connection, make_article(code, moment, words, [words]), SLUGS[0])
        first = find_article(connection, "NW202602150000000000")
        assert first is not None
        searched.store(connection, replace(first.article, published_at=FIRST), SLUGS[0])
        remove_article(connection, "NW202602150000000001")
        assert free_id(connection, moment) == first.id
        searched.store(connection, make_article("NW202602150000000002", moment, "氢气", ["氢气"]), SLUGS[0])
        found = {
            word: [each.article.info_code[-1] for each in iterate_matches(connection, parse_query(word))]
            for word in ("煤气", "沼气", "氢气", "title:沼气")
        }
    assert found == {"煤气": ["0"], "沼气": [], "氢气": ["2"], "title:沼气": []}


def test_what_did_not_change_is_not_written(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        stored = find_article(connection, searched.codes[0])
        assert stored is not None
        assert not index_article(connection, replace(stored, revision=9), stored)
        assert index_article(connection, None, stored)
        assert index_article(connection, stored, None)


def test_changes_taken_together_are_as_if_each_came_alone(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        stored = find_article(connection, searched.codes[0])
        assert stored is not None
        gone, back = IndexChange(None, stored), IndexChange(stored, None)
        assert index_articles(connection, [gone, back, IndexChange(stored, stored), gone, back]) == 4
        index_owed(connection)
    check(searched)


def test_two_versions_never_build_one_index(searched: SearchedArticles) -> None:
    parts = rebuild_index(searched.archive, anew=True)
    assert next(parts) == len(searched.codes)
    set_version(searched, "9-later")
    with pytest.raises(IndexNotOurs, match="another version"):
        next(parts)
    with searched.archive.reading() as connection:
        assert read_index_state(connection).version == "9-later"
    check(searched, is_current=False)


def test_merging_changes_no_answer(searched: SearchedArticles) -> None:
    with searched.archive.writing() as connection:
        before = count_index_bytes(connection)
        merge_index(connection)
        assert 0 < count_index_bytes(connection) <= before
    check(searched)


def test_a_transaction_that_fails_leaves_the_index_as_it_was(searched: SearchedArticles) -> None:
    with pytest.raises(ZeroDivisionError), searched.archive.writing() as connection:  # noqa: PT012
        searched.store(connection, searched.write(), SLUGS[0])
        remove_article(connection, searched.codes[0])
        raise ZeroDivisionError
    check(searched)


def test_few_articles_are_read_and_many_are_looked_up(searched: SearchedArticles) -> None:
    filters: list[dict[str, Any]] = [
        {"sources": SLUGS[:1]},
        {"sources": SLUGS[:2]},
        {"media": MEDIA[:1]},
        {"securities": ("600519",)},
        {"sources": SLUGS[:1], "not_sources": SLUGS[1:2]},
        {"sources": SLUGS[:1], "not_media": MEDIA[:1], "not_securities": ("上证指数",)},
    ]
    with searched.archive.reading() as connection:
        naive = NaiveSearch.read(connection)
        for word in WORDS:
            for narrowing in filters:
                asked = replace(NaiveQuery.word(word), **narrowing)
                query = parse_query(asked.typed())
                for few in (0, 1 << 30):
                    sweep = Sweep(connection, query, way=choose_way(connection, query, few))
                    assert (sweep.way.expression is None) is bool(few)
                    assert [row.info_code for row in sweep] == naive.find(asked)


PLANS: dict[str, Callable[[Connection], object]] = {
    query: (lambda c, query=query: search_articles(c, parse_query(query), collapse=False))  # type: ignore[misc]
    for query in ("光伏", "光", "上饶光", "光伏 产业", "title:光", "光伏 from:2026-02-10 to:2026-02-12")
}


def _counts(statement: str) -> bool:
    return statement.startswith("SELECT count(")


def explain(connection: Connection, action: Callable[[Connection], object]) -> list[tuple[str, list[str]]]:
    """Return each SELECT that an action makes, with SQLite's plan for it."""
    asked: list[tuple[str, Sequence[Any]]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Sequence[Any], *_: Any) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    action(connection)
    event.remove(connection, "before_cursor_execute", note)
    return [
        (
            statement,
            [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)],
        )
        for statement, values in asked
    ]


@pytest.mark.parametrize("action", PLANS.values(), ids=PLANS)
def test_the_index_is_read_first_and_each_article_by_its_id(
    searched: SearchedArticles, action: Callable[[Connection], object]
) -> None:
    with searched.archive.reading() as connection:
        plans = [
            plan
            for statement, plan in explain(connection, action)
            if " JOIN article" in statement and not _counts(statement)
        ]
    assert plans
    for plan in plans:
        assert plan[0].startswith("SCAN search VIRTUAL TABLE INDEX"), plan
        assert plan[1] == "SEARCH article USING INTEGER PRIMARY KEY (rowid=?)", plan
        assert not any("TEMP B-TREE" in step for step in plan), "the index gives the order itself"


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "ix_article_published_at"),
        ("media:上饶日报", "ix_article_media_published_at"),
        ("source:raojiang", "ix_listing_source_published_at"),
        ("from:2026-02-11", "ix_article_published_at"),
        ("source:raojiang to:2026-02-11", "ix_listing_source_published_at"),
    ],
)
def test_lists_come_from_an_index_in_their_order(searched: SearchedArticles, query: str, index: str) -> None:
    with searched.archive.reading() as connection:
        plans = explain(connection, lambda c: search_articles(c, parse_query(query), collapse=False))
    listed = [plan for statement, plan in plans if "ORDER BY" in statement]
    assert listed
    for plan in listed:
        assert index in plan[0], plan
        assert not any("TEMP B-TREE" in step for step in plan), plan


@pytest.mark.parametrize("order", ["newest", "oldest", "relevance"])
def test_a_page_leaves_no_view_of_the_archive_open(searched: SearchedArticles, order: Order) -> None:
    searched.add(140)  # so that more match than are fetched at once
    gc.collect()
    gc.disable()
    try:
        with searched.archive.reading() as connection:
            for word in ("光", "a*", "光 OR 产业"):
                query = parse_query(word)
                search_articles(connection, query, order, limit=1, effort=LITTLE)
                assert count_trend(connection, query).total > 50
        searched.add(1)
        with closing(sqlite3.connect(searched.archive.folder / "archive.db")) as other:
            busy, _, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy, "somebody still reads"
    finally:
        gc.enable()
