"""A crawl that is interrupted ends within five seconds, keeps all that it fetched, and goes on next time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from support.archive_checks import prove_archive
from support.crawl_processes import PATIENCE, Crawling, Launch, Stage, wait_until
from support.processes import Nursery

from jianbao.demo import DemoSite, Press
from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.database.schema import crawl
from storage.records import find_info_code

CONCURRENCY = 4
FEW = 15


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with DemoSite(Press.daily()) as site:
        yield Stage(tmp_path, site)


@contextmanager
def interrupted(
    stage: Stage, number: signal.Signals, launch: Launch, then: Callable[[], object] = lambda: None
) -> Iterator[Crawling]:
    """A crawl that gets a signal at the end of the block: it must end soon, and say how.

    ``then`` is called right after the signal. What hangs does so for longer than anybody waits for the end.
    """
    crawling = stage.start(launch)
    yield crawling
    with suppress(ProcessLookupError):  # where an earlier signal has ended it
        os.kill(crawling.pid, number)
    then()
    assert crawling.wait(timeout=PATIENCE / 5) == 130
    assert crawl_statuses(stage) == ["interrupted"]
    assert "Traceback" not in stage.log.read_text("utf-8")


def has_taken(crawling: Crawling, number: signal.Signals) -> bool:
    """Tell whether a signal that was sent waits for the process no more, or whether that has ended."""
    try:
        status = Path(f"/proc/{crawling.pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    pending = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigP", "ShdP"))]
    return not any(mask >> (number - 1) & 1 for mask in pending)


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


def assert_completed(stage: Stage, launch: Launch) -> None:
    stage.site.behave()
    assert stage.crawl(launch) == 0
    assert crawl_statuses(stage) == ["interrupted", "ok"]
    with stage.open() as archive:
        assert prove_archive(archive, stage.site, {}) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_in_the_middle_of_fetching(stage: Stage, nursery: Nursery, number: signal.Signals) -> None:
    sent = threading.Event()
    stage.site.misbehave("*/20*", "hold", until=sent.is_set)
    stage.site.misbehave("*/20*", "no-validators", times=FEW)
    with interrupted(stage, number, nursery.launch, then=sent.set):
        wait_until(lambda: stage.article_requests >= FEW + CONCURRENCY, "the first articles")
    assert FEW - CONCURRENCY <= count_stored(stage) < len(stage.site.articles)
    assert count_answered(stage) - CONCURRENCY <= count_stored(stage) <= count_answered(stage)
    assert_completed(stage, nursery.launch)


def test_while_the_site_hangs_and_somebody_is_impatient(stage: Stage, nursery: Nursery) -> None:
    """Four requests that nobody answers hold up nothing for long, and a second signal breaks nothing."""
    stage.site.misbehave("/nanchangribao/*", "hang")
    with interrupted(stage, signal.SIGINT, nursery.launch) as crawling:
        wait_until(lambda: is_hanging(stage), "every connection to hang")
        os.kill(crawling.pid, signal.SIGTERM)
        wait_until(lambda: has_taken(crawling, signal.SIGTERM), "the first signal to be taken")
    assert count_stored(stage) == count_answered(stage) > 0
    assert_completed(stage, nursery.launch)


def test_during_the_polls(stage: Stage, nursery: Nursery) -> None:
    stage.site.misbehave("/category/*", "hang")
    with interrupted(stage, signal.SIGTERM, nursery.launch):
        wait_until(lambda: is_hanging(stage), "the polls to hang")
    assert count_stored(stage) == 0
    assert_completed(stage, nursery.launch)


# Waits where Scrapy is loaded, until a signal comes.
WAITING = """
import sys
class Gate:
    def find_spec(self, name, path=None, target=None):
        if name == "scrapy.crawler":
            sys.stdin.read()
sys.meta_path.insert(0, Gate())
from jianbao.cli import main
main()
"""


def launch_waiting(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a crawl from a cold start that waits where it loads Scrapy."""
    command = [sys.executable, "-P", "-c", WAITING, *arguments]
    with log.open("wb") as errors:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors)


def test_before_the_first_request(stage: Stage) -> None:
    """A crawl that has entered its row and is still loading Scrapy closes the row as well."""
    Archive.open(stage.archive_folder).close()
    with interrupted(stage, signal.SIGTERM, launch_waiting) as crawling:
        wait_until(lambda: crawl_statuses(stage) == ["running"], "the crawl's row")
    assert isinstance(crawling, subprocess.Popen)
    crawling.communicate()
    assert not stage.site.requests


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_crawl_counts_the_requests_that_it_made(
    stage: Stage, nursery: Nursery, number: signal.Signals
) -> None:
    stage.site.misbehave("*/20*NW*", "hang")
    with interrupted(stage, number, nursery.launch):
        wait_until(lambda: stage.article_requests >= CONCURRENCY, "as many requests as the host allows")
    with stage.open() as archive, archive.reading() as connection:
        assert connection.execute(select(crawl.c.requests)).scalar_one() == len(stage.site.requests)
