"""A run that fails as a whole, is killed, or never starts is an event until one ends well."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.crawl_processes import wait_until
from support.newsroom import Newsroom, small_press
from support.processes import Nursery

from jianbao.crawl.failed_run import tell_end, tell_killed
from jianbao.documents.faults import find_faults
from jianbao.service.runs import ArchiveRunHistory
from storage.archive.folder import Archive
from storage.database.disk import is_full
from storage.events.event import list_open_events, open_event
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import start_crawl
from storage.ledger.source import save_sources
from storage.records import Source
from storage.records.saying import say

NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Return an archive with two sources."""
    with Archive.open(tmp_path) as archive:
        rows = [
            Source(slug, slug, "category", None, "Asia/Shanghai", None, enabled=True)
            for slug in ("hexi", "hedong")
        ]
        with archive.writing() as connection:
            save_sources(connection, rows)
        yield archive


def counted(status: str, **said: object) -> CrawlCounts:
    """Return the counts of a crawl of both sources that ended so."""
    counted = CrawlCounts(**said)  # type: ignore[arg-type]
    for slug in ("hexi", "hedong"):
        counted.of(slug).poll = "failed" if status == "failed" else "changed"
    if status == "partial":
        counted.of("hexi").failed = 1
    assert counted.status == status or counted.broken or counted.interrupted
    return counted


def opened(archive: Archive) -> list[tuple[str, str]]:
    with archive.reading() as connection:
        return sorted((event.kind, event.source or "") for event in list_open_events(connection))


def end(archive: Archive, counted: CrawlCounts, *, asked: bool = False) -> None:
    with archive.writing() as connection:
        tell_end(connection, ("hexi", "hedong"), counted, NOW, NOW + MINUTE, asked=asked)


BOTH = [("failed_run", "hedong"), ("failed_run", "hexi")]


@pytest.mark.parametrize(
    ("counted", "asked", "events"),
    [
        (counted("ok"), False, []),
        (counted("partial"), False, []),
        (counted("failed"), False, BOTH),
        (counted("failed", broken=True), False, BOTH),
        (counted("ok", broken=True), False, BOTH),
        (counted("failed"), True, []),
        (counted("failed", broken=True), True, BOTH),
        (counted("failed", interrupted=True), False, []),
        (counted("ok", broken=True, interrupted=True), False, []),
    ],
    ids=[
        "well",
        "in part",
        "failed",
        "failed and broken",
        "broken after all was fetched",
        "failed as somebody asked",
        "broken as somebody asked",
        "interrupted",
        "broken by an interrupt",
    ],
)
def test_what_an_end_is_to_whoever_looks(
    archive: Archive, counted: CrawlCounts, asked: bool, events: list[tuple[str, str]]
) -> None:
    end(archive, counted, asked=asked)
    assert opened(archive) == events


@pytest.mark.parametrize("status", ["ok", "partial"])
def test_a_run_that_ends_well_is_the_end_of_it(archive: Archive, status: str) -> None:
    with archive.writing() as connection:
        for kind in ("failed_run", "killed_run", "failed_start", "quarantine"):
            open_event(connection, kind, "a", NOW, source="hexi")
    end(archive, counted(status))
    assert opened(archive) == [("quarantine", "hexi")]


def test_a_source_whose_trouble_is_told_gets_no_second_event(archive: Archive) -> None:
    with archive.writing() as connection:
        open_event(connection, "poll_failed", "answered 500", NOW, source="hexi")
        open_event(connection, "poll_failed", "answered 500", NOW - MINUTE, source="hedong")
    end(archive, counted("failed"))
    assert opened(archive) == [("failed_run", "hedong"), ("poll_failed", "hedong"), ("poll_failed", "hexi")]


def test_a_failure_is_counted_and_says_its_last_error(archive: Archive) -> None:
    for reason in ("the archive cannot be written: disk full", "the archive cannot be written: locked"):
        end(archive, counted("ok", broken=True, errors=["NW1 from hexi: answered 404", reason]))
    with archive.reading() as connection:
        (event, _) = list_open_events(connection)
    assert event.times == 2
    assert event.message.endswith("failed: the archive cannot be written: locked")


def test_a_crawl_that_died_without_a_word_is_an_event(archive: Archive) -> None:
    with archive.writing() as connection:
        dead = start_crawl(connection, "manual", ["hexi"], NOW, version="1", pid=2**22 + 1)
        start_crawl(connection, "manual", ["hedong"], NOW, version="1", pid=os.getpid())
        tell_killed(connection, [dead], say("crawl.abandoned"), NOW)
        tell_killed(connection, [], say("crawl.abandoned"), NOW)
    assert opened(archive) == [("killed_run", "hexi")]


def test_a_service_that_starts_tells_of_the_crawls_that_died_with_the_last_one(archive: Archive) -> None:
    with archive.writing() as connection:
        start_crawl(connection, "schedule", ["hexi"], NOW, version="1", pid=2**22 + 1)
    ArchiveRunHistory(archive).settle_abandoned()
    assert opened(archive) == [("killed_run", "hexi")]


# Real crawls


BROKEN = """
import errno, sqlite3
from sqlalchemy.exc import OperationalError
from storage.archive.folder import Archive
def refuse(*_, **__):
    raise {error}
{patch} = refuse
"""

