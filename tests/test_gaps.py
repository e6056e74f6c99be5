"""Planted losses: gaps names all of them and nothing else, and --repair brings back what the site has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select, update
from support.command_line import Command
from support.newsroom import Newsroom, small_press
from support.planted_loss import Planter, count_rows

from jianbao.demo import DemoSite
from jianbao.demo.epaper import EPaper, FounderNew, Plan
from storage.archive.folder import Archive
from storage.database.schema import article
from storage.ledger.holes.every import list_holes
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.press_holidays import find_holiday

SLUG = "ybwb"
NEWEST = press_day(datetime.now(UTC)) - timedelta(days=1)
PAPER = f"""
[[sources]]
slug = "{SLUG}"
name = "云碧晚报"
kind = "epaper"
site = "{SLUG}"
url = "{{site}}/{SLUG}/"
calendar = "pc/layout/{{Y}}{{m}}/period.xml"
images = true
facsimile = "image"
since = {NEWEST - timedelta(days=28)}
"""
CATEGORY = """
[[sources]]
slug = "di1xianribao"
name = "第1县日报"
kind = "category"
url = "{site}/category/di1xianribao.html"
"""


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Iterator[Newsroom]:
    """A category page and a digital newspaper of four weeks, both archived whole."""
    paper = EPaper(SLUG, FounderNew(f"/{SLUG}/", "云碧晚报"), NEWEST, plan=Plan.of(1, 3, seed=4), days=29)
    with DemoSite(small_press(6), rooms=[paper]) as site:
        opened = Newsroom(site, tmp_path_factory.mktemp("gaps"), command, sources=CATEGORY + PAPER)
        opened.crawl()
        assert opened.run("backfill", SLUG).status == 0
        yield opened


def find_holes(archive: Archive) -> list[Hole]:
    """Return every hole with all its codes."""
    with archive.reading() as view:
        return list_holes(view, datetime.now(UTC), codes=None)


def plant(archive: Archive) -> Planter:
    """Take articles, whole days, issues and pictures away."""
    planter = Planter(archive, Random(11))
    days = [day for day in planter.printed_days(SLUG)[3:-3] if find_holiday(day) is None]
    chosen = planter.random.sample(days, 6)
    planter.lose_days(SLUG, chosen[:3])
    planter.lose_issues(SLUG, chosen[3:5])
    planter.lose_articles(12)
    planter.lose_pictures(6)
    return planter


def test_planted_losses_are_named_and_repaired(newsroom: Newsroom) -> None:
    with newsroom.archive() as archive:
        whole = count_rows(archive)
        assert find_holes(archive) == []
        planted = plant(archive).planted
        assert planted.misnamed(find_holes(archive)) == []
    found = newsroom.run("gaps", "--json")
    assert found.status == 1
    assert not found.json["ledger"]["holds"]
    ended = newsroom.run("gaps", "--repair", "--json")
    assert (ended.status, ended.json["gaps"]) == (0, []), ended.stderr
    assert f"fetching the missing days of {SLUG}" in ended.stderr
    ledger = ended.json["ledger"]
    assert ledger.pop("holds")
    assert ledger.pop("listed") == sum(ledger.values())
    with newsroom.archive() as archive:
        assert count_rows(archive) == whole
    assert newsroom.events() == []


def test_articles_whose_pages_were_kept_come_back_from_there_while_the_site_is_down(
    newsroom: Newsroom,
) -> None:
    with newsroom.archive() as archive:
        whole = count_rows(archive)
        Planter(archive, Random(5)).lose_articles(4)
    newsroom.site.misbehave("*", "status", status=503)
    ended = newsroom.run("gaps", "--repair", "--json")
    newsroom.site.behave()
    assert "4 articles were read from their kept pages" in ended.stderr
    assert ended.json["ledger"]["holds"], ended.stderr
    with newsroom.archive() as archive:
        assert count_rows(archive)["articles"] == whole["articles"]
    newsroom.run("gaps", "--repair")  # their pictures, and the polls that failed


def test_what_the_site_has_no_more_remains_and_is_told_why(newsroom: Newsroom) -> None:
    with newsroom.archive() as archive:
        planter = Planter(archive, Random(3))
        (day,) = planter.random.sample(planter.printed_days(SLUG)[4:-4], 1)
        planter.lose_issues(SLUG, [day])
    newsroom.site.black_out(SLUG, day)
    ended = newsroom.run("gaps", SLUG, "--repair", "--json")
    newsroom.site.behave()
    assert ended.status == 1
    (gap,) = [gap for gap in ended.json["gaps"] if gap["kind"] == "issue"]
    assert (gap["from"], gap["to"]) == (str(day), str(day))
    assert "503" in gap["reason"]
    assert ended.json["repair"]["closed"] == 0


def test_an_article_that_others_link_to_is_named_by_its_address(newsroom: Newsroom) -> None:
    """As its source is declared: the code is the one that its issue would list it under."""
    with newsroom.archive() as archive, archive.writing() as connection:
        of_paper = article.c.info_code.startswith(f"{SLUG}-")
        code, url = connection.execute(
            select(article.c.info_code, article.c.url).where(of_paper).limit(1)
        ).one()
        own, lost = code.rpartition(".")[2], f"{code}9"
        links = [{"url": one, "text": "前文"} for one in (url, url.replace(own, f"{own}9"))]
        connection.execute(update(article).where(article.c.info_code == code).values(links=links))
    (gap,) = [gap for gap in newsroom.run("gaps", "--json").json["gaps"] if gap["kind"] == "mentioned"]
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(update(article).where(article.c.info_code == code).values(links=[]))
    assert (gap["source"], gap["kind"], gap["codes"]) == (SLUG, "mentioned", [lost])
