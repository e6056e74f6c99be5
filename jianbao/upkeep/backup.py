"""Backing an archive up while it is in use: the database first, then the originals that it points to."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from jianbao import __version__
from jianbao.upkeep.redaction import without_secrets
from storage.archive.folder import Archive, find_database
from storage.custody.backup_folder import (
    CONFIGURATION,
    DATABASE,
    BackupFolder,
    Copied,
    Snapshot,
    write_durably,
)
from storage.custody.backups import BackupStatus, TriedBackup, enter_backup
from storage.custody.copying import (
    Tell,
    copy_database,
    copy_warc,
    find_damaged,
    hash_file,
    list_committed,
    plan_copies,
    refuse_another,
)
from storage.database.opening import SCHEMA_REVISION
from storage.records.remedy import Busy, Mistaken, Unusable
from storage.records.saying import Saying, quote, say

_SPARE = 1_000_000
"""Bytes that stay free on the target's disk."""
_NEVER_FEWER = 2
"""Snapshots that age alone never leaves fewer of: a clock may be wrong."""
_SHOWN = 5


class TargetFull(Unusable):
    """The disk of the backup's folder has no room: the message says how much is needed."""


class TargetRefused(Mistaken):
    """The folder is no place for a backup of this archive."""


@dataclass(frozen=True, slots=True)
class BackupOrder:
    """What is to be backed up where. ``keep`` and ``keep_days`` None: nothing is pruned by that."""

    archive: Path
    destination: Path
    configuration: Path | None = None
    keep: int | None = None
    keep_days: int | None = None
    reads_all: bool = False


@dataclass(slots=True)
class BackupDone:
    """What a backup did. ``trouble`` tells what is not as it should be, None when all is well."""

    destination: Path
    started_at: datetime
    snapshot: Snapshot | None = None
    files: set[str] = field(default_factory=set)
    copied: int = 0
    pruned: int = 0
    kept: int = 0
    trouble: Saying | None = None

    @property
    def status(self) -> BackupStatus:
        """How it ended."""
        if self.snapshot is None:
            return "failed"
        return "ok" if self.trouble is None else "partial"


def back_up(order: BackupOrder, tell: Tell) -> BackupDone:
    """Back an archive up, and enter it there, as an event too where it failed.

    Whatever interrupts it leaves the former backups whole. Raises `TargetFull`, `TargetRefused`, `NoBackup`,
    `AnotherArchive`, `BackupBusy`, `CopyDiffers`, and what tells of an archive that cannot be read.
    """
    done = BackupDone(order.destination, datetime.now(UTC))
    database = find_database(order.archive)
    try:
        _refuse_place(order)
        _back_up(order, database, done, tell)
    except (Unusable, Mistaken, SQLAlchemyError, OSError) as error:
        named = _name(error, order.destination)
        done.trouble = quote(str(named))
        _enter(order.archive, done)
        if named is error:
            raise
        raise named from error
    _enter(order.archive, done)
    return done


def prune(folder: BackupFolder, order: BackupOrder) -> int:
    """Delete snapshots beyond the count and the age that are kept, never the newest; return how many."""
    snapshots = folder.list_snapshots()
    gone = snapshots[: -order.keep] if order.keep else []
    if order.keep_days and snapshots:
        oldest = snapshots[-1].at - timedelta(days=order.keep_days)
        gone += [old for old in snapshots[:-_NEVER_FEWER] if old.at < oldest and old not in gone]
    for old in gone:
        folder.delete_snapshot(old)
    return len(gone)


def _refuse_place(order: BackupOrder) -> None:
    archive, destination = order.archive.resolve(), order.destination.resolve()
    if archive == destination or archive in destination.parents:
        raise TargetRefused(f"{order.destination} is in the archive itself: name a folder elsewhere")
    if (destination / DATABASE).exists():
        raise TargetRefused(f"{order.destination} is an archive: name a folder of its own for backups")


