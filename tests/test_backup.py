"""`jianbao backup` and `restore`: copies of an archive in use, whole whatever interrupts them."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from support.command_line import Command
from support.delivered_articles import DeliveredArticles
from support.served_archive import fill_archive

from jianbao.demo import Press
from jianbao.upkeep.backup import BackupDone, BackupOrder, TargetFull, TargetRefused, back_up, prune
from jianbao.upkeep.redaction import without_secrets
from jianbao.upkeep.restore import FolderTaken, restore_archive, restore_originals
from jianbao.upkeep.verify import verify_quickly
from jianbao.upkeep.verify_full import verify_fully
from storage.archive.folder import Archive
from storage.archive.use import ArchiveInUse
from storage.custody.backup_folder import BackupDamaged, BackupFolder, NoBackup
from storage.custody.backups import find_backup
from storage.custody.copying import AnotherArchive, find_damaged
from storage.events.event import list_open_events
from storage.ledger.source_locks import hold_sources


def quiet(_text: str) -> None:
    return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive that is backed up and never written."""
    folder = tmp_path_factory.mktemp("whole")
    fill_archive(folder).archive.close()
    return folder


@pytest.fixture
def order(whole: Path, tmp_path: Path) -> BackupOrder:
    """Return the order to back a copy of that archive up."""
    shutil.copytree(whole, tmp_path / "archive")
    return BackupOrder(tmp_path / "archive", tmp_path / "backups")


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all that an archive holds, but for what it says of looks, backups and events."""
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        left_out = ("backup", "event", "verification", "sqlite_", "journal")
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
            for name in names
            if not name.startswith(left_out) and name not in ("search", "shrinking")
        }


def events(folder: Path) -> list[str]:
    with Archive.open_reading(folder) as archive, archive.reading() as connection:
        return [event.kind for event in list_open_events(connection) if event.kind.startswith("backup")]


def deliver(work: DeliveredArticles, count: int) -> None:
    for _ in range(count):
        work.deliver(work.offer.publish())


def test_what_is_restored_is_what_was_backed_up(order: BackupOrder, tmp_path: Path) -> None:
    done = back_up(order, quiet)
    assert (done.status, len(done.files), done.kept) == ("ok", 2, 1)
    restored = restore_archive(order.destination, tmp_path / "restored", quiet)
    assert (restored.files, restored.damaged, restored.aside) == (2, [], None)
    assert rows(restored.folder) == rows(order.archive)
    assert verify_fully(restored.folder).is_ok
    with Archive.open_reading(order.archive) as archive, archive.reading() as connection:
        found = find_backup(connection)
    assert found is not None
    assert (found.status, found.copied, found.error) == ("ok", done.copied, None)


def test_only_what_is_new_is_copied_again(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "archive", Press.of(2, 1))
    order = BackupOrder(tmp_path / "archive", tmp_path / "backups", keep=3)
    copied: list[int] = []
    for day in range(30):  # a month
        deliver(work, 1)
        done = back_up(order, quiet)
        copied.append(done.copied)
        assert (done.status, done.kept) == ("ok", min(3, day + 1))
    work.archive.close()
    assert back_up(order, quiet).copied < max(copied)
    (path,) = (tmp_path / "archive" / "warc").glob("*.warc.gz")
    (kept,) = (tmp_path / "backups" / "warc").glob("*.warc.gz")
    assert kept.read_bytes() == path.read_bytes()
    restored = restore_archive(order.destination, tmp_path / "restored", quiet)
    assert rows(restored.folder) == rows(order.archive)
    assert verify_fully(restored.folder).is_ok


def test_a_backup_beside_a_crawl_points_to_nothing_that_it_lacks(tmp_path: Path) -> None:
    """The drill: backups while articles come, each restored, proved whole, and gone on with."""
    work = DeliveredArticles.open(tmp_path / "archive", Press.of(2, 1))
    order = BackupOrder(tmp_path / "archive", tmp_path / "backups")
    end = threading.Event()

    def crawl() -> None:
        while not end.is_set():
            deliver(work, 1)

    crawling = threading.Thread(target=crawl)
    crawling.start()
    try:
        snapshots = [back_up(order, quiet).snapshot for _ in range(3)]
    finally:
        end.set()
        crawling.join()
        work.archive.close()
    counts = []
    for number, snapshot in enumerate(snapshots):
        assert snapshot is not None
        folder = tmp_path / f"restored-{number}"
        restore_archive(order.destination, folder, quiet, at=snapshot.at)
        found = verify_fully(folder)
        told = {problem.kind for problem in found.problems}
        is_newest = number == len(snapshots) - 1
        # An earlier database with all originals: what it does not know yet is told, and nothing else.
        assert told <= (set() if is_newest else {"records_unknown"}), found.problems
        counts.append(found.checked["article"])
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    again = DeliveredArticles(work.offer, Archive.open(folder))
    deliver(again, 2)
    again.archive.close()
    went_on = verify_fully(folder)
    assert (went_on.is_ok, went_on.checked["article"]) == (True, counts[-1] + 2)


def _killed(order: BackupOrder, after: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, after)
    back_up(order, quiet)
    os._exit(0)


def test_a_killed_backup_leaves_the_former_whole_and_the_next_goes_on(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "archive", Press.of(4, 1))
    deliver(work, 4)
    order = BackupOrder(tmp_path / "archive", tmp_path / "backups")
    began = datetime.now(UTC)
    back_up(order, quiet)
    took = (datetime.now(UTC) - began).total_seconds()
    chance, killed = random.Random(11), 0
    for _ in range(8):
        deliver(work, 1)
        child = get_context("fork").Process(target=_killed, args=(order, chance.uniform(0.001, 1.2 * took)))
        child.start()
        child.join()
        killed += child.exitcode == -signal.SIGALRM
        folder = BackupFolder(order.destination)
        assert list(find_damaged(folder, folder.read_journal(), quiet)) == []
        restored = restore_archive(order.destination, tmp_path / "restored", quiet)
        assert verify_quickly(restored.folder).is_ok
        shutil.rmtree(restored.folder)
    assert killed > 0
    assert back_up(order, quiet).status == "ok"
    work.archive.close()
    restored = restore_archive(order.destination, tmp_path / "restored", quiet)
    assert rows(restored.folder) == rows(order.archive)
    assert verify_fully(restored.folder).is_ok
    left = [path.name for path in (order.destination / "snapshots").iterdir() if path.name.startswith(".")]
    assert left == []


def test_a_full_target_is_told_and_leaves_the_former_backups_whole(
    order: BackupOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(order, quiet)
    full = os.statvfs_result((4096, 4096, 1000, 10, 10, 100, 10, 10, 0, 255))
    with monkeypatch.context() as patched:
        patched.setattr("os.statvfs", lambda _path: full)
        with pytest.raises(TargetFull, match="is full"):
            back_up(order, quiet)

    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", refuse)
        with pytest.raises(TargetFull, match="the former ones are whole"):
            back_up(order, quiet)
    assert events(order.archive) == ["backup_failed"]
    restored = restore_archive(order.destination, tmp_path / "restored", quiet)
    assert verify_fully(restored.folder).is_ok
    assert back_up(order, quiet).status == "ok"
    assert events(order.archive) == []


def test_backups_are_pruned_by_count_and_by_age(order: BackupOrder) -> None:
    done = [back_up(order, quiet) for _ in range(5)]
    folder = BackupFolder(order.destination)
    assert [snapshot.at for snapshot in folder.list_snapshots()] == [
        one.snapshot.at for one in done if one.snapshot
    ]
    assert prune(folder, replace(order, keep=4)) == 1
    ages = {0: timedelta(days=40), 1: timedelta(days=39), 2: timedelta(days=38)}
    for number, snapshot in enumerate(folder.list_snapshots()):
        path = folder.place(snapshot) / "manifest.json"
        aged = replace(snapshot, at=snapshot.at - ages.get(number, timedelta(0)))
        said = json.loads(path.read_text())
        path.write_text(json.dumps({**said, "at": aged.at.isoformat()}))
        folder.place(snapshot).rename(folder.place(aged))
    assert prune(folder, replace(order, keep_days=30)) == 2, "a clock may be wrong: two stay"
    assert len(folder.list_snapshots()) == 2


REFUSED: dict[str, tuple[type[Exception], Callable[[Path], Path]]] = {
    "the archive": (TargetRefused, lambda folder: folder / "archive"),
    "inside the archive": (TargetRefused, lambda folder: folder / "archive" / "warc" / "backups"),
    "an archive": (TargetRefused, lambda folder: folder / "other"),
    "something else": (NoBackup, lambda folder: folder / "papers"),
    "a link to the archive": (TargetRefused, lambda folder: folder / "link"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_place_that_is_none_is_refused(order: BackupOrder, tmp_path: Path, name: str) -> None:
    Archive.open(tmp_path / "other").close()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "剪报.txt").write_text("旧报")
    (tmp_path / "link").symlink_to(tmp_path / "archive")
    error, place = REFUSED[name]
    with pytest.raises(error):
        back_up(replace(order, destination=place(tmp_path)), quiet)
    assert events(order.archive) == ["backup_failed"]


def test_the_backup_of_another_archive_is_refused(order: BackupOrder, tmp_path: Path) -> None:
    back_up(order, quiet)
    other = DeliveredArticles.open(tmp_path / "another", Press.of(2, 1))
    deliver(other, 1)
    other.archive.close()
    with pytest.raises(AnotherArchive):
        back_up(replace(order, archive=tmp_path / "another"), quiet)
    assert back_up(order, quiet).status == "ok"


def test_what_the_archive_itself_lacks_is_told_and_all_else_backed_up(
    order: BackupOrder, tmp_path: Path
) -> None:
    back_up(order, quiet)
    (path,) = (order.archive / "warc").glob("*.warc.gz")
    os.truncate(path, path.stat().st_size // 2)
    done = back_up(order, quiet)
    assert done.status == "ok", "the backup has it still"
    fresh = back_up(replace(order, destination=tmp_path / "fresh"), quiet)
    assert fresh.status == "partial"
    assert path.name in str(fresh.trouble)
    assert events(order.archive) == ["backup_failed"]
    mended = restore_originals(order.destination, order.archive, quiet)
    assert (mended.files, mended.damaged) == (1, [])
    assert verify_fully(order.archive).is_ok
    assert restore_originals(order.destination, order.archive, quiet).files == 0


def test_a_damaged_original_comes_back_and_what_came_since_stays(tmp_path: Path) -> None:
    work = DeliveredArticles.open(tmp_path / "archive", Press.of(2, 1))
    deliver(work, 3)
    order = BackupOrder(tmp_path / "archive", tmp_path / "backups")
    back_up(order, quiet)
    deliver(work, 2)
    work.archive.close()
    (path,) = (order.archive / "warc").glob("*.warc.gz")
    data = bytearray(path.read_bytes())
    data[2_000] ^= 1
    path.write_bytes(data)
    assert not verify_fully(order.archive).is_ok
    restore_originals(order.destination, order.archive, quiet)
    found = verify_fully(order.archive)
    assert found.is_ok
    assert [note.kind for note in found.notes] == ["stray_file"], "the damaged one is kept beside it"


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def test_a_damaged_backup_is_never_taken_for_whole(order: BackupOrder, tmp_path: Path) -> None:
    first, second = (back_up(order, quiet).snapshot for _ in range(2))
    assert first is not None
    assert second is not None
    folder = BackupFolder(order.destination)
    damage(folder.place(second) / "archive.db")
    with pytest.raises(BackupDamaged, match="--at"):
        restore_archive(order.destination, tmp_path / "restored", quiet)
    assert not (tmp_path / "restored").exists()
    (path,) = folder.warc.glob("*.warc.gz")
    damage(path)
    restored = restore_archive(order.destination, tmp_path / "restored", quiet, at=first.at)
    assert restored.damaged == [path.name]
    assert not verify_fully(restored.folder).is_ok
    done = back_up(replace(order, reads_all=True), quiet)
    assert (done.status, path.name in str(done.trouble)) == ("partial", True)
    damage(folder.place(first) / "manifest.json")
    (folder.place(first) / "manifest.json").write_bytes(b"{")
    with pytest.raises(BackupDamaged):
        restore_archive(order.destination, tmp_path / "again", quiet)


def test_nothing_is_written_over(order: BackupOrder, tmp_path: Path) -> None:
    back_up(order, quiet)
    before = rows(order.archive)
    with pytest.raises(FolderTaken):
        restore_archive(order.destination, order.archive, quiet)
    with hold_sources(order.archive, ("云湾报",)):
        child = get_context("fork").Process(target=_is_refused, args=(order,))
        child.start()
        child.join()
        assert child.exitcode == 0
    restored = restore_archive(order.destination, order.archive, quiet, replace=True)
    assert restored.aside is not None
    assert rows(restored.aside) == before
    with pytest.raises(NoBackup, match="of that time"):
        restore_archive(order.destination, tmp_path / "x", quiet, at=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(NoBackup):
        restore_archive(tmp_path, tmp_path / "x", quiet)


def test_an_archive_comes_neither_into_its_backups_nor_in_their_place(
    order: BackupOrder, tmp_path: Path
) -> None:
    back_up(order, quiet)
    for place in (order.destination, order.destination / "drill", order.destination.parent):
        with pytest.raises(FolderTaken, match="lie in each other"):
            restore_archive(order.destination, place, quiet, replace=True)
    (tmp_path / "alias").symlink_to(order.destination)
    with pytest.raises(FolderTaken):
        restore_archive(order.destination, tmp_path / "alias" / "drill", quiet)
    assert not (order.destination / "drill").exists()


def _is_refused(order: BackupOrder) -> None:
    try:
        restore_archive(order.destination, order.archive, quiet, replace=True)
    except ArchiveInUse:
        os._exit(0)
    os._exit(1)


CONFIGURATION = """# 我的剪报
archive = "archive"

