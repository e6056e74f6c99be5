"""WARC files after a crash: no synced capture is lost, and nothing is appended to a torn record."""

from __future__ import annotations

import errno
import gzip
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from support.warc_folder import (
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
from storage.warc import (
    CapturesLost,
    Finding,
    Mended,
    describe_damage,
    mend_folder,
    mend_tail,
    read_payload,
)


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


@pytest.mark.parametrize("body", [b"lost with the machine", gzip.compress(b"lost, and compressed", mtime=0)])
def test_a_cut_at_every_byte_costs_only_the_torn_record(tmp_path: Path, body: bytes) -> None:
    """Every length that a crash can leave of the last capture, with and without a known end before it."""
    first, last = write_pages(tmp_path, b"committed", body)
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
    assert path.stat().st_size == second.offset
    assert body_at(tmp_path, first) == b"one"


# A file that is not as the database says gets no more

SECOND_FILE = FIRST_FILE.replace("00000", "00001")


@pytest.mark.parametrize("lacking", [1, 700, None], ids=["a byte", "700 bytes", "all of it"])
def test_the_next_number_is_begun_where_the_file_lost_captures(tmp_path: Path, lacking: int | None) -> None:
    *_, last = write_pages(tmp_path, b"one", PAGE * 40, b"three")
    path = tmp_path / FIRST_FILE
    if lacking is None:
        path.unlink()
    else:
        os.truncate(path, end_of(last) - lacking)
    left = path.read_bytes() if path.exists() else None
    found: list[Finding] = []
    ends = {FIRST_FILE: end_of(last)}
    with a_writer(tmp_path, known_end=lambda file: ends.get(file, 0), report=found.append) as writer:
        places = [writer.write(an_exchange(b"today")), writer.write(an_exchange(b"today too"))]
    assert {place.file for place in places} == {SECOND_FILE}
    assert [body_at(tmp_path, place) for place in places] == [b"today", b"today too"]
    assert (path.read_bytes() if path.exists() else None) == left
    (finding,) = found
    sentence = str(finding)
    assert sentence.startswith(FIRST_FILE)
    assert "captures are lost; bring the file back from a backup" in sentence


def test_a_name_that_captures_have_is_never_given_again(tmp_path: Path) -> None:
    """Three files of a day are gone: the fourth is begun, though the folder is empty."""
    ends = {FIRST_FILE.replace("00000", f"0000{number}"): 100 for number in range(3)}
    found: list[Finding] = []
    with a_writer(tmp_path, known_end=lambda file: ends.get(file, 0), report=found.append) as writer:
        place = writer.write(an_exchange())
    assert place.file == FIRST_FILE.replace("00000", "00003")
    assert len(found) == 1, "one sentence tells it"


def test_a_writer_without_any_name_left_says_why(tmp_path: Path) -> None:
    with (
        a_writer(tmp_path, known_end=lambda _: 10) as writer,
        pytest.raises(CapturesLost, match="0 bytes long"),
    ):
        writer.write(an_exchange())
    assert not names_in(tmp_path)


def change_by_deleting(path: Path) -> None:
    path.unlink()


def change_by_moving(path: Path) -> None:
    path.rename(path.with_name("moved"))


def change_by_replacing(path: Path) -> None:
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes()[:-1])
    copy.replace(path)


def change_by_cutting(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 5)


def change_by_appending_damage(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + flipped(whole, len(whole) - 4))


def flipped(data: bytes, place: int, bit: int = 3) -> bytes:
    """Return bytes in which one bit is not as it was."""
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


