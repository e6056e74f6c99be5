"""Names: newspapers, authors and securities are found however they are written; what is not there is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.sample_articles import plain_article, shelve
from support.web_client import TestClient, open_reader

from jianbao.documents.search import read_list, read_search
from jianbao.documents.trend import read_trend
from storage.archive.folder import Archive
from storage.articles.lists import ArticleFilter
from storage.records import Security
from storage.search import Settled, parse_query, search_articles, settle_query

SHELVED = (
    ("上饶日报", "张平", "贵州茅台"),
    ("上饶日报", "张平、李琬", None),
    ("信江晚报", "方 敏", "平安银行"),
    ("South China Post", "Ann Lee", None),
    ("·鄱湖时报", None, None),
    (None, "張平安", None),
)
"""Newspaper, byline and security of each article, the oldest first."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Return an archive of articles that differ by their names only."""
    with Archive.open(tmp_path_factory.mktemp("names")) as archive:
        plain = plain_article()
        assert plain.published_at
        for number, (media, author, security) in enumerate(SHELVED):
            mentions = (Security("1", f"60051{number}", security, "link"),) if security else ()
            shelve(
                archive,
                replace(
                    plain,
                    info_code=f"NW20260320{number:010d}",
                    published_at=plain.published_at + timedelta(hours=number),
                    title=f"第{number}号",
                    media=media,
                    author=author,
                    securities=mentions,
                ),
            )
        yield archive


@pytest.fixture
def connection(archive: Archive) -> Iterator[Connection]:
    """Return a view of it."""
    with archive.reading() as connection:
        yield connection


@pytest.fixture(scope="module")
def reader(archive: Archive) -> Iterator[TestClient]:
    """Return a client of its reader."""
    with open_reader(archive.folder) as client:
        yield client


def ask(connection: Connection, text: str) -> tuple[list[int], Settled]:
    """Return which of the articles answer, the oldest first, and the settled query."""
    settled = settle_query(connection, parse_query(text))
    found = search_articles(connection, settled.query, "oldest", collapse=False)
    return [int(hit.stored.article.info_code[-10:]) for hit in found.hits], settled


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("media:上饒日報", [0, 1]),
        ("media:“ＳＯＵＴＨ　china\tpost”", [3]),
        ('media:"south  CHINA post"', [3]),
        ("media:•鄱湖時報", [4]),
        ("-media:上饒日報 茶", [2, 3, 4, 5]),
        ("media:信江晚報 media:上饶日报", [0, 1, 2]),
        ("author:张平", [0, 1]),
        ("author:張平", [0, 1]),
        ("author:李琬", [1]),
        ("作者：李琬、张平", [1]),
        ("author:方敏", [2]),
        ("author:“方　敏”", [2]),
        ("author:ann lee", []),
        ('author:"ANN LEE"', [3]),
        ("-author:张平 茶", [2, 3, 4, 5]),
        ("author:张平安", [5]),
        ("author:张平 author:方敏 茶", [0, 1, 2]),
        ("author:张平 media:信江晚报", []),
        ("security:貴州茅臺", [0]),
        ("security:６００５１０", [0]),
        ("security:1.600512", [2]),
        ("-security:貴州茅臺 茶", [1, 2, 3, 4, 5]),
    ],
    ids=ascii,
)
def test_names_are_folded_like_text(connection: Connection, query: str, found: list[int]) -> None:
    assert ask(connection, query)[0] == found


@pytest.mark.parametrize(
    ("query", "kind", "nearest"),
    [
        ("media:上绕日报", "media", "上饶日报"),
        ("-media:上绕日报", "media", "上饶日报"),
        ("author:李婉", "author", "李琬"),
        ("author:李", "author", "李琬"),
        ("security:贵州毛台", "security", "贵州茅台"),
        ("security:600519", "security", "600510"),
        ("medai:上饶日报", "field", "media:"),
        ("titel:茶", "field", "title:"),
        ("auther:张平", "field", "author:"),
        ("ｍｅｄｉａｓ：上饶日报", "field", "media:"),
        ("newspaper:上饶日报", "field", "title:"),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(
    archive: Archive, query: str, kind: str, nearest: str
) -> None:
    with archive.reading() as connection:
        found, settled = ask(connection, query)
        hints = settled.tell(len(found))
    assert [hint.kind for hint in hints] == [kind]
    assert nearest in hints[0].nearest
    sentence = hints[0].sentence
    assert nearest in sentence
    asked = parse_query(query)
    with archive.reading() as view:
        assert read_search(view, asked)["hints"] == [sentence]
        assert read_trend(view, asked, "month")["hints"] == [sentence]


@pytest.mark.parametrize(
    "query", ["", "茶", "media:上饶日报", "http://a.cn/没有", "12:30", "security:600510", "author:张平"]
)
def test_nothing_is_told_of_what_is_there(archive: Archive, query: str) -> None:
    with archive.reading() as view:
        assert read_search(view, parse_query(query))["hints"] == []


def test_a_word_before_a_colon_is_told_of_where_nothing_is_found(archive: Archive) -> None:
    with archive.reading() as connection:
        settled = settle_query(connection, parse_query("来源：信江日报"))
    assert settled.tell(1) == ()
    assert [hint.kind for hint in settled.tell(0)] == ["field"]


def test_an_archive_without_names_says_so(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive, archive.reading() as view:
        found = read_search(view, parse_query("media:上饶日报 security:600519 author:张平"))
    assert len(found["hints"]) == 3
    assert all("it has none" in hint for hint in found["hints"])


def test_a_list_finds_names_as_a_search_does(archive: Archive) -> None:
    with archive.reading() as view:
        found = read_list(view, ArticleFilter(media=("上饒日報",), authors=("李琬",)), 10, 0)
    assert (found["total"], found["hints"]) == (1, [])
    with archive.reading() as view:
        found = read_list(view, ArticleFilter(media=("上绕日报",)), 10, 0)
    assert found["total"] == 0
    assert "上饶日报" in found["hints"][0]


def test_the_api_narrows_by_author_and_tells_hints(reader: TestClient) -> None:
    assert reader.get("/api/v1/articles", params={"author": "張平"}).json()["total"] == 2
    assert reader.get("/api/v1/search", params={"q": "茶", "author": "李琬"}).json()["total"] == 1
    assert reader.get("/api/v1/search", params={"q": "作者：方敏 －媒体：上饶日报"}).json()["total"] == 1
    for path in ("search", "trends"):
        (hint,) = reader.get(f"/api/v1/{path}", params={"q": "medai:上饶日报"}).json()["hints"]
        assert "media:" in hint
    (hint,) = reader.get("/api/v1/articles", params={"media": "上绕日报"}).json()["hints"]
    assert "上饶日报" in hint


@pytest.mark.parametrize("path", ["/search", "/trend"])
@pytest.mark.parametrize("query", ["media:上绕日报", "medai:上饶日报", "author:張苹"])
def test_the_reader_tells_hints(reader: TestClient, path: str, query: str) -> None:
    page = reader.get(path, params={"q": query}).text
    assert page.count('<p class="note"') == 1
    assert "Near it are:" in page
    assert '<p class="note"' not in reader.get(path, params={"q": "茶"}).text


def test_the_reader_narrows_by_author(reader: TestClient) -> None:
    page = reader.get("/search", params={"q": "茶", "author": "方敏"}).text
    assert "第2号" in page
    assert "第1号" not in page
    assert reader.get("/feeds/search.atom", params={"q": "茶", "author": "方敏"}).text.count("</entry>") == 1
