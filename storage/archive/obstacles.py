"""Obstacles: what keeps an archive from taking articles now, though its database may still answer.

A crawl that begins all the same would fail in the middle: so none begins, and what is due is caught up with.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from storage.archive.folder import DATABASE_FILE, WARC_FOLDER
from storage.records.floors import Floors
from storage.records.saying import Saying, say

ObstacleKind = Literal["disk_low", "archive_unreachable", "clock_wrong"]
OBSTACLE_KINDS: tuple[ObstacleKind, ...] = ("disk_low", "archive_unreachable", "clock_wrong")
"""The kinds of events of what pauses crawling; each ends when its cause is gone."""

Measure = Callable[[Path], os.statvfs_result]


def find_disk_obstacle(folder: Path, floors: Floors, measure: Measure = os.statvfs) -> Saying | None:
    """Return what an archive's disk lacks, None while it has room; one that can't be measured is no lack."""
    try:
        disk = measure(folder)
    except OSError:
        return None
    free = disk.f_bavail * disk.f_frsize
    floor = max(floors.size, int(floors.share * disk.f_blocks * disk.f_frsize))
    if free < floor:
        return say("guards.disk", folder=str(folder), free=_megabytes(free), floor=_megabytes(floor))
    if disk.f_files and disk.f_favail < floors.inodes:  # some file systems count none
        return say("guards.inodes", folder=str(folder), free=disk.f_favail, floor=floors.inodes)
    return None


def find_folder_obstacle(folder: Path) -> Saying | None:
    """Return why nothing can be written into an archive's folder, None when it can."""
    if not (folder / DATABASE_FILE).is_file():
        return say("guards.folder_missing", folder=str(folder))
    for place in (folder, folder / WARC_FOLDER):
        if not place.is_dir():
            return say("guards.folder_missing", folder=str(place))
        if not os.access(place, os.W_OK | os.X_OK):
            return say("guards.folder_read_only", folder=str(place))
    return None


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