CHANGES = (
    change_by_deleting,
    change_by_moving,
    change_by_replacing,
    change_by_cutting,
    change_by_appending_damage,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_is_changed_while_it_is_written_gets_no_more(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    ends: dict[str, int] = {}
    found: list[Finding] = []
    with a_writer(tmp_path, known_end=lambda file: ends.get(file, 0), report=found.append) as writer:
        before = writer.write(an_exchange(b"before"))
        ends[before.file] = end_of(before)
        change(tmp_path / FIRST_FILE)
        after = writer.write(an_exchange(b"after"))
    assert after.file == SECOND_FILE
    assert body_at(tmp_path, after) == b"after"
    assert len(found) == 1


def test_whole_records_that_somebody_appends_are_left_and_gone_on_behind(tmp_path: Path) -> None:
    with a_writer(tmp_path) as writer:
        before = writer.write(an_exchange(b"before"))
        path = tmp_path / FIRST_FILE
        whole = path.read_bytes()
        path.write_bytes(whole + whole)
        after = writer.write(an_exchange(b"after"))
    assert (after.file, after.offset > 2 * len(whole)) == (FIRST_FILE, True)
    assert [body_at(tmp_path, place) for place in (before, after)] == [b"before", b"after"]


# Damage that is not a torn tail


def kept_records(path: Path) -> int:
    return len(warcio_records(path))


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[WarcPlace]]:
    """A file of five captures, one of them larger than a chunk and hard to pack, and their places."""
    folder = tmp_path_factory.mktemp("whole")
    places = write_pages(folder, b"one", PAGE, random.Random(7).randbytes(20_000), PAGE * 50, b"five")
    return (folder / FIRST_FILE).read_bytes(), places


def test_a_bit_flipped_anywhere_never_costs_a_record(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    """Without archive.db nothing is known of the file; a bit is wrong in each part of every record."""
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    last = places[-1]
    middles = range(0, last.offset, 997)
    starts = [place.offset + step for place in places for step in (0, 1, 2, 3, 4, 9, 10, 11, 12, 20, 60, 200)]
    ends = [end_of(place) - step for place in places for step in range(1, 12)]
    for place in (*middles, *starts, *ends):
        for bit in (0, 3, 7):
            damaged = flipped(whole, place, bit)
            path.write_bytes(damaged)
            mended = mend_tail(path, 0)
            assert path.read_bytes() == damaged, (place, bit)
            assert mended.cut_bytes == 0
            assert mended.damaged_at is None or mended.damaged_at <= place


def test_every_bit_of_the_last_record_may_be_wrong(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    for place in range(places[-1].offset, len(whole)):
        damaged = flipped(whole, place, place % 8)
        path.write_bytes(damaged)
        assert mend_tail(path, places[-2].offset).cut_bytes == 0, place
        assert path.read_bytes() == damaged


@pytest.mark.parametrize("number", range(12))
def test_a_bit_flipped_where_a_record_ends_never_costs_it(tmp_path: Path, number: int) -> None:
    """What is packed may then seem to end in the trailer, as if the rest of that had not been written."""
    place = write_pages(tmp_path, f"page {number}".encode() * number)[-1]
    path = tmp_path / FIRST_FILE
    whole = path.read_bytes()
    for back in range(1, 16):
        for bit in range(8):
            path.write_bytes(flipped(whole, end_of(place) - back, bit))
            assert mend_tail(path, 0).cut_bytes == 0, (back, bit)


def test_with_the_database_nothing_before_the_known_end_is_even_read(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    path.write_bytes(flipped(whole, places[1].offset + 30))
    assert mend_tail(path, len(whole)) == Mended(FIRST_FILE, 0, 0)
    known = end_of(places[1])
    path.write_bytes(flipped(whole, places[3].offset + 30))
    assert mend_tail(path, known).damaged_at == places[3].offset


HOLES = {
    "a hole of zeros": lambda data, at: data[:at] + bytes(512) + data[at + 512 :],
    "bytes that are missing": lambda data, at: data[:at] + data[at + 40 :],
    "bytes too many": lambda data, at: data[:at] + b"rubbish" + data[at:],
    "another file's page": lambda data, at: data[:at] + random.Random(1).randbytes(4096) + data[at + 4096 :],
}


@pytest.mark.parametrize("hole", HOLES.values(), ids=HOLES.keys())
def test_a_hole_with_whole_records_behind_it_is_left(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]], hole: Callable[[bytes, int], bytes]
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    for place in (places[0].offset + 50, places[1].offset, places[2].offset + 5000):
        damaged = hole(whole, place)
        path.write_bytes(damaged)
        assert mend_tail(path, 0).damaged_at is not None
        assert path.read_bytes() == damaged


def test_a_torn_record_behind_a_damaged_one_is_left_with_it(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    damaged = flipped(whole, places[2].offset + 9000)[: places[3].offset + 200]
    path.write_bytes(damaged)
    assert mend_tail(path, places[2].offset).damaged_at == places[2].offset
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("room", [8, 100, 4096, 70_000], ids=str)
def test_room_that_was_never_filled_is_cut_with_its_torn_record(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]], room: int
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    for length in (places[2].offset, places[2].offset + 7, places[2].offset + 9_000):
        path.write_bytes(whole[:length] + bytes(room))
        mended = mend_tail(path, 0)
        assert (mended.damaged_at, path.stat().st_size) == (None, places[2].offset)


def test_a_large_record_cut_anywhere_is_torn(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    whole, places = whole_file
    path = tmp_path / FIRST_FILE
    for place in (places[2], places[3]):
        for length in (*range(place.offset, end_of(place), 211), *range(end_of(place) - 20, end_of(place))):
            path.write_bytes(whole[:length])
            assert mend_tail(path, place.offset) == Mended(FIRST_FILE, length - place.offset, 0)


def test_a_torn_member_of_whatever_content_is_cut(tmp_path: Path) -> None:
    (place,) = write_pages(tmp_path, PAGE)
    path = tmp_path / FIRST_FILE
    whole = path.read_bytes()
    chance = random.Random(11)
    for size in (1, 20, 300, 3000, 70_000):
        path.write_bytes(whole + gzip.compress(chance.randbytes(size), mtime=1)[:size])
        assert mend_tail(path, end_of(place)) == Mended(FIRST_FILE, size, 0)


def test_a_writer_goes_on_in_the_next_file_behind_damage(
    tmp_path: Path, whole_file: tuple[bytes, list[WarcPlace]]
) -> None:
    whole, places = whole_file
    damaged = flipped(whole, places[1].offset + 30)
    (tmp_path / FIRST_FILE).write_bytes(damaged)
    found: list[Finding] = []
    with a_writer(tmp_path, report=found.append) as writer:
        place = writer.write(an_exchange(b"goes on"))
    assert (place.file, body_at(tmp_path, place)) == (SECOND_FILE, b"goes on")
    assert (tmp_path / FIRST_FILE).read_bytes() == damaged
    (finding,) = found
    assert isinstance(finding, Mended)
    assert describe_damage(finding).startswith(
        f"{FIRST_FILE} is damaged at {places[1].offset}, behind its last known capture"
    )


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
