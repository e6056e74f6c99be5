"""Whether the last backup is as young as the configuration wants backups to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from jianbao.upkeep.verify import entering
from scheduler.cron.line import parse_schedule
from storage.custody.backups import watch_backup_age
from storage.custody.looks import first_look_at

if TYPE_CHECKING:
    from jianbao.configuration import Configuration

_INTERVALS = 2
_GRACE = timedelta(hours=1)
"""How long a backup may take before its absence is told."""


def longest_age(schedule: str, now: datetime) -> timedelta:
    """Return how old the last backup may be where backups are made by a schedule. ``now`` is aware."""
    wanted = parse_schedule(schedule, ZoneInfo("Asia/Shanghai"))
    first = wanted.next_after(now)
    return _INTERVALS * (wanted.next_after(first) - first) + _GRACE


def watch_backups(configuration: Configuration, now: datetime | None = None) -> None:
    """Open the event about backups that are too old, or resolve it; nothing where none are configured."""
    wanted = configuration.backup
    if wanted.to is None or wanted.schedule is None:
        return
    now = now or datetime.now(UTC)
    with entering(configuration.archive) as archive:
        if archive is not None:
            with archive.writing() as connection:
                since = first_look_at(connection) or now
                watch_backup_age(connection, longest_age(wanted.schedule, now), since, now)
