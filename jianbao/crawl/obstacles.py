"""What keeps a crawl from beginning: said by hand as the service says it, and an event until it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from jianbao.configuration import Configuration
from scheduler.liveness.clock import ClockWatch
from storage.archive.folder import Archive
from storage.archive.obstacles import OBSTACLE_KINDS, find_disk_obstacle, find_folder_obstacle
from storage.database.trouble import FOREIGN
from storage.events.event import count_open_events, open_event, resolve_events
from storage.records.remedy import Unusable
from storage.records.saying import Saying, say


class CrawlPaused(Unusable):
    """Nothing is crawled while this is in the way; the message says what, and what to do."""


def refuse_obstacles(configuration: Configuration, archive: Archive) -> None:
    """Raise `CrawlPaused` when no crawl may begin now; resolve the events of what was in the way."""
    now = datetime.now(UTC)
    found = _find_obstacles(configuration, archive, now)
    try:
        _account(archive, found, now)
    except FOREIGN:
        if not found:
            raise
    for message in found.values():
        raise CrawlPaused(message)


def _find_obstacles(configuration: Configuration, archive: Archive, now: datetime) -> dict[str, Saying]:
    doubt = ClockWatch().look() if configuration.guards.clock else None
    found = {
        "archive_unreachable": find_folder_obstacle(archive.folder),
        "disk_low": find_disk_obstacle(archive.folder, configuration.guards.floors),
        "clock_wrong": doubt and say(f"guards.clock_{doubt}", now=now.isoformat(timespec="seconds")),
    }
    return {kind: message for kind, message in found.items() if message is not None}


def _account(archive: Archive, found: Mapping[str, Saying], now: datetime) -> None:
    with archive.reading() as view:
        counts = count_open_events(view)
    over = [kind for kind in OBSTACLE_KINDS if counts[kind] and kind not in found]
    if over or found:
        with archive.writing() as connection:
            resolve_events(connection, over, now)
            for kind, message in found.items():
                open_event(connection, kind, message, now)
