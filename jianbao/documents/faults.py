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
from storage.records.saying import Saying, say

FaultKind = Literal["disk_full", "unwritten", "captures_lost"]
FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong now, in one sentence."""

    kind: FaultKind
    message: Saying


def find_faults(archive: Archive, view: Connection, service: Mapping[str, object]) -> list[Fault]:
    """Return what is wrong with the archive now; ``service`` is its service's state.

    Costs one look at each WARC file, and at the disk.
    """
    found: list[Fault] = []
    if is_full(archive.folder):
        found.append(Fault("disk_full", say("ledger.disk_full", folder=str(archive.folder))))
    if unwritten := service.get("unwritten"):
        why = str(service.get("trouble") or "") or say("ledger.cannot_write")
        message = say("ledger.unwritten", records=int(str(unwritten)), why=why)
        found.append(Fault("unwritten", message))
    lost = [file for file in find_lost_files(view, archive.warc_folder) if file.originals]
    if lost:
        found.append(Fault("captures_lost", describe_lost_files(lost)))
    return found