[[sources]]
slug = "yunwanbao"
url = "https://news.example.org/"
api_token = "t0ps3cret"

[alerts]
timezone = "Asia/Shanghai"
ping = "https://hc.example.org/s3cret"

[[alerts.channels]]
name = "手机"
url = "ntfy://user:s3cret@ntfy.example.org/paper"
severities = ["alarm"]
"""


def test_a_configuration_is_kept_without_its_secrets(order: BackupOrder, tmp_path: Path) -> None:
    path = tmp_path / "jianbao.toml"
    path.write_text(CONFIGURATION, "utf-8")
    done = back_up(replace(order, configuration=path), quiet)
    assert done.snapshot is not None
    kept = (BackupFolder(order.destination).place(done.snapshot) / "jianbao.toml").read_text("utf-8")
    assert "s3cret" not in kept
    assert all(word in kept for word in ("# 我的剪报", "yunwanbao", "手机", "https://news.example.org/"))
    assert "s3cret" not in without_secrets(CONFIGURATION.replace("[alerts]", "[alerts"))


def test_the_commands_back_up_and_restore(order: BackupOrder, tmp_path: Path, command: Command) -> None:
    config = tmp_path / "jianbao.toml"
    config.write_text('archive = "archive"\n[backup]\nto = "nightly"\nkeep = 2\n')
    for _ in range(3):
        ended = command("--config", config, "backup", "--json")
        assert (ended.status, ended.json["status"]) == (0, "ok")
    assert (ended.json["kept"], ended.json["destination"]) == (2, str(tmp_path / "nightly"))
    ended = command("--config", config, "restore", tmp_path / "nightly", "--to", tmp_path / "r", "--json")
    assert (ended.status, ended.json["files"], ended.json["damaged"]) == (0, 2, [])
    assert command("--archive", tmp_path / "r", "verify", "--full").status == 0
    assert command("--config", config, "restore", tmp_path / "nightly").status == 2
    assert command("--config", config, "restore", tmp_path / "nightly", "--replace").status == 0
    assert command("--config", config, "restore", tmp_path / "nightly", "--originals").status == 0
    assert command("--archive", tmp_path / "archive", "backup").status == 2
    assert command("--config", config, "backup", tmp_path / "archive" / "x").status == 2


def test_one_backup_at_a_time(order: BackupOrder) -> None:
    assert isinstance(back_up(order, quiet), BackupDone)
    with BackupFolder(order.destination).hold():
        child = get_context("fork").Process(target=_is_busy, args=(order,))
        child.start()
        child.join()
    assert child.exitcode == 0


def _is_busy(order: BackupOrder) -> None:
    from storage.custody.backup_folder import BackupBusy

    try:
        back_up(order, quiet)
    except BackupBusy:
        os._exit(0)
    os._exit(1)


ELSEWHERE = (
    "../../evil",
    "/tmp/evil",
    "journal/../../../evil",
    "journal/../evil",
    "..",
    ".",
    "",
    "a/b",
    "a\\b",
    7,
    None,
)


def test_a_name_in_a_strangers_backup_leads_nowhere_else(order: BackupOrder, tmp_path: Path) -> None:
    back_up(order, quiet)
    folder = BackupFolder(order.destination)
    journal = (folder.path / "warc.jsonl").read_bytes()
    manifest = folder.place(folder.list_snapshots()[-1]) / "manifest.json"
    said = json.loads(manifest.read_text("utf-8"))
    before = sorted(path.name for path in tmp_path.iterdir())
    for name in ELSEWHERE:
        stretch = {"file": name, "start": 0, "end": 4, "digest": "0" * 64}
        (folder.path / "warc.jsonl").write_bytes(journal + json.dumps(stretch).encode() + b"\n")
        manifest.write_text(json.dumps({**said, "files": {**said["files"], str(name): 4}}), "utf-8")
        with pytest.raises(BackupDamaged):
            restore_archive(folder.path, tmp_path / "restored", quiet)
        assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_link_in_a_strangers_backup_is_not_followed(order: BackupOrder, tmp_path: Path) -> None:
    back_up(order, quiet)
    folder = BackupFolder(order.destination)
    snapshot = folder.place(folder.list_snapshots()[-1])
    for place in (folder.warc, next(folder.warc.glob("*.gz")), snapshot, snapshot / "archive.db"):
        place.rename(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(BackupDamaged, match="is a link"):
            restore_archive(folder.path, tmp_path / "restored", quiet)
        place.unlink()
        (tmp_path / "elsewhere").rename(place)
    assert not (tmp_path / "restored").exists()
    restore_archive(folder.path, tmp_path / "restored", quiet)
