"""How a command ends, as scripts rely on it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.database.trouble import Foreseen


class ExitStatus(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    USAGE = 2
    BUSY = 3
    INTERRUPTED = 130


def status_of(error: Foreseen) -> ExitStatus:
    """Return the exit status of an error by its remedy."""
    from storage.records.remedy import Busy, Mistaken  # noqa: PLC0415 - only a failing command pays for it

    if isinstance(error, Mistaken):
        return ExitStatus.USAGE
    return ExitStatus.BUSY if isinstance(error, Busy) else ExitStatus.FAILED
