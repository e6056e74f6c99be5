"""Names of WARC files, and the numbered slots that keep two writers out of one file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"jianbao-([0-9]{8})-([0-9]{1,4})-([0-9]{5})\.warc\.gz")


@dataclass(frozen=True, slots=True)
class WarcName:
    """``jianbao-YYYYMMDD-<writer>-<NNNNN>.warc.gz``: the UTC day, the writer's slot, a number from 0."""

    day: str
    writer: int
    number: int = 0

    def __str__(self) -> str:
        return f"jianbao-{self.day}-{self.writer}-{self.number:05d}.warc.gz"


@dataclass(frozen=True, slots=True)
class Slot:
    """A writer number that this process holds until it releases it or ends, however it ends."""

    number: int
    lock: FileLock

    def release(self) -> None:
        """Give the number back."""
        self.lock.release()


def parse_name(text: str) -> WarcName | None:
    """Return the parts of a WARC file's name; None for anything else, so no name leads out of its folder."""
    match = _NAME.fullmatch(text)
    name = WarcName(match[1], int(match[2]), int(match[3])) if match else None
    return name if str(name) == text else None


def newest_names(folder: Path, day: str = "*") -> dict[int, WarcName]:
    """Return every slot's newest file (of one day): the only one of that slot that a crash can have torn."""
    names = [name for path in folder.glob(f"jianbao-{day}-*.warc.gz") if (name := parse_name(path.name))]
    return {name.writer: name for name in sorted(names, key=lambda name: (name.day, name.number))}


def claim_slot(folder: Path) -> Slot:
    """Claim the lowest writer number that no process holds."""
    return next(slot for number in count() if (slot := try_slot(folder, number)))


def try_slot(folder: Path, number: int) -> Slot | None:
    """Claim one writer number; None when another writer holds it."""
    lock = FileLock(folder / f"writer-{number}.lock", thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    return Slot(number, lock)
