"""Facsimiles: issues' pages as they were printed, kept after articles and pictures, whoever is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Command
from support.crawl_processes import wait_until
from support.newsroom import Newsroom, small_press
from support.processes import Nursery
from support.web_client import open_reader

from jianbao.demo import DemoSite

SOURCE = """\
[[sources]]
slug = "lxrb"
name = "芦溪日报"
kind = "epaper"
site = "lxrb"
url = "{site}/lxrb/"
images = true
facsimile = "pdf"
"""
ENDINGS = (".jpg", ".png", ".gif", ".webp", ".pdf")
FACSIMILES = "SELECT kind, state, count(*) FROM facsimile GROUP BY 1, 2 ORDER BY 1"


@pytest.fixture
def newsroom(tmp_path: Path, command: Command) -> Iterator[Newsroom]:
    """A newsroom that reads one digital newspaper, with pictures and facsimiles."""
    with DemoSite(small_press()) as site:
        yield Newsroom(site, tmp_path, command, sources=SOURCE)


def pictures_asked(newsroom: Newsroom) -> list[str]:
    return [one.path for one in list(newsroom.site.requests) if one.path.endswith(ENDINGS)]


def newest(newsroom: Newsroom) -> Any:
    return newsroom.site.epaper("lxrb").issue(newsroom.site.today)


def test_an_issue_is_kept_as_it_was_printed(newsroom: Newsroom) -> None:
    newsroom.crawl()
    pages = len(newest(newsroom).pages)
    kinds = {(kind, state): count for kind, state, count in newsroom.rows(FACSIMILES)}
    assert kinds == {("image", "archived"): pages, ("pdf", "archived"): pages}
    assert newsroom.rows("SELECT DISTINCT state FROM picture") == ["archived"]
    asked = pictures_asked(newsroom)
    assert len(asked) == len({*asked})
    areas = newsroom.rows("SELECT sum(json_array_length(areas)) FROM issue_page")[0]
    with open_reader(newsroom.archive_folder) as reader:
        day = newsroom.site.today.isoformat()
        front = reader.get(f"/issue/lxrb/{day}/1").text
        assert front.count("<polygon") > 0
        assert 'viewBox="0 0 400 576"' in front, "areas measure the picture as its page shows it"
        assert front.count("<img") == 1
        assert reader.get(f"/issue/lxrb/{day}").text.count("<img") == pages
    assert areas >= front.count("<polygon")
    newsroom.site.requests.clear()
    newsroom.crawl()
    assert pictures_asked(newsroom) == []


def test_a_page_picture_alone_is_kept_where_that_is_the_wish(newsroom: Newsroom) -> None:
    newsroom.sources = SOURCE.replace('"pdf"', '"image"').replace("images = true", "images = false")
    newsroom.configure()
    newsroom.crawl()
    assert {kind for kind, *_ in newsroom.rows(FACSIMILES)} == {"image"}
    assert newsroom.rows("SELECT count(*) FROM picture") == [0]


def test_a_crawl_killed_among_its_pictures_goes_on_with_them(newsroom: Newsroom, nursery: Nursery) -> None:
    """Killed again and again while pictures are on their way: none lost, none kept twice."""
    paths = [picture.path for article in newest(newsroom).articles for picture in article.pictures]
    held = [*paths[1:4:2], newest(newsroom).pages[1].picture, newest(newsroom).pages[2].pdf]
    for path in held:
        newsroom.site.misbehave(path, "hang", times=1)
        newsroom.site.requests.clear()
        crawl = nursery.launch(["--config", str(newsroom.config), "crawl"], newsroom.folder / "log")
        wait_until(lambda path=path: path in pictures_asked(newsroom), f"the request for {path}")  # type: ignore[misc]
        os.kill(crawl.pid, signal.SIGKILL)
        crawl.wait()
    newsroom.crawl()
    assert newsroom.rows("SELECT DISTINCT state FROM picture UNION SELECT state FROM facsimile") == [
        "archived"
    ]
    twice = "SELECT payload_digest FROM capture WHERE refers_to IS NULL GROUP BY 1 HAVING count(*) > 1"
    assert newsroom.rows(twice) == []
    newsroom.site.requests.clear()
    newsroom.crawl()
    assert pictures_asked(newsroom) == []


def test_a_history_s_pictures_and_facsimiles_are_kept_too(newsroom: Newsroom) -> None:
    paper = newsroom.site.epaper("lxrb")
    first, last = [day for day in paper.days if day < newsroom.site.today][-2:]
    ended = newsroom.run("backfill", "lxrb", "--from", str(first), "--to", str(last), "--json")
    assert ended.status == 0, ended.stderr
    pages = sum(len(paper.issue(day).pages) for day in (first, last))
    kinds = {(kind, state): count for kind, state, count in newsroom.rows(FACSIMILES)}
    assert kinds == {("image", "archived"): pages, ("pdf", "archived"): pages}
    assert newsroom.rows("SELECT DISTINCT state FROM picture") == ["archived"]
