"""The place of the archive: permissions, room, the kind of disk, and the clock."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from jianbao.doctor.finding import Finding, ill, well

_LEAST_ROOM = 1_000_000_000
"""Bytes below which somebody should look."""
_LEAST_INODES = 10_000
_CLOCK = 5.0  # seconds that the disk's clock may differ from ours
_EARLIEST = 1_750_000_000.0  # a time in 2025: before it nobody can run this
_MOUNTS = Path("/proc/mounts")
_NETWORK = ("nfs", "cifs", "smb", "9p", "fuse", "sshfs", "glusterfs", "ceph", "afs", "davfs", "vboxsf")


def examine_place(folder: Path, mounts: Path = _MOUNTS) -> Iterator[Finding]:
    """Yield how the archive's folder can be used; where it is missing, the one in which it would be made."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    yield from _permissions(folder, there)
    yield _room(there)
    yield _inodes(there)
    yield _disk(there, mounts)
    yield _clock(there)


def find_file_system(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """Return the type of the file system that a path is on, None where the system does not tell."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    real = path.resolve()
    best: tuple[int, str] | None = None
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        place = Path(point.replace("\\040", " "))
        if (real == place or place in real.parents) and (best is None or len(place.parts) >= best[0]):
            best = len(place.parts), kind
    return best[1] if best else None


def _permissions(folder: Path, there: Path) -> Iterator[Finding]:
    shut = [path for path in _own_files(folder) if not os.access(path, os.R_OK | os.W_OK)]
    if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
        shut.insert(0, there)
    if shut:
        yield ill("permissions", "shut", "fail", path=str(shut[0]), count=len(shut), user=os.geteuid())
    else:
        yield well("permissions", path=str(there))


def _own_files(folder: Path) -> Iterator[Path]:
    for place in (folder, folder / "warc"):
        if place.is_dir() and os.access(place, os.R_OK):
            yield from (path for path in place.iterdir() if path.is_file())


def _room(there: Path) -> Finding:
    disk = os.statvfs(there)
    free = disk.f_bavail * disk.f_frsize
    if free < _LEAST_ROOM:
        return ill("disk", "short", "fail" if free < _LEAST_ROOM // 10 else "warn", free=free / 1e6)
    return well("disk", free=free / 1e9)


def _inodes(there: Path) -> Finding:
    disk = os.statvfs(there)
    if disk.f_files and disk.f_favail < _LEAST_INODES:
        return ill("inodes", "short", "warn", free=disk.f_favail)
    return well("inodes")


def _disk(there: Path, mounts: Path) -> Finding:
    kind = find_file_system(there, mounts) or "?"
    if kind.startswith(_NETWORK):
        return ill("file_system", "network", "fail", kind=kind, path=str(there))
    return well("file_system", kind=kind)


def _clock(there: Path) -> Finding:
    now = time.time()
    if now < _EARLIEST:
        return ill("clock", "early", "fail", now=time.strftime("%Y-%m-%d", time.gmtime(now)))
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            apart = os.fstat(file.fileno()).st_mtime - time.time()
    except OSError:
        return well("clock")
    if abs(apart) > _CLOCK:
        return ill("clock", "apart", "warn", seconds=abs(apart))
    return well("clock")
