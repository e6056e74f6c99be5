"""Digital newspapers crawled by the real spider: complete, failed, found again, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.command_line import Command
from support.newsroom import Newsroom

from jianbao.demo import DemoSite, Press
from jianbao.demo.epaper import EPaper, FounderClassic, FounderNew
from storage.records.press_days import PRESS_ZONE

TODAY = datetime.now(PRESS_ZONE).date()
SILENT = TODAY - timedelta(days=2)
SOURCE = """
[[sources]]
slug = "{slug}"
name = "{name}"
kind = "epaper"
site = "{slug}"
url = "{{site}}/{slug}/"
"""
CLASSIC = SOURCE.format(slug="lxrb", name="灵溪日报") + 'issue = "html/{Y}-{m}/{d}/node_2047.htm"\n'
NEW = SOURCE.format(slug="ybwb", name="云碧晚报")


@pytest.fixture
def papers() -> tuple[EPaper, EPaper]:
    """Return a classic paper of five days, one of them without an issue, and a new one of two."""
    classic = EPaper("lxrb", FounderClassic("/lxrb/", "灵溪日报"), TODAY, days=5, silent=[SILENT])
    return classic, EPaper("ybwb", FounderNew("/ybwb/", "云碧晚报"), TODAY, days=2, silent=[])


@pytest.fixture
def newsroom(papers: tuple[EPaper, EPaper], tmp_path: Path, command: Command) -> Iterator[Newsroom]:
    with DemoSite(Press.of(0), rooms=papers) as site:
        yield Newsroom(site, tmp_path, command, sources=CLASSIC + NEW)


def issues(newsroom: Newsroom, slug: str = "lxrb") -> dict[str, str]:
    return dict(newsroom.rows("SELECT day, state FROM issue WHERE source = :slug", slug=slug))


def states(newsroom: Newsroom, slug: str = "lxrb") -> dict[str, str]:
    return dict(newsroom.rows("SELECT info_code, state FROM listing WHERE source = :slug", slug=slug))


def asked(newsroom: Newsroom) -> list[str]:
    paths = [one.path for one in newsroom.site.requests if "robots" not in one.path]
    newsroom.site.requests.clear()
    return sorted(paths)


def test_an_issue_is_archived_and_asking_again_costs_one_request(
    newsroom: Newsroom, papers: tuple[EPaper, EPaper]
) -> None:
    newsroom.crawl()
    for paper in papers:
        issue, code = paper.issue(TODAY), f"{paper.slug}-{TODAY:%Y%m%d}.".__add__
        assert issues(newsroom, paper.slug) == {f"{TODAY}": "listed"}
        assert states(newsroom, paper.slug) == {
            code(one.id): "furniture" if one.is_furniture else "archived" for one in issue.articles
        }
        shown = newsroom.show(code(issue.pages[1].articles[-1].id))
        assert shown["continues"] == code(issue.pages[0].articles[0].id)
        assert (shown["page"], shown["page_name"], shown["precision"]) == ("A02", "要闻", "day")
        assert (shown["media"], shown["published_at"][:10]) == (paper.name, f"{TODAY}")
    asked(newsroom)
    newsroom.crawl()
    assert asked(newsroom) == [f"/lxrb/html/{TODAY:%Y-%m}/period.xml", "/ybwb/"]


def test_a_page_that_fails_takes_nothing_from_the_others_and_is_found_later(
    newsroom: Newsroom, papers: tuple[EPaper, EPaper]
) -> None:
    paper = papers[0]
    second = paper.issue(TODAY).pages[1]
    newsroom.site.misbehave(second.path, "status", status=503)
    newsroom.crawl("lxrb")
    assert issues(newsroom) == {f"{TODAY}": "failed"}
    assert len(states(newsroom)) == len(paper.issue(TODAY).articles) - len(second.articles)
    reasons = newsroom.rows("SELECT reason FROM issue")
    assert "node_2048.htm answered 503" in reasons[0]
    newsroom.site.behave()
    newsroom.crawl("lxrb")
    assert issues(newsroom) == {f"{TODAY}": "listed"}
    assert len(states(newsroom)) == len(paper.issue(TODAY).articles)


def test_an_outage_is_no_day_without_an_issue(newsroom: Newsroom) -> None:
    newsroom.crawl("lxrb")
    newsroom.site.misbehave("/lxrb/*", "status", status=503)
    newsroom.crawl("lxrb", status=1)
    assert issues(newsroom) == {f"{TODAY}": "listed"}
    newsroom.site.behave()
    newsroom.site.misbehave("*period.xml", "status", status=503)
    newsroom.crawl("lxrb")
    assert issues(newsroom) == {f"{TODAY}": "listed"}
