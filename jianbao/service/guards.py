"""The guards of the service: what pauses crawling, looked for at each heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from scheduler.liveness.bounded_look import BoundedLook
from scheduler.liveness.clock import ClockWatch
from scheduler.obstacle import Obstacle
from storage.archive.folder import Archive
from storage.archive.obstacles import find_disk_obstacle, find_folder_obstacle
from storage.ledger.crawl import find_newest_start
from storage.records.floors import Floors
from storage.records.saying import say


class Guards:
    """Looks at disk, folder and clock: some microseconds, and some seconds where the disk hangs."""

    def __init__(self, archive: Archive, floors: Floors, clock: ClockWatch | None) -> None:
        """``clock`` None: it is not watched."""
        self._archive = archive
        self._folder = archive.folder
        self._device = _device(archive.folder)
        self._floors = floors
        self._clock = clock
        self._is_first = True
        self._place = BoundedLook(self._look_at_place)

    def look(self) -> list[Obstacle]:
        """Return what is in the way now."""
        place = self._place.ask()
        if place is None:
            message = say("guards.folder_hangs", folder=str(self._folder))
            return [Obstacle("archive_unreachable", message, bars_writing=True, bars_reading=True)]
        found = [*place, self._look_at_clock()]
        self._is_first = False
        return [obstacle for obstacle in found if obstacle is not None]

    def _look_at_place(self) -> list[Obstacle | None]:
        return [self._look_at_folder(), self._look_at_disk()]

    def _look_at_folder(self) -> Obstacle | None:
        message = find_folder_obstacle(self._folder)
        if message is None and _device(self._folder) != self._device:
            message = say("guards.folder_missing", folder=str(self._folder))
        return None if message is None else Obstacle("archive_unreachable", message, bars_writing=True)

    def _look_at_disk(self) -> Obstacle | None:
        message = find_disk_obstacle(self._folder, self._floors)
        return None if message is None else Obstacle("disk_low", message)

    def _look_at_clock(self) -> Obstacle | None:
        if self._clock is None:
            return None
        doubt = self._clock.look(self._find_newest() if self._is_first else None)
        if doubt is None:
            return None
        now = datetime.fromtimestamp(self._clock.wall(), UTC).isoformat(timespec="seconds")
        return Obstacle("clock_wrong", say(f"guards.clock_{doubt}", now=now))

    def _find_newest(self) -> datetime | None:
        try:
            with self._archive.reading() as view:
                return find_newest_start(view)
        except SQLAlchemyError:  # an archive that can't be read knows no times; the history says why
            return None


def _device(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None
