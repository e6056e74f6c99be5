"""What the service and its children leave in the archive: whose crawl was the last, what is accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection
from support.newsroom import Newsroom, small_press

from jianbao.service.runs import ArchiveRunHistory
from scheduler.liveness.service_lock import hold_archive
from scheduler.runs import Missed
from storage.archive.folder import Archive
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import finish_crawl, last_crawl, last_due, start_crawl
from storage.ledger.source import save_sources
from storage.records import Source

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive with one source, which is accounted for up to five minutes ago."""
    with Archive.open(tmp_path) as archive:
        rows = [Source("hexi", "河西晚报", "category", None, "Asia/Shanghai", None, enabled=True)]
        with archive.writing() as connection:
            save_sources(connection, rows)
            crawl_to_end(connection, EARLIER, CrawlCounts())
        yield archive


def crawl_to_end(
    connection: Connection, due_at: datetime, counted: CrawlCounts, status: str | None = None
) -> int:
    """Enter a scheduled crawl that has ended; return its id."""
    number = start_crawl(connection, "schedule", ["hexi"], due_at, version="1", due_at=due_at)
    finish_crawl(connection, number, counted, due_at, status)
    return number


@pytest.mark.parametrize("kind", ["overlapped", "missed"])
def test_a_run_that_never_was_does_not_take_the_running_crawl_s_place(archive: Archive, kind: str) -> None:
    with archive.writing() as connection:
        running = start_crawl(connection, "schedule", ["hexi"], NOW, version="1", pid=4711, due_at=NOW)
    history = ArchiveRunHistory(archive)
    if kind == "overlapped":
        history.record_overlapped(("hexi",), LATER, "process 4711")
    else:
        history.record_missed(Missed("hexi", 1, LATER, LATER), "the service was late")
    with archive.reading() as connection:
        last = last_crawl(connection, "hexi")
        assert last is not None
        assert (last.id, last.status) == (running, "running")
        assert last_due(connection, "hexi") == LATER, "it is accounted for all the same"


@pytest.mark.parametrize(
    ("status", "accounted"), [(None, NOW), ("interrupted", EARLIER)], ids=["ended", "interrupted"]
)
def test_only_a_crawl_that_ended_accounts_for_its_run(
    archive: Archive, status: str | None, accounted: datetime
) -> None:
    with archive.writing() as connection:
        crawl_to_end(connection, NOW, CrawlCounts(), status)
        assert last_due(connection, "hexi") == accounted


def enabled(newsroom: Newsroom) -> list[str]:
    return newsroom.rows("SELECT slug FROM source WHERE enabled ORDER BY slug")


@pytest.fixture
def two_papers(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom of two papers, whose configuration has lost the second one since their crawl."""
    newsroom = open_newsroom(small_press(2, papers=2))
    newsroom.crawl()
    newsroom.slugs = newsroom.site.slugs[:1]
    newsroom.configure()
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "', 'schedule = "0 6 * * *"\nkind = "'), "utf-8")
    return newsroom


def test_a_service_that_is_refused_changes_nothing_in_the_archive(two_papers: Newsroom) -> None:
    with hold_archive(two_papers.archive_folder, lambda: "nobody"):
        ended = two_papers.run("run")
    assert ended.status == 3
    assert "a service already runs for the archive" in ended.stderr
    assert enabled(two_papers) == two_papers.site.slugs


def test_a_scheduled_child_passes_over_sources_that_the_configuration_lost(two_papers: Newsroom) -> None:
    due = ("--trigger", "schedule", "--due-at", "2026-03-20T09:00:00+08:00", "--")
    kept, lost = two_papers.site.slugs
    two_papers.site.requests.clear()
    ended = two_papers.run("crawl", *due, lost, kept)
    assert ended.status == 0, ended.stderr
    assert [request.path for request in two_papers.site.requests] == [two_papers.site.category_path(kept)]
    refused = two_papers.run("crawl", *due, lost)
    assert refused.status == 2, "a child that would poll nothing says so"
    assert f"no source '{lost}' to poll" in refused.stderr
