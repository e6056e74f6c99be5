"""Pages of matches: every match once, in the order of publication, also where ids are not in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection
from support.naive_search import NaiveSearch
from support.searched_articles import FIRST, SLUGS, SearchedArticles, remove_article

from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.search import BadQuery, Order, iterate_matches, parse_query, read_index_state, search_articles
from storage.search.find import read_cursor, write_cursor
from storage.search.match import matches

CROWD = FIRST + timedelta(hours=8, minutes=59)
"""Here appear more articles than a minute has ids for, over midnight in Shanghai."""
QUERIES = [
    "光伏",
    "a",
    "",
    "source:raojiang",
    "source:raojiang 的 OR 光伏",
    "光伏 -上饶",
    "-上饶",
    "title:光",
    "光 OR 银",
]
ORDERS: list[Order] = ["newest", "oldest"]


def crowd(searched: SearchedArticles, articles: int) -> None:
    """Store articles of one minute and of the next one, as they come: in no order."""
    with searched.archive.writing() as connection:
        for _ in range(articles):
            moment = CROWD + timedelta(seconds=searched.random.choice((0, 0, 1, 30, 59, 60, 61, 119)))
            searched.store(connection, searched.write(moment), searched.random.choice(SLUGS))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return an archive with a crowded hour; no test changes it."""
    with SearchedArticles.open(tmp_path_factory.mktemp("paging"), days=1) as searched:
        searched.add(60)
        crowd(searched, 60)
        yield searched.archive


@pytest.fixture
def connection(archive: Archive) -> Iterator[Connection]:
    """Return a view of it."""
    with archive.reading() as connection:
        yield connection


def expected(connection: Connection, text: str, order: Order) -> list[str]:
    """Return the info codes that a query should find, in their order."""
    query = parse_query(text)
    found = [
        each.info_code
        for each in NaiveSearch.read(connection).articles
        if (not query.filter.sources or not each.sources.isdisjoint(query.filter.sources))
        and matches(query, each.title[0], "\n".join(each.lines))
    ]
    return found if order == "newest" else found[::-1]


def read_pages(connection: Connection, text: str, order: Order, limit: int) -> list[list[str]]:
    """Return the info codes of each page, going from cursor to cursor."""
    pages: list[list[str]] = []
    after: str | None = None
    while after is not None or not pages:
        found = search_articles(connection, parse_query(text), order, limit, after=after, collapse=False)
        pages.append([hit.stored.article.info_code for hit in found.hits])
        after = found.next
    return pages


def test_the_crowd_runs_over_into_later_minutes(connection: Connection) -> None:
    assert read_index_state(connection).largest_shift > 8


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", QUERIES)
def test_cursors_visit_every_match_once_in_order(connection: Connection, text: str, order: Order) -> None:
    pages = read_pages(connection, text, order, 7)
    assert [code for page in pages for code in page] == expected(connection, text, order)
    assert all(len(page) == 7 for page in pages[:-1])


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", QUERIES)
def test_offsets_visit_the_same(connection: Connection, text: str, order: Order) -> None:
    wanted = expected(connection, text, order)
    for offset in (0, 1, 30, len(wanted) - 1, len(wanted)):
        found = search_articles(connection, parse_query(text), order, 9, max(0, offset), collapse=False)
        codes = [hit.stored.article.info_code for hit in found.hits]
        assert codes == wanted[max(0, offset) :][:9]
        assert (found.next is not None) == (max(0, offset) + 9 < len(wanted))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", QUERIES)
def test_the_stream_of_all_matches_is_the_same(connection: Connection, text: str, order: Order) -> None:
    streamed = [each.article.info_code for each in iterate_matches(connection, parse_query(text), order)]
    assert streamed == expected(connection, text, order)


def test_a_page_of_one(connection: Connection) -> None:
    assert all(len(page) == 1 for page in read_pages(connection, "光伏", "newest", 1))


@pytest.mark.parametrize("order", ORDERS)
def test_what_is_written_between_two_pages_moves_no_match(tmp_path: Path, order: Order) -> None:
    with SearchedArticles.open(tmp_path, days=1) as searched:
        crowd(searched, 40)
        with searched.archive.reading() as connection:
            before = expected(connection, "光", order)
        visited: list[str] = []
        after: str | None = None
        while after is not None or not visited:
            with searched.archive.reading() as connection:
                found = search_articles(connection, parse_query("光"), order, 3, after=after, collapse=False)
            visited += [hit.stored.article.info_code for hit in found.hits]
            after = found.next
            crowd(searched, 3) if len(visited) < 30 else None
            with searched.archive.writing() as connection:
                remove_article(connection, gone := Random(len(visited)).choice(searched.codes))
                searched.codes.remove(gone)
        with searched.archive.reading() as connection:
            still = set(expected(connection, "光", order))
    assert len(visited) == len(set(visited)), "nothing comes twice"
    assert still & set(before) <= set(visited), "nothing that was there all the time is missed"


def test_a_cursor_leads_back_to_the_moment(connection: Connection) -> None:
    stored = find_article(connection, expected(connection, "", "newest")[0])
    assert stored is not None
    for moment in (FIRST, FIRST + timedelta(microseconds=1), FIRST.replace(year=1990, microsecond=999_999)):
        current = replace(stored, article=replace(stored.article, published_at=moment))
        assert read_cursor(write_cursor(current)) == (moment, stored.article.info_code)


@pytest.mark.parametrize("cursor", ["x", "-", "nan-NW1", "inf-NW1", "1e99-NW1", "-5-NW1", "٣x-1"])
def test_what_is_no_cursor_is_refused(connection: Connection, cursor: str) -> None:
    with pytest.raises(BadQuery, match="begin again"):
        search_articles(connection, parse_query("光伏"), after=cursor)


def test_relevance_has_offsets_only(connection: Connection) -> None:
    first = search_articles(connection, parse_query("光伏"), "relevance", 5)
    rest = search_articles(connection, parse_query("光伏"), "relevance", 500, 5)
    codes = [hit.stored.article.info_code for hit in (*first.hits, *rest.hits)]
    assert first.next is None
    assert sorted(codes) == sorted(expected_without_copies(connection, "光伏"))


def expected_without_copies(connection: Connection, text: str) -> list[str]:
    """Return what a query should find when copies are left out."""
    found = set(expected(connection, text, "newest"))
    first = {each.info_code: each.duplicate_of for each in NaiveSearch.read(connection).articles}
    return [code for code in found if first[code] not in found]
