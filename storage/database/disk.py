"""Room on the archive's disk."""

from __future__ import annotations

import os
from pathlib import Path

_LEAST = 256 * 1024  # bytes; SQLite's own files beside the database need as much for one transaction


def is_full(folder: Path) -> bool:
    """Tell whether a folder's disk has no room left to write anything by; unknown counts as room."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _LEAST
