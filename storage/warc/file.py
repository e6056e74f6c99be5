"""One WARC file that is being appended to."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class WarcFile:
    """A file that grows by whole members only, for one writer and one thread."""

    def __init__(self, path: Path) -> None:
        """Open a file whose tail was mended, or make it; raise OSError."""
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self.end = os.fstat(self._descriptor).st_size
        self._torn = False
        self._dirty = True  # the name itself is not durable until its folder is synced
        self._named = False
        self._doubtful = False

    def append(self, members: bytes) -> int:
        """Write members at the end and return their offset; what a failed write left is cut off later."""
        self._check_trust()
        self._cut_torn()
        self._dirty = self._torn = True
        offset = self.end
        _write_all(self._descriptor, members, offset)
        self.end = offset + len(members)
        self._torn = False
        return offset

    def sync(self) -> None:
        """Return when all that was appended is on the disk, and nothing torn; raise OSError, then always."""
        self._check_trust()
        if not self._dirty:
            return
        self._doubtful = True
        self._cut_torn()
        os.fsync(self._descriptor)
        if not self._named:
            _sync_folder(self.path.parent)
            _sync_folder(self.path.parent.parent)
        self._doubtful, self._dirty, self._named = False, False, True

    def is_as_left(self) -> bool:
        """Tell whether the file under this name still is this one, and as long as it was left."""
        try:
            named, opened = self.path.stat(), os.fstat(self._descriptor)
        except FileNotFoundError:
            return False
        same = (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)
        return same and (opened.st_size >= self.end if self._torn else opened.st_size == self.end)

    def close(self) -> None:
        """Close the file, without syncing it."""
        os.close(self._descriptor)

    def _check_trust(self) -> None:
        """The kernel forgets what it could not write, so a sync that follows a failed one proves nothing."""
        if self._doubtful:
            raise OSError(
                errno.EIO,
                "an earlier sync failed, so nothing since can be trusted: crawl again",
                str(self.path),
            )

    def _cut_torn(self) -> None:
        if self._torn:
            os.ftruncate(self._descriptor, self.end)
            self._torn = False


def _write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
