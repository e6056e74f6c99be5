"""A service whose database is torn waits for a whole one, tells the channels, and goes on by itself."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from support.alert_targets import channel, serve_webhook
from support.crawl_processes import wait_until
from support.newsroom import Newsroom, small_press

from jianbao.service.runs import ArchiveRunHistory
from scheduler.runs import Child
from scheduler.vocabulary.refusal import HistoryBroken
from storage.archive.folder import DATABASE_FILE

TORN = b"torn" * 4096


@pytest.fixture
def scheduled(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom whose paper was polled once, and is due at every minute."""
    newsroom = open_newsroom(small_press())
    newsroom.crawl()
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "', 'schedule = "* * * * *"\nkind = "'), "utf-8")
    return newsroom


@contextmanager
def service(newsroom: Newsroom) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], str]]]:
    """Run the service; yield its process, and what gives all that it has said."""
    log = newsroom.folder / "service.log"
    command = [sys.executable, "-P", "-m", "jianbao", "--config", str(newsroom.config), "run"]
    with log.open("wb") as said, subprocess.Popen(command, stdout=said, stderr=said) as process:
        try:
            yield process, lambda: log.read_text("utf-8")
        finally:
            process.kill()


def tear(newsroom: Newsroom) -> bytes:
    """Write over the database where it stands, without its log of changes; return what it was."""
    database = newsroom.archive_folder / DATABASE_FILE
    whole = database.read_bytes()
    database.write_bytes(TORN)
    return whole


def test_a_torn_database_is_waited_for_and_polls_go_on_with_the_good_one(scheduled: Newsroom) -> None:
    whole = tear(scheduled)
    scheduled.site.requests.clear()
    with service(scheduled) as (process, said):
        wait_until(lambda: "the next look is in 2 seconds" in said(), "a second look")
        assert "jianbao restore" in said()
        assert "jianbao rebuild" in said()
        assert process.poll() is None
        assert not scheduled.site.requests
        (scheduled.archive_folder / DATABASE_FILE).write_bytes(whole)
        wait_until(lambda: scheduled.site.requests, "a poll")
        assert "the archive is whole again" in said()
        process.terminate()
        assert process.wait(120) == 0
    assert "Traceback" not in said()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name)
def test_who_waits_ends_at_a_signal(scheduled: Newsroom, number: signal.Signals) -> None:
    tear(scheduled)
    with service(scheduled) as (process, said):
        wait_until(lambda: "waiting for a whole archive" in said(), "the wait")
        process.send_signal(number)
        assert process.wait(120) == 0


def test_the_channels_are_told_once(scheduled: Newsroom) -> None:
    tear(scheduled)
    with serve_webhook() as hook:
        with scheduled.config.open("a", encoding="utf-8") as file:
            file.write("\n" + channel(url=hook.address))
        with service(scheduled) as (process, said):
            wait_until(lambda: "the next look is in 2 seconds" in said(), "a second look")
            process.terminate()
            assert process.wait(120) == 0
    [told] = hook.texts
    assert "jianbao restore" in told


def test_a_database_that_is_torn_under_a_service_is_found_at_the_end_of_a_crawl(scheduled: Newsroom) -> None:
    now = datetime.now(UTC)
    child = Child(tuple(scheduled.site.slugs), now, now, 4711)
    with scheduled.archive() as archive:
        history = ArchiveRunHistory(archive)
        assert history.crawl_status(child) is None
        tear(scheduled)
        with pytest.raises(HistoryBroken, match="jianbao restore"):
            history.crawl_status(child)
