"""The backups that were tried, as the archive remembers them, and the events about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from storage.database.schema_custody import backup
from storage.events.event import open_event, resolve_events
from storage.records.saying import Saying, read_saying, say

BackupStatus = Literal["ok", "partial", "failed"]
"""``partial``: made, but the archive itself lacks something that was to be copied."""


@dataclass(frozen=True, slots=True)
class TriedBackup:
    """One backup. ``files`` got more, ``copied`` are bytes of WARC files; instants are aware."""

    destination: str
    started_at: datetime
    finished_at: datetime
    status: BackupStatus
    files: int = 0
    copied: int = 0
    error: Saying | None = None


def enter_backup(connection: Connection, tried: TriedBackup) -> None:
    """Enter a backup, and open or end the events about backups."""
    error = tried.error.store() if tried.error else None
    connection.execute(
        insert(backup).values(
            destination=tried.destination,
            started_at=tried.started_at,
            finished_at=tried.finished_at,
            status=tried.status,
            files=tried.files,
            copied=tried.copied,
            error=error,
        )
    )
    if tried.status != "failed":
        resolve_events(connection, ("backup_old",), tried.finished_at)
    if tried.error is None:
        resolve_events(connection, ("backup_failed",), tried.finished_at)
    else:
        said = say("backup.failed", destination=tried.destination, reason=tried.error)
        open_event(connection, "backup_failed", said, tried.finished_at, examples=[tried.destination])


def find_backup(connection: Connection, *, good: bool = False) -> TriedBackup | None:
    """Return the latest backup that was tried, or the latest one that is ``good`` to restore from."""
    query = select(backup).order_by(backup.c.id.desc()).limit(1)
    row = connection.execute(query.where(backup.c.status != "failed") if good else query).first()
    if row is None:
        return None
    columns = {name: value for name, value in row._mapping.items() if name != "id"}
    error = read_saying(row.error) if row.error else None
    return TriedBackup(**{**columns, "error": error})


def last_backup_at(connection: Connection) -> datetime | None:
    """Return when the latest good backup was finished."""
    found = select(func.max(backup.c.finished_at)).where(backup.c.status != "failed")
    return connection.execute(found).scalar()


def watch_backup_age(connection: Connection, longest: timedelta, since: datetime, now: datetime) -> None:
    """Open the event about too old backups, or resolve it; ``since`` is when they were first wanted."""
    last = last_backup_at(connection)
    if now - (last or since) <= longest:
        resolve_events(connection, ("backup_old",), now)
        return
    said = say("backup.old", days=(now - last).days) if last else say("backup.never")
    open_event(connection, "backup_old", said, now)
