"""Lists of articles: filters alone and together, in both orders, copies left out; listings know the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Connection, text
from support.naive_search import NaiveQuery, NaiveSearch
from support.newsroom import Newsroom
from support.searched_articles import FIRST, MEDIA, SECURITIES, SLUGS, SearchedArticles

from storage.articles.lists import ArticleFilter, count_articles, list_article_sources, list_articles

NAMES = [name for each in SECURITIES for name in (each.code, each.name, f"{each.market}.{each.code}")]
PAPERS = [media for media in MEDIA if media]
WRONG_DATES = (
    "SELECT count(*) FROM listing LEFT JOIN article USING (info_code) "
    "WHERE listing.published_at IS NOT article.published_at"
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Return a view of an archive that was written to in every way."""
    with SearchedArticles.open(tmp_path_factory.mktemp("lists"), days=6) as searched:
        searched.add(200)
        searched.edit(40)
        searched.relist(60)
        searched.remove(10)
        with searched.archive.reading() as connection:
            yield connection


@pytest.fixture(scope="module")
def naive(connection: Connection) -> NaiveSearch:
    """Return the naive search of it."""
    return NaiveSearch.read(connection)


def some_filter(random: Random) -> ArticleFilter:
    """Return a filter of one to three kinds."""
    values = {
        "sources": tuple(random.sample(SLUGS, random.choice((1, 1, 2)))),
        "media": tuple(random.sample(PAPERS, random.choice((1, 2)))),
        "securities": tuple(random.sample(NAMES, random.choice((1, 2)))),
        "not_sources": tuple(random.sample(SLUGS, 1)),
        "not_media": tuple(random.sample(PAPERS, random.choice((1, 2)))),
        "not_securities": tuple(random.sample(NAMES, 1)),
        "since": FIRST + timedelta(hours=random.randrange(100)),
        "until": FIRST + timedelta(hours=random.randrange(50, 150)),
    }
    kinds = random.sample(sorted(values), random.randint(1, 3))
    return replace(
        ArticleFilter(with_duplicates=random.random() < 0.5),
        **{kind: values[kind] for kind in kinds},  # type: ignore[arg-type]
    )


def expect(naive: NaiveSearch, wanted: ArticleFilter) -> list[str]:
    """Return what a filter leaves, the newest first."""
    names = [name for name in NaiveQuery.__slots__ if name != "alternatives"]
    asked = NaiveQuery(**{name: getattr(wanted, name) for name in names})
    return naive.find(asked, collapse=not wanted.with_duplicates)


@pytest.mark.parametrize("seed", range(60))
def test_a_filter_leaves_what_it_says_in_both_orders(
    connection: Connection, naive: NaiveSearch, seed: int
) -> None:
    wanted = some_filter(Random(seed))
    codes = expect(naive, wanted)
    for newest_first, expected in ((True, codes), (False, codes[::-1])):
        listed = list_articles(connection, wanted, 500, newest_first=newest_first)
        assert [each.article.info_code for each in listed] == expected, wanted
        if len(listed) > 3:
            moment = listed[2].article.published_at
            assert moment is not None
            after = (moment, listed[2].article.info_code)
            rest = list_articles(connection, wanted, 500, after=after, newest_first=newest_first)
            assert [each.article.info_code for each in rest] == expected[3:]
            part = list_articles(connection, wanted, 2, 1, newest_first=newest_first)
            assert [each.article.info_code for each in part] == expected[1:3]
    assert count_articles(connection, wanted) == len(codes)


def test_the_filters_tried_leave_something(naive: NaiveSearch) -> None:
    left = [len(expect(naive, some_filter(Random(seed)))) for seed in range(60)]
    assert sum(count > 0 for count in left) > 40


def test_without_a_filter_all_are_counted(connection: Connection, naive: NaiveSearch) -> None:
    assert count_articles(connection) == len(naive.articles) == 190


def test_what_nobody_is_called_leaves_nothing(connection: Connection) -> None:
    for wanted in (
        ArticleFilter(sources=("nobody",)),
        ArticleFilter(media=("无名报",)),
        ArticleFilter(securities=("9.600519",)),
        ArticleFilter(sources=("raojiang",), not_sources=("raojiang",)),
        ArticleFilter(since=FIRST, until=FIRST),
    ):
        assert list_articles(connection, wanted) == []
        assert count_articles(connection, wanted) == 0


def test_a_newspaper_excluded_leaves_those_that_name_none(connection: Connection, naive: NaiveSearch) -> None:
    left = list_articles(connection, ArticleFilter(not_media=tuple(PAPERS), with_duplicates=True), 500)
    assert {each.article.media for each in left} == {None}
    assert len(left) == sum(each.media is None for each in naive.articles)


def test_sources_are_told_the_first_to_list_it_first(connection: Connection, naive: NaiveSearch) -> None:
    codes = [each.info_code for each in naive.articles]
    sources = list_article_sources(connection, codes)
    assert {code: frozenset(slugs) for code, slugs in sources.items()} == {
        each.info_code: each.sources for each in naive.articles
    }
    assert max(map(len, sources.values())) > 1


def test_listings_know_when_their_articles_were_published(newsroom: Newsroom) -> None:
    newsroom.crawl()
    site = newsroom.site
    first, second = site.articles[:2]
    site.edit(first.code, title=f"{first.title}（更新）", shown_time="2026-03-19 07:05:04", append="后记。")
    site.twin(second.code)
    newsroom.crawl()
    assert newsroom.rows("SELECT count(*) FROM article") == [2]
    assert newsroom.rows(WRONG_DATES) == [0]
    moments = newsroom.rows("SELECT published_at FROM listing WHERE info_code = :code", code=first.info_code)
    assert [str(moment)[:16] for moment in moments] == ["2026-03-18 23:05"]


def test_listings_know_it_after_edits_removals_and_in_other_sources(connection: Connection) -> None:
    assert connection.execute(text(WRONG_DATES)).scalar_one() == 0
    several = "SELECT count(*) FROM (SELECT 1 FROM listing GROUP BY info_code HAVING count(*) > 1)"
    assert connection.execute(text(several)).scalar_one() > 20
