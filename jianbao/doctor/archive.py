"""The archive itself: whether it can be opened, who works in it, and what it says of itself."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from jianbao.doctor.finding import Finding, Level, ill, well
from scheduler.liveness.heartbeat import read_service_state
from storage.archive.folder import Archive, ArchiveLost, NoArchive
from storage.captures.lost import find_lost_files
from storage.custody.backups import last_backup_at
from storage.custody.looks import find_look
from storage.database.opening import ArchiveTooNew, ArchiveTooOld
from storage.events.event import list_open_events
from storage.ledger.source_locks import is_any_held
from storage.records.remedy import Unusable

_OLD_BACKUP = timedelta(days=7)


def examine_archive(folder: Path, now: datetime | None = None) -> Iterator[Finding]:
    """Yield how the archive in a folder is; nothing in it is changed."""
    now = now or datetime.now(UTC)
    try:
        archive = Archive.open_reading(folder)
    except (Unusable, SQLAlchemyError, OSError) as error:
        yield _refusal(error, folder)
        return
    with archive:
        yield from _look_inside(archive, now)
    yield _service(folder, now)
    yield from _locks(folder)


def _refusal(error: Exception, folder: Path) -> Finding:
    if isinstance(error, NoArchive):
        return ill("archive", "none", "warn", folder=str(folder))
    if isinstance(error, ArchiveLost):
        return ill("archive", "lost", "fail", folder=str(folder))
    if isinstance(error, ArchiveTooOld):
        return ill("archive", "old", "warn", reason=str(error))
    if isinstance(error, ArchiveTooNew):
        return ill("archive", "new", "fail", reason=str(error))
    return ill("archive", "unusable", "fail", reason=str(getattr(error, "orig", None) or error))


def _look_inside(archive: Archive, now: datetime) -> Iterator[Finding]:
    try:
        with archive.reading() as connection:
            events = list_open_events(connection)
            lost = find_lost_files(connection, archive.warc_folder)
            backed_up, looked = last_backup_at(connection), find_look(connection, "quick", finished=True)
    except (Unusable, SQLAlchemyError) as error:
        yield _refusal(error, archive.folder)
        return
    yield well("archive", folder=str(archive.folder))
    if lost:
        yield ill("originals", "lost", "fail", files=", ".join(one.file for one in lost[:5]))
    else:
        yield well("originals")
    grave = [event for event in events if event.kind and event.source is None]
    if events:
        level: Level = "fail" if grave else "warn"
        yield ill("events", "open", level, count=len(events))
    else:
        yield well("events")
    yield _age("backup_made", backed_up, _OLD_BACKUP, now)
    yield _age("looked", looked.finished_at if looked else None, _OLD_BACKUP, now)


def _age(check: str, last: datetime | None, longest: timedelta, now: datetime) -> Finding:
    if last is None:
        return ill(check, "never", "warn")
    if now - last > longest:
        return ill(check, "old", "warn", days=(now - last).days)
    return well(check, days=max(0, (now - last).days))


def _service(folder: Path, now: datetime) -> Finding:
    state = read_service_state(folder, now)
    if state["state"] == "stuck":
        return ill("service", "stuck", "fail", since=str(state.get("since")))
    if not state["clean"]:
        return ill("service", "died", "fail", since=str(state.get("since")))
    if state["state"] == "running":
        return well("service", since=str(state.get("since")))
    return ill("service", "stopped", "warn")


def _locks(folder: Path) -> Iterator[Finding]:
    held = [path.name for path in sorted(folder.rglob("*.lock")) if _is_held(path)]
    if is_any_held(folder):
        held.append("sources.lock")
    if held:
        yield well("locks", files=", ".join(held))


def _is_held(path: Path) -> bool:
    """Tell whether somebody holds a lock file, without holding it longer than to ask."""
    if path.name in ("sources.lock", "hosts.lock"):
        return False  # of single bytes: opened once more, and closed, they would be let go of by ourselves
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
