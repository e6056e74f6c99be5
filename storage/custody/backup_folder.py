"""A folder of backups: the WARC files once, the database at each time, and a journal of what was copied.

```
backup.json                   what this folder is
warc/NAME                     the same WARC files as in the archive: they only grow
warc.jsonl                    a line for each stretch that was copied: file, start, end, digest
snapshots/000012-20260320T030000Z/   archive.db, manifest.json, jianbao.toml
```

Nothing counts that its journal or manifest does not name, so what a killed backup left is begun anew.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.records.remedy import Busy, Mistaken, Unusable

MARK = "backup.json"
DATABASE = "archive.db"
CONFIGURATION = "jianbao.toml"
_JOURNAL = "warc.jsonl"
_MANIFEST = "manifest.json"
_FORMAT = 1
_NAME = re.compile(r"([0-9]{6,})-[0-9]{8}T[0-9]{6}Z")
_UNFINISHED = ".unfinished-"
_FILE = re.compile(r"(?:journal/)?[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
"""The name of a file that a backup has: whoever wrote its journal, it leads nowhere else."""


class NoBackup(Mistaken):
    """This folder holds no backup, or one that another version wrote."""


class BackupBusy(Busy):
    """Another backup is being written to this folder."""


class BackupDamaged(Unusable):
    """A backup is not as it was written; the message names the file."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A stretch of a WARC file in the backup: ``digest`` is the SHA-256 (hex) of its bytes."""

    file: str
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at a time (aware), whole in its own folder, with what its WARC files held at least.

    ``number`` counts up from 1: the order holds whatever a clock said.
    ``files`` are their lengths in bytes; ``digest`` is the SHA-256 (hex) of the database file.
    """

    number: int
    at: datetime
    size: int
    digest: str
    schema: str
    version: str
    files: Mapping[str, int]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.number:06d}-{self.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


class BackupFolder:
    """A folder of backups that is there."""

    def __init__(self, path: Path) -> None:
        """Raise `NoBackup` where the folder is none."""
        self.path = path
        said = _read_json(path / MARK)
        if said.get("jianbao_backup") != _FORMAT:
            raise NoBackup(
                f"{path} holds no backup that this jianbao can read: name the folder of `jianbao backup`"
            )

    @classmethod
    def make(cls, path: Path) -> BackupFolder:
        """Return the folder, made where there is none; raise `NoBackup` for one that holds anything else."""
        if not (path / MARK).exists():
            if path.exists() and any(entry.name != "backup.lock" for entry in path.iterdir()):
                raise NoBackup(f"{path} is not empty and holds no backup: name a new folder")
            path.mkdir(parents=True, exist_ok=True)
            write_durably(path / MARK, json.dumps({"jianbao_backup": _FORMAT}).encode())
        for folder in (path / "warc", path / "snapshots"):
            folder.mkdir(exist_ok=True)
        return cls(path)

    @property
    def warc(self) -> Path:
        """Where the WARC files are."""
        return self.path / "warc"

    def place(self, snapshot: Snapshot) -> Path:
        """Return the folder of a snapshot."""
        return self.path / "snapshots" / snapshot.name

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep other backups out; raise `BackupBusy`."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - who only reads locks nothing

        lock = FileLock(self.path / "backup.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout as taken:
            raise BackupBusy(f"another backup is being written to {self.path}: wait for it") from taken
        try:
            yield
        finally:
            lock.release()

    def read_journal(self) -> dict[str, list[Copied]]:
        """Return the stretches of each file that were copied, each behind the one before it."""
        found: dict[str, list[Copied]] = {}
        try:
            lines = (self.path / _JOURNAL).read_bytes().split(b"\n")
        except FileNotFoundError:
            return found
        for line in lines[:-1]:  # what a killed backup was writing has no end
            try:
                copied = _parse_copied(line)
            except (ValueError, TypeError, AttributeError, RecursionError) as error:
                raise BackupDamaged(f"{self.path / _JOURNAL} is damaged: back up to a new folder") from error
            known = found.setdefault(copied.file, [])
            if copied.start == (known[-1].end if known else 0):
                known.append(copied)
        return found

    def note_copied(self, copied: Copied) -> None:
        """Note a stretch whose bytes are on the disk."""
        path = self.path / _JOURNAL
        _cut_unfinished_line(path)
        with path.open("ab") as file:
            file.write(json.dumps(asdict(copied), separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def begin_snapshot(self) -> Path:
        """Return an empty folder for a snapshot; what killed backups left of theirs goes."""
        folder = self.path / "snapshots"
        for left in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        begun = folder / f"{_UNFINISHED}{os.getpid()}"
        begun.mkdir()
        return begun

    def finish_snapshot(self, begun: Path, snapshot: Snapshot) -> None:
        """Let a snapshot count from now on: all of it, or nothing."""
        said = {**asdict(snapshot), "at": snapshot.at.isoformat()}
        write_durably(begun / _MANIFEST, json.dumps(said, ensure_ascii=False, indent=1).encode())
        begun.rename(self.place(snapshot))
        sync_folder(self.path / "snapshots")

    def list_snapshots(self) -> list[Snapshot]:
        """Return the snapshots, the oldest first."""
        return [self._read_snapshot(name) for _, name in self._list_names()]

    def next_number(self) -> int:
        """Return the number of the next snapshot."""
        return max((number for number, _ in self._list_names()), default=0) + 1

    def delete_snapshot(self, snapshot: Snapshot) -> None:
        """Delete a snapshot: it counts no more before anything of it is gone."""
        gone = self.path / "snapshots" / f"{_UNFINISHED}{snapshot.name}"
        self.place(snapshot).rename(gone)
        shutil.rmtree(gone)

    def _list_names(self) -> list[tuple[int, str]]:
        names = (_NAME.fullmatch(path.name) for path in (self.path / "snapshots").glob("*"))
        return sorted((int(name[1]), name[0]) for name in names if name is not None)

    def _read_snapshot(self, name: str) -> Snapshot:
        path = self.path / "snapshots" / name / _MANIFEST
        refuse_link(path.parent)
        try:
            said = _read_json(path)
            return Snapshot(**{**said, "at": datetime.fromisoformat(said["at"])})
        except (NoBackup, KeyError, TypeError, ValueError) as error:
            raise BackupDamaged(
                f"{path} is damaged: delete {path.parent}, and use another snapshot"
            ) from error


def refuse_link(path: Path) -> None:
    """Raise `BackupDamaged` for a link: a backup has none, and one would lead out of it."""
    if path.is_symlink():
        raise BackupDamaged(f"{path} is a link, and no backup has any: use another one")


def _parse_copied(line: bytes) -> Copied:
    """Return a line of the journal; raise ValueError, TypeError or AttributeError for what is none."""
    copied = Copied(**json.loads(line))
    if not _FILE.fullmatch(copied.file) or not 0 <= int(copied.start) <= int(copied.end):
        raise ValueError("no stretch of a file")
    return copied


def write_durably(path: Path, data: bytes) -> None:
    """Put data under a name at once, on the disk when this returns."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Return when a folder's names are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cut_unfinished_line(path: Path) -> None:
    """Cut off a line that a killed backup did not end, so that the next one is no part of it."""
    data = path.read_bytes() if path.exists() else b""
    if data and not data.endswith(b"\n"):
        os.truncate(path, data.rfind(b"\n") + 1)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise NoBackup(
            f"{path.parent} holds no backup: name the folder that `jianbao backup` wrote to"
        ) from None
    except ValueError as error:
        raise BackupDamaged(f"{path} is damaged") from error
    if not isinstance(said, dict):
        raise BackupDamaged(f"{path} is damaged")
    return said
