"""WARC files after a crash: no synced capture is lost, and nothing is appended to a torn record."""

from __future__ import annotations

import errno
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from warc_folder import (
    FIRST_FILE,
    NOON,
    PAGE,
    a_writer,
    an_exchange,
    assert_valid,
    body_at,
    end_of,
    names_in,
    start_crawler,
    told_by,
    told_next,
    warcio_records,
    write_pages,
)

from storage.records import WarcPlace
from storage.warc import CapturesLost, Mended, mend_folder, mend_tail, read_payload


def test_kills_lose_no_synced_capture(tmp_path: Path) -> None:
    """Ten writers killed at a random moment: each next one mends the tail and goes on behind it."""
    kept: list[tuple[WarcPlace, str]] = []
    delays = random.Random(5)
    for seed in range(10):
        ends: dict[str, int] = {}
        for place, _ in kept:
            ends[place.file] = max(ends.get(place.file, 0), end_of(place))
        process = start_crawler(tmp_path, seed=seed, size=4_000_000, times=10_000, ends=ends)
        kept.append(told_next(process))
        time.sleep(delays.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        kept += told_by(process)
        assert process.returncode == -signal.SIGKILL
    mend_folder(tmp_path, lambda _: 0)
    assert len({(place.file, place.offset) for place, _ in kept}) == len(kept) >= 10
    for place, digest in kept:
        read_payload(tmp_path, place, digest=digest)
    assert_valid(tmp_path)


# Mending


def test_a_cut_at_every_byte_costs_only_the_torn_record(tmp_path: Path) -> None:
    """Every length that a crash can leave of the last capture, with and without a known end before it."""
    first, last = write_pages(tmp_path, b"committed", b"lost with the machine")
    whole = (tmp_path / FIRST_FILE).read_bytes()
    path = tmp_path / "cut.warc.gz"
    for length in range(end_of(first), len(whole)):
        kept_request = length >= last.offset
        expected = last.offset if kept_request else end_of(first)
        for known_end, known_records in ((end_of(first), 0), (0, 3)):
            path.write_bytes(whole[:length])
            mended = mend_tail(path, known_end)
            assert mended == Mended(path.name, length - expected, known_records + kept_request)
            assert path.read_bytes() == whole[:expected]


def test_a_file_cut_anywhere_is_appended_to(tmp_path: Path) -> None:
    (place,) = write_pages(tmp_path, b"only one")
    whole = (tmp_path / FIRST_FILE).read_bytes()
    for length in range(0, len(whole), 23):
        (tmp_path / FIRST_FILE).write_bytes(whole[:length])
        (again,) = write_pages(tmp_path, b"another")
        assert body_at(tmp_path, again) == b"another"
        kinds = [record["type"] for record in warcio_records(tmp_path / FIRST_FILE)]
        assert kinds in (
            ["warcinfo", "request", "response"],
            ["warcinfo", "request", "request", "response"],
        )
        assert end_of(again) == (tmp_path / FIRST_FILE).stat().st_size
    assert end_of(place) == len(whole)


def test_a_whole_tail_that_was_not_committed_is_kept(tmp_path: Path) -> None:
    first, second = write_pages(tmp_path, b"committed", b"synced, row not committed")
    assert mend_tail(tmp_path / FIRST_FILE, end_of(first)) == Mended(FIRST_FILE, 0, 2)
    assert body_at(tmp_path, second) == b"synced, row not committed"


@pytest.mark.parametrize(
    "rubbish", [b"\x00" * 4096, b"rubbish", b"\x1f\x8b\x08"], ids=["zeros", "text", "magic"]
)
def test_rubbish_behind_the_known_end_is_cut(tmp_path: Path, rubbish: bytes) -> None:
    (place,) = write_pages(tmp_path, PAGE)
    with (tmp_path / FIRST_FILE).open("ab") as file:
        file.write(rubbish)
    assert mend_tail(tmp_path / FIRST_FILE, end_of(place)).cut_bytes == len(rubbish)
    assert body_at(tmp_path, place) == PAGE


def test_mending_reads_only_the_tail(tmp_path: Path) -> None:
    """What precedes the known end may be anything, of any size: here a hole of 64 GiB."""
    (place,) = write_pages(tmp_path, PAGE)
    tail = (tmp_path / FIRST_FILE).read_bytes()
    path = tmp_path / "large.warc.gz"
    with path.open("wb") as file:
        file.seek(2**36)
        file.write(tail + tail[: place.offset + 5])
    started = time.process_time()
    assert mend_tail(path, 2**36) == Mended(path.name, 5, 5)
    assert time.process_time() - started < 1


def test_a_file_shorter_than_its_captures_is_an_error(tmp_path: Path) -> None:
    first, second = write_pages(tmp_path, b"one", b"two")
    path = tmp_path / FIRST_FILE
    os.truncate(path, second.offset)
    with pytest.raises(CapturesLost, match=rf"{FIRST_FILE} is {second.offset} bytes long.*{end_of(second)}"):
        mend_tail(path, end_of(second))
    with a_writer(tmp_path, known_end=lambda _: end_of(second)) as writer, pytest.raises(CapturesLost):
        writer.write(an_exchange())
    assert path.stat().st_size == second.offset
    assert body_at(tmp_path, first) == b"one"


def test_a_file_that_vanished_with_its_captures_is_an_error(tmp_path: Path) -> None:
    with (
        a_writer(tmp_path, known_end=lambda _: 10) as writer,
        pytest.raises(CapturesLost, match="0 bytes long"),
    ):
        writer.write(an_exchange())
    assert not names_in(tmp_path)


def test_yesterdays_torn_tail_goes_with_todays_first_write(tmp_path: Path) -> None:
    first, second = write_pages(tmp_path, b"one", b"two")
    os.truncate(tmp_path / FIRST_FILE, end_of(second) - 1)
    ends = {FIRST_FILE: end_of(first)}
    tomorrow = NOON + timedelta(days=1)
    with a_writer(tmp_path, clock=lambda: tomorrow, known_end=lambda file: ends.get(file, 0)) as writer:
        writer.write(an_exchange())
    assert (tmp_path / FIRST_FILE).stat().st_size == second.offset
    assert body_at(tmp_path, first) == b"one"


def test_yesterdays_lost_capture_does_not_stop_todays(tmp_path: Path) -> None:
    write_pages(tmp_path, b"one")
    tomorrow = NOON + timedelta(days=1)
    ends = {FIRST_FILE: 10**6}
    with a_writer(tmp_path, clock=lambda: tomorrow, known_end=lambda file: ends.get(file, 0)) as writer:
        place = writer.write(an_exchange())
    assert body_at(tmp_path, place) == PAGE


def test_mending_the_folder_leaves_running_writers_alone(tmp_path: Path) -> None:
    with a_writer(tmp_path) as running, a_writer(tmp_path) as ended:
        running.write(an_exchange())
        place = ended.write(an_exchange())
        ended.close()
        for name in names_in(tmp_path):
            with (tmp_path / name).open("ab") as file:
                file.write(b"torn")
        assert mend_folder(tmp_path, lambda _: 0) == (Mended(place.file, 4, 3),)


FullDisk = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> FullDisk:
    """A disk that takes 4,000 bytes more, then nothing."""
    real_pwrite = os.pwrite

    @contextmanager
    def fill() -> Iterator[None]:
        room = [4000]

        def write(descriptor: int, data: memoryview, offset: int) -> int:
            if not room:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real_pwrite(descriptor, data[: room.pop()], offset)

        with monkeypatch.context() as filled:
            filled.setattr(os, "pwrite", write)
            yield

    return fill


NOISE = random.Random(3).randbytes(9000)


def test_a_write_after_a_failed_one_leaves_nothing_of_it(tmp_path: Path, full_disk: FullDisk) -> None:
    path = tmp_path / FIRST_FILE
    with a_writer(tmp_path) as writer:
        before = writer.write(an_exchange(b"before"))
        with full_disk(), pytest.raises(OSError, match="No space left"):
            writer.write(an_exchange(NOISE))
        assert path.stat().st_size == end_of(before) + 4000
        after = writer.write(an_exchange(b"after"))
        assert path.stat().st_size == end_of(after)
    assert [body_at(tmp_path, before), body_at(tmp_path, after)] == [b"before", b"after"]
    assert_valid(tmp_path)


def test_a_writer_that_ends_on_a_full_disk_cuts_its_torn_record(tmp_path: Path, full_disk: FullDisk) -> None:
    with a_writer(tmp_path) as writer:
        before = writer.write(an_exchange(b"before"))
        with full_disk(), pytest.raises(OSError, match="No space left"):
            writer.write(an_exchange(NOISE))
    assert (tmp_path / FIRST_FILE).stat().st_size == end_of(before)


def test_a_file_that_was_never_begun_is_begun_again(tmp_path: Path, full_disk: FullDisk) -> None:
    with a_writer(tmp_path, software=NOISE.hex()) as writer:
        with full_disk(), pytest.raises(OSError, match="No space left"):
            writer.write(an_exchange())
        writer.write(an_exchange())
    assert [record["type"] for record in warcio_records(tmp_path / FIRST_FILE)][:2] == ["warcinfo", "request"]


# Syncing


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was synced, in order."""
    names: list[str] = []
    real_fsync = os.fsync

    def note(descriptor: int) -> None:
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return names


def test_one_sync_serves_many_writes(tmp_path: Path, synced: list[str]) -> None:
    folder = tmp_path / "warc"
    with a_writer(folder) as writer:
        for _ in range(3):
            writer.write(an_exchange())
        assert synced == []
        writer.sync()
        assert synced == [FIRST_FILE, "warc", tmp_path.name]  # a new file's name is synced too
        writer.sync()
        assert len(synced) == 3
        writer.write(an_exchange())
        writer.sync()
        assert synced[3:] == [FIRST_FILE]


def test_a_file_is_synced_before_it_is_left(tmp_path: Path, synced: list[str]) -> None:
    with a_writer(tmp_path, roll_at=1) as writer:
        writer.write(an_exchange())
        writer.write(an_exchange())
        assert synced[0] == FIRST_FILE


def test_after_a_failed_sync_nothing_is_promised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    writer = a_writer(tmp_path, roll_at=1)
    writer.write(an_exchange())
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output"):
            writer.write(an_exchange())  # rolls, which syncs
    for call in (writer.sync, lambda: writer.write(an_exchange()), writer.close):
        with pytest.raises(OSError, match="earlier sync failed"):
            call()
    assert write_pages(tmp_path, PAGE)[0].file == FIRST_FILE  # the writer number was given back
