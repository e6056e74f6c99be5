"""Articles as rows: ids that order by time and stay dense, and pointers to the first of several copies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from storage.archive.folder import Archive
from storage.articles.article import (
    find_article,
    free_id,
    insert_article,
    link_duplicates,
    set_status,
    update_article,
)
from storage.articles.lists import ArticleFilter, count_articles, list_articles
from storage.database.schema import metadata
from storage.records import Article, Forms, Image, Link, Paragraph, Player, Security, StoredArticle

NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
SLOTS = 4


def make(number: int, published_at: datetime = NOON, *, id: int = 0, content: str = "a") -> StoredArticle:  # noqa: A002
    """Return an article to be stored."""
    return StoredArticle(
        id=id or number,
        article=Article(
            info_code=f"NW20260320{number:010d}",
            url=f"http://127.0.0.1/{number}.html",
            form="media",
            title=f"第{number}号题目",
            published_at=published_at,
            precision="second",
            media="上饶日报",
            author=None,
            summary=None,
            source_line=None,
            continued=False,
            paragraphs=(Paragraph("信州区今日举行春季招聘会。"),),
        ),
        forms=Forms.of("media"),
        content_hash=content,
        duplicate_of=None,
        first_seen_at=NOON,
        last_checked_at=NOON,
        parser_version=1,
        revision=1,
        status="archived",
        capture_id=None,
    )


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """Return a write transaction on a fresh archive."""
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        yield connection


def insert_at(connection: Connection, number: int, moment: datetime) -> int:
    """Store an article under the free id of its time; return the id."""
    identity = free_id(connection, moment)
    insert_article(connection, make(number, moment, id=identity))
    return identity


def test_a_free_id_counts_quarters_of_minutes_since_2000(connection: Connection) -> None:
    assert free_id(connection, datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert free_id(connection, datetime(2000, 1, 1, 0, 1, 59, tzinfo=UTC)) == SLOTS
    assert free_id(connection, datetime(1999, 12, 31, 23, 59, tzinfo=UTC)) == -SLOTS


def test_articles_of_one_minute_take_the_next_free_ids(connection: Connection) -> None:
    first = free_id(connection, NOON)
    assert [insert_at(connection, number, NOON) for number in range(6)] == list(range(first, first + 6))
    next_minute = insert_at(connection, 10, NOON + timedelta(minutes=1))
    assert next_minute == first + 6, "the minute before has spilled over"
    assert insert_at(connection, 11, NOON + timedelta(minutes=2)) == first + 2 * SLOTS


def test_a_gap_is_filled(connection: Connection) -> None:
    first = free_id(connection, NOON)
    for number, identity in enumerate((first, first + 1, first + 3)):
        insert_article(connection, make(number, id=identity))
    assert free_id(connection, NOON) == first + 2


@settings(max_examples=50)
@given(st.lists(st.integers(min_value=0, max_value=20), min_size=1, max_size=40))
def test_ids_are_dense_and_in_the_order_of_time(minutes: list[int]) -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        moments = [NOON + timedelta(minutes=minute) for minute in minutes]
        given_ids = {number: insert_at(connection, number, moment) for number, moment in enumerate(moments)}
        base = free_id(connection, NOON - timedelta(minutes=1)) + SLOTS
    engine.dispose()
    assert len(set(given_ids.values())) == len(minutes)
    for number, minute in enumerate(minutes):
        wanted = base + minute * SLOTS
        ahead = set(range(wanted, given_ids[number]))
        assert given_ids[number] >= wanted
        assert ahead <= set(given_ids.values()), "every id before it was taken"


def test_an_article_comes_back_as_it_was_stored(connection: Connection) -> None:
    stored = make(1)
    article = Article(
        **{
            **{name: getattr(stored.article, name) for name in Article.__slots__},
            "paragraphs": (Paragraph("扩容提质", "heading"), Paragraph("□本报记者张平", "byline")),
            "images": (Image("http://127.0.0.1/a_w800h600.jpg", "图片来源：本报", 1, 800, 600),),
            "players": (
                Player("video", "http://127.0.0.1/a.mp4", "http://127.0.0.1/a.jpg", 1),
                Player("frame", "http://127.0.0.1/player.html"),
            ),
            "securities": (
                Security("1", "600519", "贵州茅台", "chart"),
                Security("0", "000001", "平安银行", "link"),
            ),
            "links": (Link("http://127.0.0.1/r.html", "点击阅读"),),
            "summary": "摘要",
            "author": "张平",
            "continued": True,
        }
    )
    insert_article(
        connection,
        StoredArticle(**{**{n: getattr(stored, n) for n in StoredArticle.__slots__}, "article": article}),
    )
    found = find_article(connection, article.info_code)
    assert found is not None
    assert found.article == article
    assert list_articles(connection, ArticleFilter())[0].article.paragraphs == article.paragraphs


def copies(connection: Connection) -> dict[int, str | None]:
    """Return for each stored article which one it is a copy of."""
    found = list_articles(connection, ArticleFilter(with_duplicates=True), 100)
    return {int(each.article.info_code[-10:]): each.duplicate_of for each in found}


def test_copies_point_to_the_first_published_whatever_comes_first(connection: Connection) -> None:
    for number, minutes in ((1, 30), (2, 60), (3, 0)):
        insert_article(connection, make(number, NOON + timedelta(minutes=minutes)))
        link_duplicates(connection, "a")
    first = make(3).article.info_code
    assert copies(connection) == {3: None, 1: first, 2: first}
    assert link_duplicates(connection, "a") == 0
    assert link_duplicates(connection, "nothing like it") == 0
    assert count_articles(connection, ArticleFilter()) == 1
    assert count_articles(connection) == 3


def test_a_copy_whose_text_changes_points_nowhere(connection: Connection) -> None:
    for number in (1, 2, 3):
        insert_article(connection, make(number, NOON + timedelta(minutes=number)))
    assert link_duplicates(connection, "a") == 2
    update_article(connection, make(1, NOON + timedelta(minutes=1), content="b"))
    assert link_duplicates(connection, "a") == 2
    link_duplicates(connection, "b")
    assert copies(connection) == {1: None, 2: None, 3: make(2).article.info_code}


def test_a_status_changes_once(connection: Connection) -> None:
    insert_article(connection, make(1))
    code = make(1).article.info_code
    assert [set_status(connection, code, "gone", NOON) for _ in range(2)] == [1, 0]
