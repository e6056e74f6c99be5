"""Faults that are there now, whether or not an event could be written about them.

An event needs an archive that can be written, and somebody who crawls: a full disk and a lost file of
originals are seen by whoever looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Connection

from storage.archive.folder import Archive
from storage.captures.lost import describe_lost_files, find_lost_files
from storage.database.disk import is_full

FaultKind = Literal["disk_full", "unwritten", "captures_lost"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong now, in one sentence."""

    kind: FaultKind
    message: str


def find_faults(archive: Archive, view: Connection, service: Mapping[str, object]) -> list[Fault]:
    """Return what is wrong with the archive now; ``service`` is its service's state.

    Costs one look at each WARC file, and at the disk.
    """
    found: list[Fault] = []
    if is_full(archive.folder):
        found.append(Fault("disk_full", f"the disk of {archive.folder} is full: make room"))
    if unwritten := service.get("unwritten"):
        why = service.get("trouble") or "it cannot be written"
        message = f"{unwritten} records of the service wait for the archive: {why}"
        found.append(Fault("unwritten", message))
    lost = [file for file in find_lost_files(view, archive.warc_folder) if file.originals]
    if lost:
        found.append(Fault("captures_lost", describe_lost_files(lost)))
    return found
