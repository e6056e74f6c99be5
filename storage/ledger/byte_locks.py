"""Locks of single bytes of a file, which the kernel releases whatever way their process ends.

They are POSIX record locks: each is the whole process's, so a process must open a file of such locks only
once at a time, for closing it anywhere lets go of all of them.
"""

from __future__ import annotations

import fcntl
import os
import struct
import sys

if sys.platform == "linux":
    _FLOCK, _FIELDS = "hhqqi0q", ("l_type", "l_whence", "l_start", "l_len", "l_pid")
else:  # as the BSDs have it, and macOS
    _FLOCK, _FIELDS = "qqihh0q", ("l_start", "l_len", "l_pid", "l_type", "l_whence")
"""The layout of C's ``struct flock``."""
_TYPE = _FIELDS.index("l_type")


def open_locks(path: os.PathLike[str]) -> int:
    """Open a file of locks, which is made when it is missing; return its descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


def lock_byte(descriptor: int, byte: int) -> bool:
    """Take the lock of a byte; return whether nobody else had it."""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, as POSIX leaves it open
        return False
    return True


def unlock_byte(descriptor: int, byte: int) -> None:
    """Let go of a byte."""
    fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, byte)


def is_byte_locked(descriptor: int, byte: int) -> bool:
    """Ask the kernel whether another process has a byte; nobody is kept out by asking."""
    return _is_locked(descriptor, byte, 1)


def is_any_byte_locked(descriptor: int) -> bool:
    """Ask the kernel whether another process has any byte; nobody is kept out by asking."""
    return _is_locked(descriptor, 0, 0)


def _is_locked(descriptor: int, start: int, length: int) -> bool:
    asked = {
        "l_type": fcntl.F_WRLCK,
        "l_whence": os.SEEK_SET,
        "l_start": start,
        "l_len": length,
        "l_pid": 0,
    }
    answer = fcntl.fcntl(descriptor, fcntl.F_GETLK, struct.pack(_FLOCK, *(asked[name] for name in _FIELDS)))
    told: int = struct.unpack(_FLOCK, answer)[_TYPE]
    return told != fcntl.F_UNLCK
