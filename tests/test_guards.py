"""Guards: crawling pauses while what it fetches could not be kept, with one event, and goes on by itself."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from support.newsroom import Newsroom
from support.service_setup import QUICK, START, Bench, until

from jianbao.service.guards import Guards
from jianbao.service.runs import ArchiveRunHistory
from scheduler.liveness.bounded_look import BoundedLook
from scheduler.liveness.clock import ClockWatch
from scheduler.liveness.heartbeat import read_heartbeat
from scheduler.obstacle import Obstacle
from scheduler.service import Service
from storage.archive.folder import Archive
from storage.archive.obstacles import find_disk_obstacle, find_folder_obstacle
from storage.events.event import list_events, list_open_events
from storage.ledger.crawl import start_crawl
from storage.records.floors import Floors

DISK = Obstacle("disk_low", "the disk is nearly full")
NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Mount a small disk at a folder; skip where that is not allowed."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def disk(**values: int) -> os.statvfs_result:
    """Return what statvfs says of a disk."""
    said = {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1000, "f_bfree": 500, "f_bavail": 500}
    said |= {"f_files": 1000, "f_ffree": 500, "f_favail": 500, "f_flag": 0, "f_namemax": 255} | values
    return os.statvfs_result(tuple(said.values()))


@pytest.mark.parametrize(
    ("floors", "told"),
    [
        (Floors(), None),
        (Floors(size=500 * 4096), None),
        (Floors(size=500 * 4096 + 1), "has 2.0 MB left, less than the floor of 2.0 MB"),
        (Floors(share=0.51), "less than the floor of 2.1 MB"),
        (Floors(inodes=501), "has 500 inodes left"),
    ],
)
def test_the_floors_of_a_disk(tmp_path: Path, floors: Floors, told: str | None) -> None:
    found = find_disk_obstacle(tmp_path, floors, lambda _folder: disk())
    assert (found is None) if told is None else (told in str(found))


def test_a_disk_that_counts_no_inodes_lacks_none(tmp_path: Path) -> None:
    said = disk(f_files=0, f_ffree=0, f_favail=0)
    assert find_disk_obstacle(tmp_path, Floors(inodes=1000), lambda _folder: said) is None


def test_a_full_disk_an_unmounted_and_a_read_only_one_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "volume"
    with mounted(folder, "size=8m"), Archive.open(folder) as archive:
        guards = Guards(archive, Floors(size=2_000_000), None)
        assert guards.look() == []
        (folder / "filler").write_bytes(b"\0" * 6_500_000)
        assert [one.kind for one in guards.look()] == ["disk_low"]
        (folder / "filler").unlink()
        assert guards.look() == []
        archive.close()  # a disk on which files are written is not made read-only
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        [found] = guards.look()
        assert (found.kind, found.bars_writing) == ("archive_unreachable", True)
        assert "read-only" in found.message
        subprocess.run(["mount", "-o", "remount,rw", folder], check=True)
        assert guards.look() == []
        subprocess.run(["umount", "--lazy", folder], check=True)
        [found] = guards.look()
        assert found.kind == "archive_unreachable"
        assert "look whether its disk is mounted" in found.message
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)


def test_a_folder_that_is_moved_is_not_there(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        assert find_folder_obstacle(archive.folder) is None
        archive.warc_folder.rename(tmp_path / "warc")
        assert str(find_folder_obstacle(archive.folder)).startswith(str(archive.warc_folder))


@dataclass
class Clocks:
    """A wall clock and a steady one."""

    now: float = NOW.timestamp()
    seconds: float = 1000.0

    def watch(self) -> ClockWatch:
        return ClockWatch(wall=lambda: self.now, steady=lambda: self.seconds)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.seconds += seconds


def test_a_jump_is_doubted_until_it_goes_back_or_stays() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    assert watch.look() is None
    clocks.wait(9 * 3600)
    assert watch.look() is None, "a night is no jump"
    clocks.now += 5 * 365 * 86_400
    assert watch.look() == "jumped"
    clocks.wait(60)
    assert watch.look() == "jumped"
    clocks.now -= 5 * 365 * 86_400
    assert watch.look() is None
    clocks.now += 7200
    for _ in range(10):
        assert watch.look() == "jumped"
        clocks.wait(60)
    assert watch.look() is None, "it has gone on steadily"


def test_a_clock_behind_the_archive_is_doubted_for_a_while() -> None:
    clocks = Clocks()
    watch = clocks.watch()
    assert watch.look(NOW + timedelta(days=400)) == "behind"
    clocks.wait(599)
    assert watch.look() == "behind"
    clocks.wait(1)
    assert watch.look() is None
    assert clocks.watch().look(NOW + timedelta(minutes=59)) is None


def test_a_year_that_cannot_be_is_never_believed() -> None:
    clocks = Clocks(now=0.0)
    watch = clocks.watch()
    for _ in range(30):
        assert watch.look() == "implausible"
        clocks.wait(60)
    clocks.now = NOW.timestamp()
    assert watch.look() is None


def test_the_service_asks_the_archive_what_was_written_last(tmp_path: Path) -> None:
    with Archive.open(tmp_path) as archive:
        with archive.writing() as connection:
            start_crawl(connection, "schedule", [], NOW + timedelta(days=2), version="1")
        guards = Guards(archive, Floors(), Clocks().watch())
        [found] = guards.look()
    assert (found.kind, found.bars_writing) == ("clock_wrong", False)
    assert "2026-05-01T04:00:00+00:00, before what the archive holds" in found.message


def test_crawling_pauses_and_catches_up_once(tmp_path: Path) -> None:
    found = [DISK]
    with time_machine.travel(START, tick=True) as clock:
        bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, obstacles=lambda: list(found)).up_to_date()

        async def scenario(service: Service) -> None:
            await until(lambda: (read_heartbeat(tmp_path) or {}).get("obstacles"))
            clock.move_to(START.replace(minute=21, second=0))
            service._scheduler.wakeup()
            await until(
                lambda: service._scheduler.get_job("yunwanbao").next_run_time > START.replace(minute=24)
            )
            assert bench.started == []
            found.clear()
            await until(lambda: bench.started and not service._tasks)

        assert bench.run(scenario) == 0
    assert [due.minute for _, due in bench.started] == [20]
    assert bench.notebook.of("obstacles") == [(["disk_low"],), ([],)]
    assert bench.notebook.of("missed") == [("yunwanbao", 4, "crawling paused")]
    assert bench.notebook.of("overlapped") == []


def test_what_runs_ends_in_good_order_and_is_caught_up_with(tmp_path: Path) -> None:
    found: list[Obstacle] = []
    limits = replace(QUICK, stop_grace=60)
    with time_machine.travel(START, tick=True):
        bench = Bench(
            tmp_path, {"yunwanbao": "*/5 * * * *"}, "slow", limits=limits, obstacles=lambda: list(found)
        )

        async def scenario(service: Service) -> None:
            await until(lambda: list(tmp_path.glob("*.row")))
            found.append(DISK)
            await until(lambda: not service._tasks)
            bench.behave = "well"
            found.clear()
            await until(lambda: len(bench.started) == 2 and not service._tasks)

        assert bench.run(scenario) == 0
    assert len(bench.notebook.of("killed")) == 1
    assert bench.notebook.events == {}, "somebody wanted it: no run was killed by itself"


def test_while_the_folder_is_gone_nothing_is_written_and_the_event_waits(tmp_path: Path) -> None:
    found = [Obstacle("archive_unreachable", "the folder is not there", bars_writing=True)]
    with time_machine.travel(START, tick=True):
        bench = Bench(tmp_path, {"yunwanbao": "*/5 * * * *"}, obstacles=lambda: list(found)).up_to_date()

        async def scenario(service: Service) -> None:
            await until(lambda: len(service._backlog) == 1)
            assert bench.notebook.of("obstacles") == []
            found.clear()
            await until(lambda: len(bench.notebook.of("obstacles")) == 2)

        assert bench.run(scenario) == 0
    assert bench.notebook.of("obstacles") == [(["archive_unreachable"],), ([],)]


def test_each_obstacle_is_one_event_that_ends_with_it(tmp_path: Path) -> None:
    later = NOW + timedelta(minutes=5)
    with Archive.open(tmp_path) as archive:
        history = ArchiveRunHistory(archive)
        history.account_obstacles((DISK,), NOW)
        history.account_obstacles((DISK, Obstacle("clock_wrong", "the clock jumped")), later)
        with archive.reading() as view:
            assert [event.kind for event in list_open_events(view)] == ["clock_wrong", "disk_low"]
        history.account_obstacles((), later)
        with archive.reading() as view:
            assert list_open_events(view) == []
            assert {event.kind: event.opened_at for event in list_events(view)} == {
                "disk_low": NOW,
                "clock_wrong": later,
            }


def test_a_crawl_by_hand_says_the_same_and_ends_the_event(newsroom: Newsroom) -> None:
    newsroom.crawl()
    newsroom.floor = 10**15
    newsroom.configure()
    ended = newsroom.run("crawl")
    assert ended.status == 1
    assert "less than the floor of 1,000,000,000.0 MB: make room" in ended.stderr
    assert newsroom.events() == ["disk_low"]
    newsroom.floor = 0
    newsroom.configure()
    newsroom.crawl()
    assert newsroom.events() == []


def test_a_look_that_hangs_is_waited_for_once_and_believed_when_it_is_back() -> None:
    back = threading.Event()
    looks: list[int] = []

    def hang() -> int:
        looks.append(len(looks))
        back.wait(60)
        return len(looks)

    bounded = BoundedLook(hang, patience=0.01)
    assert bounded.ask() is None
    assert bounded.ask() is None
    assert looks == [0], "no second look is begun beside one that hangs"
    back.set()
    found = None
    while found is None:
        found = bounded.ask()
    assert found == 2


def test_what_a_look_raises_is_raised_where_it_is_asked_for() -> None:
    def fail() -> int:
        raise OSError("no such disk")

    with pytest.raises(OSError, match="no such disk"):
        BoundedLook(fail).ask()
