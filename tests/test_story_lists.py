"""Lists and searches that show one article of each story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from storage.archive.folder import Archive
from storage.articles.lists import ArticleFilter, count_articles, list_articles
from storage.database.schema import article, story_member
from storage.search import Query, build_part, create_index, parse_query, search_articles

FIRST = datetime(2026, 3, 20, 1, tzinfo=UTC)
TEXTS = {
    "A1": ("云湾日报", "渔港今晨开海，百余艘渔船出港。"),
    "B1": ("云湾日报", "图书馆延长开放时间。"),
    "A2": ("湖口晚报", "渔港今晨开海，百余艘渔船先后出港。"),
    "A3": ("湖口晚报", "码头今晨开海，百余艘渔船先后出港去了。"),
}
"""Titles, newspapers and texts, an hour apart; the A are near copies of each other."""


def enter(connection: Connection) -> None:
    """Enter the articles and the story of the A."""
    for number, (title, (media, text)) in enumerate(TEXTS.items()):
        moment = FIRST + timedelta(hours=number)
        connection.execute(
            insert(article).values(
                id=number,
                info_code=f"NW20260320{number:010d}",
                forms="media",
                title=title,
                media=media,
                published_at=moment,
                precision="second",
                url="http://127.0.0.1/",
                continued=False,
                text=text,
                paragraphs=["text"],
                images=[],
                links=[],
                content_hash=title,
                first_seen_at=moment,
                last_checked_at=moment,
                parser_version=1,
                revision=1,
                status="archived",
            )
        )
        if title.startswith("A"):
            connection.execute(
                insert(story_member).values(
                    info_code=f"NW20260320{number:010d}", story="NW202603200000000000", similarity=0.9
                )
            )
    create_index(connection)
    build_part(connection)


@pytest.fixture
def view(tmp_path: Path) -> Iterator[Connection]:
    """Return a view of an archive with the articles."""
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            enter(connection)
        with archive.reading() as connection:
            yield connection


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (ArticleFilter(), ["A3", "A2", "B1", "A1"]),
        (ArticleFilter(one_of_story=True), ["B1", "A1"]),
        (ArticleFilter(one_of_story=True, media=("湖口晚报",)), ["A2"]),
        (ArticleFilter(one_of_story=True, since=FIRST + timedelta(hours=3)), ["A3"]),
    ],
    ids=["all", "one of a story", "the first of the list", "within days"],
)
def test_a_list_shows_the_first_of_a_story_that_is_in_it(
    view: Connection, wanted: ArticleFilter, shown: list[str]
) -> None:
    assert [stored.article.title for stored in list_articles(view, wanted)] == shown
    assert count_articles(view, wanted) == len(shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ["B1", "A1"]),
        ("开海", ["A1"]),
        ("开海 先后", ["A2"]),
        ("码头", ["A3"]),
        ("今晨开海", ["A1"]),
        ("今晨开海 media:湖口晚报", ["A2"]),
        ("-图书馆", ["A1"]),
    ],
)
def test_a_search_shows_the_first_of_a_story_that_answers(
    view: Connection, text: str, shown: list[str]
) -> None:
    found = search_articles(view, one_of_story(parse_query(text)))
    assert [hit.stored.article.title for hit in found.hits] == shown
    assert (found.total, found.exact) == (len(shown), True)


def test_copies_hide_behind_the_first_of_the_answer(tmp_path: Path) -> None:
    """Also where the first of all that have the text does not answer."""
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            enter(connection)
            same = article.update().where(article.c.title.in_(("A2", "A3")))
            connection.execute(same.values(duplicate_of="NW202603200000000000"))
        with archive.reading() as connection:
            for text in ("media:湖口晚报", "今晨 media:湖口晚报", "今晨开海 media:湖口晚报"):
                found = search_articles(connection, parse_query(text))
                assert ([hit.stored.article.title for hit in found.hits], found.total) == (["A2"], 1)
            wanted = ArticleFilter(media=("湖口晚报",))
            assert [stored.article.title for stored in list_articles(connection, wanted)] == ["A2"]
            assert count_articles(connection, wanted) == 1


def one_of_story(query: Query) -> Query:
    """Return a query for one article of each story."""
    return replace(query, filter=replace(query.filter, one_of_story=True))
