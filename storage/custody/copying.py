"""Copying an archive while it is in use: first the database as it is at one moment, then what it points to.

A capture's bytes are on the disk before its row commits, and are never changed. So whatever a copied row
points to is there when the WARC files are copied after it, up to where the last copied row ends.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from storage.captures.capture import committed_end
from storage.custody.backup_folder import BackupFolder, Copied
from storage.custody.journals import list_journal_ends
from storage.database.opening import connect_database
from storage.database.opening import reading as reading_engine
from storage.database.schema import capture
from storage.records.remedy import Mistaken, Unusable
from storage.warc.name import WarcName, parse_name

_PAGES = 2_000  # of the database that are copied at once
_STRETCH = 64 * 2**20  # bytes that are copied before they are noted
_READ = 2**20
_HEAD = (
    4_096  # bytes that tell one file from another of the same name: a WARC file's first record has its own id
)

Tell = Callable[[str], None]


class AnotherArchive(Mistaken):
    """The backup is of another archive: name another folder."""


class AnotherPast(Unusable):
    """A file of the archive is not what was copied of it before: the backup cannot be gone on with."""


class CopyDiffers(Unusable):
    """What was read back from the backup is not what was written: its disk cannot be trusted."""


def copy_database(source: Path, target: Path, tell: Tell) -> None:
    """Copy the database as it is at this moment, while others write; the copy is one file, on the disk."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)) as held,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        held.execute("PRAGMA busy_timeout=30000")
        held.execute("BEGIN")  # or the copy would begin anew whenever somebody writes
        held.execute("SELECT 1 FROM sqlite_master").fetchone()

        def watch(_status: int, left: int, pages: int) -> None:
            tell(f"database: {pages - left:,} of {pages:,} pages")

        held.backup(copy, pages=_PAGES, progress=watch)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise CopyDiffers(
            f"the copied database is damaged ({found}): `jianbao verify` tells about the archive's own"
        )
    _sync(target)


def list_committed(database: Path) -> dict[str, int]:
    """Return for each WARC file that a copied database names where its last capture in it ends, in bytes."""
    engine = connect_database(database)
    try:
        with reading_engine(engine) as connection:
            names = connection.execute(select(capture.c.warc_file).distinct()).scalars().all()
            ends = {name: committed_end(connection, name) for name in names if parse_name(name)}
            return ends | list_journal_ends(connection)
    finally:
        engine.dispose()


def plan_copies(source: Path, committed: dict[str, int]) -> dict[str, int]:
    """Return up to where each WARC file of the archive is copied, in bytes.

    A file that its writer has left gets no more, and is copied whole: so is what no row names in it.
    """
    names = [name for path in source.glob("*.warc.gz") if (name := parse_name(path.name)) is not None]
    open_ones = {str(name) for name in _newest(names)}
    journals = {file for file in committed if parse_name(file) is None and (source / file).is_file()}
    wanted = {}
    for file in sorted({str(name) for name in names} | journals):
        size = (source / file).stat().st_size
        is_growing = file in open_ones or file in journals
        wanted[file] = min(size, committed.get(file, 0)) if is_growing else size
    return wanted


def refuse_another(source: Path, folder: BackupFolder, journal: dict[str, list[Copied]]) -> None:
    """Raise `AnotherArchive` where the WARC files of backup and archive do not begin alike."""
    common = [name for name in journal if (source / name).is_file()]
    if journal and not common and any(parse_name(path.name) for path in source.glob("*.warc.gz")):
        raise AnotherArchive(_of_another(folder.path))
    for name in common:
        kept, own = _head(folder.warc / name), _head(source / name)
        length = min(len(kept), len(own), journal[name][-1].end)
        if kept[:length] != own[:length]:
            raise AnotherArchive(_of_another(folder.path))


def copy_warc(
    source: Path, folder: BackupFolder, wanted: dict[str, int], journal: dict[str, list[Copied]], tell: Tell
) -> Iterator[Copied]:
    """Copy what is new of the WARC files; yield each stretch when it is on the disk, read back and noted."""
    for name, end in wanted.items():
        known = journal.get(name, [])
        start = known[-1].end if known else 0
        if known and start < end:
            _refuse_another_past(source / name, known[-1], folder)
        while start < end:
            copied = _copy_stretch(source, folder.warc, name, start, min(end, start + _STRETCH))
            folder.note_copied(copied)
            tell(f"{name}: {copied.end:,} bytes")
            yield copied
            if copied.end == start:
                break
            start = copied.end


def find_damaged(folder: BackupFolder, journal: dict[str, list[Copied]], tell: Tell) -> Iterator[Copied]:
    """Read every stretch of the backup's WARC files; yield those that are not as they were written."""
    for name, stretches in journal.items():
        tell(name)
        for copied in stretches:
            if hash_stretch(folder.warc / name, copied.start, copied.end) != copied.digest:
                yield copied


def hash_stretch(path: Path, start: int, end: int) -> str:
    """Return the SHA-256 (hex) of some bytes of a file, empty where it is missing or has not so many."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            file.seek(start)
            left = end - start
            while left and (data := file.read(min(_READ, left))):
                digest.update(data)
                left -= len(data)
    except FileNotFoundError:
        return ""
    return "" if left else digest.hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_another_past(source: Path, last: Copied, folder: BackupFolder) -> None:
    """Raise `AnotherPast` where a file that is to be gone on with does not end as its copy does."""
    if hash_stretch(source, last.start, last.end) != last.digest:
        raise AnotherPast(
            f"{source} is not what was copied to {folder.path} before: it is damaged, or the archive was "
            "brought back to an earlier state since; see `jianbao verify --full`, or back up to a new folder"
        )


def _copy_stretch(source_folder: Path, target_folder: Path, name: str, start: int, end: int) -> Copied:
    """Copy bytes behind those that are there; what a killed backup left behind them is written over."""
    source, target = source_folder / name, target_folder / name
    target.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    place = start
    with source.open("rb") as read:
        read.seek(start)
        written = os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.ftruncate(written, start)
            while place < end and (data := read.read(min(_READ, end - place))):
                digest.update(data)
                _write_all(written, data, place)
                place += len(data)
            os.fsync(written)
            _forget(written, start, place - start)
        finally:
            os.close(written)
    if hash_stretch(target, start, place) != digest.hexdigest():
        raise CopyDiffers(
            f"{target} does not read as it was written, from {start} on: its disk cannot be trusted"
        )
    return Copied(name, start, place, digest.hexdigest())


def _forget(descriptor: int, start: int, length: int) -> None:
    """Have the system forget what is on the disk, where it can, so that reading it reads the disk."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, start, length, os.POSIX_FADV_DONTNEED)


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(descriptor, view, offset)
        view, offset = view[count:], offset + count


def _newest(names: Sequence[WarcName]) -> list[WarcName]:
    """Return the newest file of each writer, which may get more."""
    ordered = sorted(names, key=lambda name: (name.day, name.number))
    return list({name.writer: name for name in ordered}.values())


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except FileNotFoundError:
        return b""


def _of_another(folder: Path) -> str:
    return f"{folder} holds the backup of another archive: name another folder"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
