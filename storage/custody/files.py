"""The files of an archive: whether each is as long as its captures need, and what does not belong there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from storage.archive.folder import DATABASE_FILE, WARC_FOLDER
from storage.captures.capture import committed_end
from storage.captures.lost import LostFile, find_lost_files
from storage.custody.journals import check_journals
from storage.journal.file import JOURNAL_FOLDER
from storage.records.problem import Problem
from storage.records.saying import say
from storage.warc.name import parse_name

_OWN = re.compile(
    rf"{re.escape(DATABASE_FILE)}(-wal|-shm|-journal)?|{WARC_FOLDER}|.+\.lock|service\.json|jianbao\.toml"
)
_LEFTOVER = re.compile(rf"service\.json\.new|{re.escape(DATABASE_FILE)}-mj.+|.+\.(new|part|tmp)")
_SHOWN = 20


@dataclass(slots=True)
class FilesChecked:
    """What was found of an archive's files: how many WARC files and bytes, problems, and notes."""

    files: int = 0
    size: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def check_files(connection: Connection, folder: Path) -> FilesChecked:
    """Look once at each file of an archive's folder, and at those that captures name."""
    found = FilesChecked()
    for lost in find_lost_files(connection, folder / WARC_FOLDER):
        (found.problems if lost.originals else found.notes).append(_tell_lost(lost))
    _look_at_warc(connection, folder / WARC_FOLDER, found)
    found.problems += check_journals(connection, folder / WARC_FOLDER)
    found.notes += _list_strays(folder)
    found.problems += _check_heartbeat(folder)
    return found


def _tell_lost(lost: LostFile) -> Problem:
    key = "file_lost" if lost.size is None else "file_short"
    said = say(
        f"custody.{key}",
        file=lost.file,
        size=lost.size or 0,
        needed=lost.needed,
        count=lost.captures,
        originals=lost.originals,
    )
    command = "jianbao restore BACKUP --originals" if lost.originals else None
    return Problem(key, said, command, f"{WARC_FOLDER}/{lost.file}", lost.size, count=lost.captures)


def _look_at_warc(connection: Connection, folder: Path, found: FilesChecked) -> None:
    for path in sorted(folder.glob("*")):
        if parse_name(path.name) is None:
            if not path.name.endswith(".lock") and path.name != JOURNAL_FOLDER:
                found.notes.append(_stray(f"{WARC_FOLDER}/{path.name}"))
            continue
        if not path.is_file():
            continue
        size = path.stat().st_size
        found.files, found.size = found.files + 1, found.size + size
        end = committed_end(connection, path.name)
        if size > end:
            found.notes.append(_tell_beyond(path.name, end, size))


def _tell_beyond(name: str, end: int, size: int) -> Problem:
    """Bytes behind the last capture: what a crawl has under way, or a crash left; looked at with --full."""
    said = say("custody.beyond_captures", file=name, size=size - end)
    return Problem("beyond_captures", said, None, f"{WARC_FOLDER}/{name}", end)


def _list_strays(folder: Path) -> Iterator[Problem]:
    strays = [path.name for path in sorted(folder.iterdir()) if not _OWN.fullmatch(path.name)]
    for name in strays[:_SHOWN]:
        yield _leftover(name) if _LEFTOVER.fullmatch(name) else _stray(name)
    if len(strays) > _SHOWN:
        yield Problem("stray_file", say("custody.more", count=len(strays) - _SHOWN, kind="stray_file"))


def _stray(name: str) -> Problem:
    return Problem("stray_file", say("custody.stray_file", file=name), None, name)


def _leftover(name: str) -> Problem:
    return Problem("leftover", say("custody.leftover", file=name), None, name)


def _check_heartbeat(folder: Path) -> Iterator[Problem]:
    path = folder / "service.json"
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except (ValueError, OSError):
        yield Problem("service_file_damaged", say("custody.service_file_damaged"), "jianbao run", path.name)