def _back_up(order: BackupOrder, database: Path, done: BackupDone, tell: Tell) -> None:
    folder = BackupFolder.make(order.destination)
    with folder.hold():
        begun = folder.begin_snapshot()
        try:
            journal = folder.read_journal()
            refuse_another(order.archive / "warc", folder, journal)
            _require_room(folder.path, database.stat().st_size)
            copy_database(database, begun / DATABASE, tell)
            committed = list_committed(begun / DATABASE)
            wanted = plan_copies(order.archive / "warc", committed)
            _require_room(folder.path, _count_missing(wanted, journal))
            for copied in copy_warc(order.archive / "warc", folder, wanted, journal, tell):
                done.files.add(copied.file)
                done.copied += copied.end - copied.start
            journal = folder.read_journal()
            done.trouble = _find_trouble(order, folder, committed, journal, tell)
            if order.configuration is not None:
                text = without_secrets(order.configuration.read_text("utf-8"))
                write_durably(begun / CONFIGURATION, text.encode())
            done.snapshot = _finish(folder, begun, journal, done.started_at)
        except BaseException:
            shutil.rmtree(begun, ignore_errors=True)
            raise
        done.pruned = prune(folder, order)
        done.kept = len(folder.list_snapshots())


def _finish(folder: BackupFolder, begun: Path, journal: dict[str, list[Copied]], at: datetime) -> Snapshot:
    database = begun / DATABASE
    snapshot = Snapshot(
        number=folder.next_number(),
        at=at,
        size=database.stat().st_size,
        digest=hash_file(database),
        schema=SCHEMA_REVISION,
        version=__version__,
        files={name: stretches[-1].end for name, stretches in journal.items()},
    )
    folder.finish_snapshot(begun, snapshot)
    return snapshot


def _find_trouble(
    order: BackupOrder,
    folder: BackupFolder,
    committed: dict[str, int],
    journal: dict[str, list[Copied]],
    tell: Tell,
) -> Saying | None:
    """Return what the backup lacks that its database points to, or what in it has been damaged since."""
    lacking = [
        name for name, end in committed.items() if end > (journal[name][-1].end if name in journal else 0)
    ]
    if lacking:
        return _tell_files("backup.lacking", lacking)
    damaged = {copied.file for copied in find_damaged(folder, journal, tell)} if order.reads_all else set()
    return _tell_files("backup.damaged", sorted(damaged)) if damaged else None


def _tell_files(key: str, files: Sequence[str]) -> Saying:
    return say(key, files=list(files[:_SHOWN]), count=len(files))


def _count_missing(wanted: dict[str, int], journal: dict[str, list[Copied]]) -> int:
    return sum(
        max(0, end - (journal[name][-1].end if name in journal else 0)) for name, end in wanted.items()
    )


def _require_room(folder: Path, needed: int) -> None:
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < needed + _SPARE:
        raise _full(folder, needed, free)


def _full(folder: Path, needed: int, free: int) -> TargetFull:
    return TargetFull(str(say("backup.full", destination=str(folder), needed=needed, free=free)))


def _name(error: Exception, destination: Path) -> Exception:
    """Return an error of a full disk as one that says so."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _full(destination, 0, 0)
    reason = str(getattr(error, "orig", None) or error)
    if "full" in reason and isinstance(error, SQLAlchemyError):
        return _full(destination, 0, 0)
    return error


def _enter(folder: Path, done: BackupDone) -> None:
    """Enter a backup in the archive, where that can be written: it is made or not all the same."""
    tried = TriedBackup(
        str(done.destination),
        done.started_at,
        datetime.now(UTC),
        done.status,
        len(done.files),
        done.copied,
        done.trouble,
    )
    try:
        with Archive.open_existing(folder) as archive, archive.writing() as connection:
            enter_backup(connection, tried)
    except (Unusable, Busy, SQLAlchemyError, OSError):
        return