BREAKS = {
    "full disk": (
        "Archive.keep",
        'OSError(errno.ENOSPC, "No space left on device")',
        "cannot be written: [Errno 28] No space left",
    ),
    "locked": (
        "Archive.keep",
        'OperationalError("x", {}, sqlite3.OperationalError("database is locked"))',
        "cannot be written: (sqlite3.OperationalError) database is locked",
    ),
    "a defect": ("Archive.keep", 'LookupError("no such thing")', "unexpected errors"),
    "a defect before the first request": (
        "__import__('jianbao.crawl.port').crawl.port.ArchivePort.orders",
        'LookupError("no such thing")',
        "unexpected errors",
    ),
    "a defect after the last": (
        "__import__('jianbao.crawl.account').crawl.account.link_news",
        'OperationalError("x", {}, sqlite3.OperationalError("database or disk is full"))',
        "database or disk is full",
    ),
}


@pytest.mark.parametrize(("patch", "error", "told"), BREAKS.values(), ids=BREAKS.keys())
def test_a_crawl_that_breaks_is_an_event_until_one_ends_well(
    newsroom: Newsroom, patch: str, error: str, told: str
) -> None:
    assert newsroom.run("init", "--archive-only").status == 0
    prelude = BROKEN.format(patch=patch, error=error)
    for turn in (1, 2):
        ended = newsroom.command("--config", newsroom.config, "crawl", prelude=prelude)
        assert ended.status == 1
        assert newsroom.events() == ["failed_run"], ended.stderr
        assert newsroom.rows("SELECT times FROM event") == [turn]
        assert ("Traceback" in ended.stderr) == ("no such thing" in error), ended.stderr
        newsroom.site.publish()
    shown = newsroom.run("status", "--json")
    assert shown.status == 1
    assert shown.json["events"][0]["kind"] == "failed_run"
    assert told in shown.json["events"][0]["message"]
    newsroom.crawl()
    assert newsroom.events() == []
    assert newsroom.run("status").status == 0


def test_a_crawl_that_was_killed_is_an_event_until_one_ends_well(
    newsroom: Newsroom, nursery: Nursery, tmp_path: Path
) -> None:
    newsroom.site.misbehave("/category/*", "hang")
    crawling = nursery.launch(["--config", str(newsroom.config), "crawl"], tmp_path / "log")
    category = newsroom.site.category_path(newsroom.site.slugs[0])
    wait_until(lambda: category in [one.path for one in [*newsroom.site.requests]], "the poll")
    crawling.send_signal(signal.SIGKILL)
    assert crawling.wait() == -signal.SIGKILL
    newsroom.site.behave()
    with newsroom.archive() as archive:
        ArchiveRunHistory(archive).settle_abandoned()
    assert newsroom.events() == ["killed_run"]
    newsroom.crawl()
    assert newsroom.events() == []


# A full disk


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a small disk for as long as the block runs."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@pytest.fixture
def small(open_newsroom: Callable[..., Newsroom]) -> Iterator[Newsroom]:
    """Return a newsroom whose archive is on a disk of 3 MB, with one article in it."""
    newsroom = open_newsroom(small_press(1))
    with small_disk(newsroom.archive_folder, "3m"):
        newsroom.crawl()
        yield newsroom


def fill(folder: Path) -> Path:
    """Leave no room on a folder's disk; return the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for step in (65536, 4096, 512):
            while True:
                try:
                    file.write(bytes(step))
                except OSError:
                    break
    return ballast


def test_a_full_disk_is_told_and_over_when_there_is_room(small: Newsroom) -> None:
    ballast = fill(small.archive_folder)
    assert is_full(small.archive_folder)
    small.site.publish()
    ended = small.run("crawl")
    assert ended.status == 1
    assert "full" in ended.stderr or "No space" in ended.stderr or "no space" in ended.stderr
    shown = small.run("status", "--json")
    assert shown.status == 1
    assert "disk_full" in [fault["kind"] for fault in shown.json["faults"]]
    assert [row["slug"] for row in shown.json["sources"]] == small.site.slugs, "it can be read all the same"
    ballast.unlink()
    small.crawl()
    assert small.states() == {"archived": 2}
    assert small.run("status").status == 0
    with small.archive() as archive, archive.reading() as view:
        assert find_faults(archive, view, {}) == []


def test_a_start_on_a_full_disk_is_a_sentence(small: Newsroom) -> None:
    text = small.config.read_text("utf-8")
    small.config.write_text(text.replace('kind = "', 'schedule = "0 6 * * *"\nkind = "'), "utf-8")
    fill(small.archive_folder)
    command = [sys.executable, "-P", "-m", "jianbao", "--config", str(small.config), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as service:
        try:
            _, said = service.communicate(timeout=120)
        finally:
            service.kill()
    assert service.returncode == 1
    assert "Traceback" not in said
    assert "full" in said or "no space" in said.lower()


def test_records_that_wait_are_a_fault(archive: Archive) -> None:
    with archive.reading() as view:
        (fault,) = find_faults(archive, view, {"unwritten": 3, "trouble": "database or disk is full"})
    assert fault.kind == "unwritten"
    assert fault.message == "3 records of the service wait for the archive: database or disk is full"


def test_a_lost_file_of_originals_is_a_fault(newsroom: Newsroom) -> None:
    newsroom.crawl()
    assert newsroom.ask("status")["faults"] == []
    shutil.rmtree(newsroom.archive_folder / "warc")
    shown = newsroom.run("status", "--json")
    assert shown.status == 1
    (fault,) = shown.json["faults"]
    assert fault["kind"] == "captures_lost"
    assert "is missing and lacks" in fault["message"]


def test_metrics_tell_of_faults(newsroom: Newsroom) -> None:
    from support.web_client import open_reader

    newsroom.crawl()
    with open_reader(newsroom.archive_folder) as client:
        assert 'jianbao_faults{kind="captures_lost"} 0.0' in client.get("/metrics").text
        shutil.rmtree(newsroom.archive_folder / "warc")
        assert 'jianbao_faults{kind="captures_lost"} 1.0' in client.get("/metrics").text
