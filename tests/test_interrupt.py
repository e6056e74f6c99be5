"""A crawl that is interrupted ends within five seconds, keeps all that it fetched, and goes on next time."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from archive_proof import prove_archive
from crawl_stage import Stage, launch_command, wait_until
from sqlalchemy import select

from jianbao.demo import DemoSite, Press
from storage.archive import Archive
from storage.article_lists import count_articles
from storage.records import find_info_code
from storage.schema import crawl

CONCURRENCY = 4
FEW = 15


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with DemoSite(Press.daily()) as site:
        yield Stage(tmp_path, site)


@contextmanager
def interrupted(stage: Stage, number: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """A crawl that gets a signal at the end of the block: it must end soon, and say how."""
    crawling = launch(stage)
    yield crawling
    sent = time.monotonic()
    crawling.send_signal(number)
    assert crawling.wait(timeout=30) == 130
    assert time.monotonic() - sent < 5
    assert crawl_statuses(stage) == ["interrupted"]
    assert "Traceback" not in stage.log.read_text("utf-8")


def launch(stage: Stage) -> subprocess.Popen[bytes]:
    crawling = stage.start(launch_command)
    assert isinstance(crawling, subprocess.Popen)
    return crawling


def crawl_statuses(stage: Stage) -> list[str]:
    with stage.open() as archive, archive.reading() as connection:
        return list(connection.execute(select(crawl.c.status).order_by(crawl.c.id)).scalars())


def count_stored(stage: Stage) -> int:
    with stage.open() as archive, archive.reading() as connection:
        return count_articles(connection)


def count_answered(stage: Stage) -> int:
    """How many articles the site has answered whole, in whatever form they were asked for."""
    whole = [request.path for request in stage.site.requests if request.sent]
    return len({code[0] for path in whole if (code := find_info_code(path))})


def is_hanging(stage: Stage) -> bool:
    return sum(request.status == 0 for request in list(stage.site.requests)) >= CONCURRENCY


def assert_completed(stage: Stage) -> None:
    stage.site.behave()
    assert stage.crawl() == 0
    assert crawl_statuses(stage) == ["interrupted", "ok"]
    with stage.open() as archive:
        assert prove_archive(archive, stage.site, {}) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_in_the_middle_of_fetching(stage: Stage, number: signal.Signals) -> None:
    with interrupted(stage, number):
        wait_until(lambda: stage.article_requests >= FEW, "the first articles")
    assert FEW - CONCURRENCY <= count_stored(stage) < len(stage.site.articles)
    assert count_answered(stage) - CONCURRENCY <= count_stored(stage) <= count_answered(stage)
    assert_completed(stage)


def test_while_the_site_hangs_and_somebody_is_impatient(stage: Stage) -> None:
    """Four requests that nobody answers hold up nothing for long, and a second signal breaks nothing."""
    stage.site.misbehave("/nanchangribao/*", "hang")
    with interrupted(stage, signal.SIGINT) as crawling:
        wait_until(lambda: is_hanging(stage), "every connection to hang")
        crawling.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert count_stored(stage) == count_answered(stage) > 0
    assert_completed(stage)


def test_during_the_polls(stage: Stage) -> None:
    stage.site.misbehave("/category/*", "hang")
    with interrupted(stage, signal.SIGTERM):
        wait_until(lambda: is_hanging(stage), "the polls to hang")
    assert count_stored(stage) == 0
    assert_completed(stage)


def test_before_the_first_request(stage: Stage) -> None:
    """A crawl that has entered its row and is still loading Scrapy closes the row as well."""
    Archive.open(stage.archive_folder).close()
    with interrupted(stage, signal.SIGTERM):
        wait_until(lambda: crawl_statuses(stage) == ["running"], "the crawl's row")
    assert not stage.site.requests


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_crawl_counts_the_requests_that_it_made(stage: Stage, number: signal.Signals) -> None:
    stage.site.misbehave("*/20*NW*", "hang")
    crawling = launch(stage)
    wait_until(lambda: stage.article_requests >= CONCURRENCY, "as many requests as the host allows")
    crawling.send_signal(number)
    assert crawling.wait(timeout=60) == 130
    with stage.open() as archive, archive.reading() as connection:
        assert connection.execute(select(crawl.c.requests)).scalar_one() == len(stage.site.requests)
