"""Bringing an archive back from a backup: into a folder that is empty, or whose archive is moved aside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scheduler.liveness.service_lock import is_held
from storage.archive.folder import DATABASE_FILE, WARC_FOLDER, Archive
from storage.archive.use import ArchiveInUse, alone_in
from storage.captures.capture import committed_end
from storage.custody.backup_folder import (
    DATABASE,
    BackupDamaged,
    BackupFolder,
    Copied,
    NoBackup,
    Snapshot,
    refuse_link,
    sync_folder,
)
from storage.custody.copying import Tell, hash_file, hash_stretch
from storage.ledger.source_locks import is_any_held
from storage.records.remedy import Mistaken

_READ = 2**20


class FolderTaken(Mistaken):
    """There is something where the archive is to come: name another folder, or ask to move it aside."""


@dataclass(slots=True)
class Restored:
    """What came back. ``damaged`` are WARC files that are not as they were written to the backup."""

    folder: Path
    snapshot: Snapshot
    aside: Path | None = None
    files: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list)


def choose_snapshot(folder: BackupFolder, at: datetime | None) -> Snapshot:
    """Return the newest snapshot, or the newest of those up to a time (aware); raise `NoBackup`."""
    snapshots = folder.list_snapshots()
    chosen = [one for one in snapshots if at is None or one.at <= at]
    if not chosen:
        oldest = f": the oldest is of {snapshots[0].at.isoformat()}" if snapshots else ""
        raise NoBackup(
            f"{folder.path} holds no finished backup{' of that time' if snapshots else ''}{oldest}"
        )
    return chosen[-1]


def restore_archive(
    source: Path, target: Path, tell: Tell, *, at: datetime | None = None, replace: bool = False
) -> Restored:
    """Bring an archive back into a folder, whole or not at all; what is read is compared with its digests.

    All originals of the backup come back, also those that are younger than the chosen database. Raises
    `NoBackup`, `BackupDamaged`, `FolderTaken` and `ArchiveInUse`.
    """
    folder = BackupFolder(source)
    snapshot = choose_snapshot(folder, at)
    _refuse_backup(source, target)
    with _free(target, replace=replace):
        return _restore(folder, snapshot, target, tell)


def _restore(folder: BackupFolder, snapshot: Snapshot, target: Path, tell: Tell) -> Restored:
    done = Restored(target, snapshot)
    new = target.with_name(f"{target.name}.restoring-{os.getpid()}")
    (new / WARC_FOLDER).mkdir(parents=True)
    try:
        tell("database")
        _copy_database(folder, snapshot, new / DATABASE_FILE)
        for name, stretches in folder.read_journal().items():
            tell(name)
            if "/" not in name:
                _copy_file(folder, name, stretches, new / WARC_FOLDER / name, done)
            elif end := snapshot.files.get(name):
                # A journal tells of rows: of those that the chosen database has.
                known = [one for one in stretches if one.end <= end]
                _copy_file(folder, name, known, new / WARC_FOLDER / name, done)
        sync_folder(new / WARC_FOLDER)
        sync_folder(new)
        _put_in_place(new, target, done)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return done


def restore_originals(source: Path, target: Path, tell: Tell) -> Restored:
    """Bring those WARC files back whose bytes are missing, cut or damaged in an archive that stays as it is.

    What an archive's file has beyond the backup's stays; a file that is replaced is kept beside it, under
    another name. Raises `NoBackup` and `ArchiveInUse`.
    """
    folder = BackupFolder(source)
    done = Restored(target, choose_snapshot(folder, None))
    with Archive.open_existing(target) as archive, archive.reading() as connection, _alone(target):
        for name, stretches in folder.read_journal().items():
            if "/" in name:  # of the journal, which is written anew from the database where it lacks anything
                continue
            tell(name)
            own = target / WARC_FOLDER / name
            if _is_as_backed_up(own, stretches) and own.stat().st_size >= committed_end(connection, name):
                continue
            _mend_file(folder, name, stretches, own, done)
    return done


def _mend_file(folder: BackupFolder, name: str, stretches: list[Copied], own: Path, done: Restored) -> None:
    new = own.with_name(f"{name}.new")
    _copy_file(folder, name, stretches, new, done)
    end = stretches[-1].end
    if own.is_file() and own.stat().st_size > end:
        with own.open("rb") as rest, new.open("ab") as file:
            rest.seek(end)
            shutil.copyfileobj(rest, file, _READ)
            file.flush()
            os.fsync(file.fileno())
    if own.is_file():
        own.rename(own.with_name(f"{name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
    new.rename(own)
    sync_folder(own.parent)


def _is_as_backed_up(own: Path, stretches: list[Copied]) -> bool:
    return all(hash_stretch(own, one.start, one.end) == one.digest for one in stretches)


def _copy_database(folder: BackupFolder, snapshot: Snapshot, target: Path) -> None:
    source = folder.place(snapshot) / DATABASE
    refuse_link(source)
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    if hash_file(target) != snapshot.digest:
        raise BackupDamaged(f"{source} is not as it was written: choose another backup with --at")


def _copy_file(
    folder: BackupFolder, name: str, stretches: list[Copied], target: Path, done: Restored
) -> None:
    end = stretches[-1].end
    for part in (folder.warc, (folder.warc / name).parent, folder.warc / name):
        refuse_link(part)
    target.parent.mkdir(exist_ok=True)
    try:
        with (folder.warc / name).open("rb") as source, target.open("wb") as file:
            left = end
            while left and (data := source.read(min(_READ, left))):
                file.write(data)
                left -= len(data)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        done.damaged.append(name)
        return
    if not _is_as_backed_up(target, stretches):
        done.damaged.append(name)
    done.files += 1
    done.size += end


def _refuse_backup(source: Path, target: Path) -> None:
    """Refuse a folder that is the backups' own, lies in it, or would be moved aside together with it."""
    backups, place = source.resolve(), target.resolve()
    if place.is_relative_to(backups) or backups.is_relative_to(place):
        raise FolderTaken(f"{target} and the backups in {source} lie in each other: name a folder elsewhere")


@contextmanager
def _free(target: Path, *, replace: bool) -> Iterator[None]:
    """Refuse a folder that is not empty, unless it may be moved aside; then keep everybody out of it."""
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        yield
        return
    if not replace or not target.is_dir():
        raise FolderTaken(
            f"{target} is not empty: name another folder with --to, or move it aside with --replace"
        )
    with _alone(target), alone_in(target):
        yield


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Refuse where a service or a crawl works in the archive."""
    if is_held(target):
        raise ArchiveInUse(f"a service runs in {target}: stop it first")
    if is_any_held(target):
        raise ArchiveInUse(f"a crawl runs in {target}: wait for its end")
    yield


def _put_in_place(new: Path, target: Path, done: Restored) -> None:
    if target.exists():
        if any(target.iterdir()):
            done.aside = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
            target.rename(done.aside)
        else:
            target.rmdir()
    new.rename(target)
    sync_folder(target.parent)
