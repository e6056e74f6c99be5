"""`jianbao search`, `reindex` and `list`: what they print, and how they refuse."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.command_line import Command
from support.newsroom import Newsroom

from jianbao.demo import DemoSite, Press
from jianbao.demo.post import Written
from storage.archive.folder import Archive
from storage.records.press_days import PRINTED_ZONE

TITLE = "鹭湖湿地来了黑脸琵鹭"
MORNING = datetime(2026, 3, 20, 9, 30, tzinfo=PRINTED_ZONE)


def titles(found: dict[str, Any]) -> list[str]:
    """Return the titles of an answer, in its order."""
    return [item["title"] for item in found["items"]]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Iterator[Newsroom]:
    """Return a newsroom with an article that only these tests look for, crawled; none of them changes it."""
    with DemoSite(Press.of(6, 2)) as site:
        newsroom = Newsroom(site, tmp_path_factory.mktemp("newsroom"), command)
        lines = ("志愿者在鹭湖数到Ｎ型脚环三只。", "监测站称为首次。")
        site.publish(
            replace(site.press.compose(900, site.slugs[0], MORNING), title=TITLE, write=Written(lines))
        )
        newsroom.crawl()
        yield newsroom


@pytest.fixture
def stale(crawled: Newsroom, tmp_path: Path) -> Newsroom:
    """Return a newsroom with a copy of that archive, to be spoilt."""
    shutil.copytree(crawled.archive_folder, tmp_path / "archive")
    return Newsroom(crawled.site, tmp_path, crawled.command)


def test_a_word_of_two_characters_is_found_and_marked(crawled: Newsroom) -> None:
    found = crawled.ask("search", "鹭湖")
    assert (found["total"], found["exact"], titles(found)) == (1, True, [TITLE])
    item = found["items"][0]
    assert [item["snippet"][start:end] for start, end in item["snippet_hits"]] == ["鹭湖"]
    assert [item["title"][start:end] for start, end in item["title_hits"]] == ["鹭湖"]


@pytest.mark.parametrize(
    "query",
    [
        "鹭",
        "鷺湖濕地",
        "n型脚环",
        '"数到N型"',
        "title:琵鹭",
        "琵鹭 -图书馆",
        "没有这样的词 OR 琵鹭",
        "琵鹭 from:2026",
        "琵鹭 media:云湾日报 OR 琵鹭",
    ],
)
def test_the_query_language_reaches_the_article(crawled: Newsroom, query: str) -> None:
    if "media:" in query:
        query = query.replace("云湾日报", crawled.ask("search", "琵鹭")["items"][0]["media"])
    assert titles(crawled.ask("search", query)) == [TITLE]


@pytest.mark.parametrize(
    "query", ["鹭湖 -志愿者", "title:志愿者", "型脚", "琵鹭 to:2025", "琵鹭 security:600519"]
)
def test_what_does_not_match_is_not_shown(crawled: Newsroom, query: str) -> None:
    expected = 1 if query == "型脚" else 0
    assert crawled.ask("search", query)["total"] == expected


def test_people_read_title_snippet_and_count(crawled: Newsroom) -> None:
    printed = crawled.run("search", "鹭湖").stdout
    assert f"  {TITLE}\n    志愿者在鹭湖数到Ｎ型脚环三只。\n1 of 1 articles\n" in printed


def test_options_narrow_as_the_query_does(crawled: Newsroom) -> None:
    item = crawled.ask("search", "琵鹭")["items"][0]
    slug = item["sources"][0]
    assert crawled.ask("search", "琵鹭", "--source", slug)["total"] == 1
    other = next(each for each in crawled.site.slugs if each != slug)
    assert crawled.ask("search", "琵鹭", "--source", other)["total"] == 0
    assert crawled.ask("search", "琵鹭", "--source", other, "--source", slug)["total"] == 1
    assert (
        crawled.ask("search", "", "--media", item["media"])["total"]
        == crawled.ask("list", "--media", item["media"])["total"]
    )


def test_orders_and_pages(crawled: Newsroom) -> None:
    newest = crawled.ask("search", "的", "--limit", "1000")
    oldest = crawled.ask("search", "的", "--limit", "1000", "--order", "oldest")
    assert titles(newest) == titles(oldest)[::-1]
    assert titles(crawled.ask("search", "的", "--offset", "2", "--limit", "3")) == titles(newest)[2:5]
    ranked = crawled.ask("search", "社区", "--order", "relevance")
    assert ranked["total"] == crawled.ask("search", "社区")["total"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ('"鹭湖', 'the quotation mark before "鹭湖" is never closed'),
        ("OR 鹭湖", "there is no word before OR"),
        ("鹭湖 OR", "there is no word after OR"),
        ("鹭湖 -", '"-" names nothing to look for'),
        ("鹭湖 from:someday", "from: someday is not a day"),
        ("鹭湖 from:2026-02 to:2026-01", "the first day asked for comes after the last one"),
        ("鹭湖 source:", "source: says nothing"),
        ("鹭湖 source:yizhoubao", "the archive has no source 'yizhoubao'"),
        ("鹭" * 1001, "the query is too long"),
    ],
)
def test_a_bad_query_is_one_sentence(crawled: Newsroom, query: str, says: str) -> None:
    ended = crawled.run("search", query)
    assert (ended.status, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"jianbao: {says}")
    assert ended.stderr.count("\n") == 1


def test_an_index_of_another_version_is_not_trusted(stale: Newsroom) -> None:
    with Archive.open_existing(stale.archive_folder) as archive, archive.writing() as connection:
        connection.execute(text("UPDATE search_state SET version = 'of another jianbao'"))
        connection.execute(
            text("DELETE FROM search_data WHERE id > 10")
        )  # nothing of it can be read any more
    found = stale.ask("search", "鹭湖")
    assert found["total"] == 1
    assert "run `jianbao reindex`" in found["note"]
    built = stale.ask("reindex")
    assert (built["current"], built["left"], built["continued"]) == (True, 0, False)
    assert built["indexed"] == stale.ask("list", "--duplicates")["total"]
    assert stale.ask("search", "鹭湖") == {**found, "note": None}


def test_an_interrupted_reindex_goes_on(stale: Newsroom) -> None:
    with Archive.open_existing(stale.archive_folder) as archive, archive.writing() as connection:
        connection.execute(text("UPDATE search_state SET built_to = (SELECT max(id) - 1 FROM article)"))
        connection.execute(text("INSERT INTO search (search) VALUES ('delete-all')"))
    assert stale.ask("reindex")["continued"]
    assert stale.ask("reindex", "--restart")["continued"] is False
    assert stale.ask("search", "鹭湖")["total"] == 1
