"""Totals: exact or told to be an estimate, whatever may be spent on counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection
from support.naive_search import Alternative, Asked, NaiveQuery, NaiveSearch
from support.searched_articles import SearchedArticles

from storage.search import AT_ONCE, COMPLETELY, THOROUGH, Effort, Order, parse_query, search_articles

ARTICLES = 300
TINY = Effort(indexed=40, rows=30, texts=20)


def of(*words: str, excluded: tuple[str, ...] = (), **more: Any) -> NaiveQuery:
    """Return a query for all of these words."""
    asked = Alternative(tuple(map(Asked, words)), tuple(map(Asked, excluded)))
    return NaiveQuery((asked,) if words or excluded else (), **more)


QUERIES = {
    "one character": of("光"),
    "two characters": of("光伏"),
    "three characters": of("上饶光"),
    "a run": of("5G"),
    "one letter": of("a"),
    "two words": of("光伏", "产业"),
    "an exclusion": of("光伏", excluded=("上饶",)),
    "only an exclusion": of(excluded=("上饶",)),
    "a phrase": of("光伏 产业"),
    "nothing": of("㊣㊣"),
    "everything": of(),
    "a source": of("光伏", sources=("raojiang",)),
    "no source": of("光伏", not_sources=("raojiang",)),
    "a newspaper": of("上饶", media=("上饶日报",)),
    "a security": of("光伏", securities=("600519",)),
    "filters alone": of(media=("上饶日报", "信江晚报"), not_sources=("jx-wire",)),
}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Return a view of an archive that no test changes."""
    with SearchedArticles.open(tmp_path_factory.mktemp("totals"), days=5) as searched:
        searched.add(ARTICLES)
        searched.edit(20)
        with searched.archive.reading() as connection:
            yield connection


@pytest.fixture(scope="module")
def naive(connection: Connection) -> NaiveSearch:
    """Return the naive search of it."""
    return NaiveSearch.read(connection)


@pytest.fixture(params=[1, 1 << 30], ids=["by the index", "by reading the few"])
def few(request: pytest.FixtureRequest) -> int:
    """Return what makes search take one of its two ways where a filter leaves little."""
    return int(request.param)


@pytest.mark.parametrize("collapse", [False, True], ids=["all", "without copies"])
@pytest.mark.parametrize(
    "effort", [AT_ONCE, THOROUGH, COMPLETELY, TINY], ids=["at once", "thorough", "all", "tiny"]
)
@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES)
def test_an_exact_total_is_exact_and_an_estimate_is_near(
    connection: Connection, naive: NaiveSearch, asked: NaiveQuery, effort: Effort, collapse: bool, few: int
) -> None:
    wanted = len(naive.find(asked, collapse=collapse))
    spent = replace(effort, few=few)
    found = search_articles(connection, parse_query(asked.typed()), limit=1, effort=spent, collapse=collapse)
    if found.exact:
        assert found.total == wanted
    else:
        assert effort in (TINY, AT_ONCE), "there is enough to spend for an archive of this size"
        assert wanted / 4 <= found.total <= wanted * 4
        assert found.total < 100 or str(found.total)[2:].strip("0") == "", "two digits: more would be a claim"


@pytest.mark.parametrize("text", ["光", "光伏", "a", "光伏 -上饶", "-上饶", "上饶光 OR 产业"])
def test_little_to_spend_makes_an_estimate(connection: Connection, text: str) -> None:
    query = parse_query(text)
    whole = search_articles(connection, query, limit=1, effort=COMPLETELY)
    assert whole.exact
    assert whole.total > TINY.indexed
    found = search_articles(connection, query, limit=1, effort=TINY)
    assert not found.exact
    assert whole.total / 4 <= found.total <= whole.total * 4


def test_a_copy_is_hidden_only_behind_one_that_answers_too(
    connection: Connection, naive: NaiveSearch
) -> None:
    by_code = {each.info_code: each for each in naive.articles}
    copies = [each for each in naive.articles if each.duplicate_of]
    assert copies
    shown = 0
    for copy in copies:
        first = by_code[copy.duplicate_of or ""]
        asked = of(media=(copy.media,) if copy.media else (), sources=tuple(copy.sources))
        query = parse_query(asked.typed())
        found = search_articles(connection, query, limit=ARTICLES)
        codes = {hit.stored.article.info_code for hit in found.hits}
        assert (copy.info_code in codes) is (first.info_code not in codes)
        assert found.total == len(codes)
        shown += copy.info_code in codes
    assert 0 < shown < len(copies), "some of both"


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("asked", QUERIES.values(), ids=QUERIES)
def test_no_estimate_is_below_what_is_shown(
    connection: Connection, naive: NaiveSearch, asked: NaiveQuery, order: Order
) -> None:
    wanted = len(naive.find(asked))
    little = Effort(indexed=5, rows=2, texts=1)
    found = search_articles(connection, parse_query(asked.typed()), order, limit=7, effort=little)
    assert found.total >= min(len(found.hits) + (found.next is not None), wanted)
