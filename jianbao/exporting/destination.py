"""Where an export goes: a file that is there whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from storage.archive.files import describe_archive_file
from storage.records import Mistaken

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class DestinationUnusable(Mistaken):
    """Nothing can be written there, or something stands there already: the message says what to do."""


class CountingFile(io.BufferedIOBase):
    """A file being written, with the bytes and the SHA-256 of all that has been written to it so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """The digest (hex) of what has been written so far."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of the bytes."""
        view = memoryview(data).cast("B")
        self._file.write(view)
        self._digest.update(view)
        self.bytes += len(view)
        return len(view)

    def flush(self) -> None:
        """Hand over what is buffered."""
        self._file.flush()


def check_destination(path: Path, *, force: bool, archive: Path | None = None) -> None:
    """Raise `DestinationUnusable` unless a file can be made there; with ``force``, or made anew.

    No file of an archive is ever replaced, least of all of ``archive``, that one writes from.
    """
    if not path.name:
        raise DestinationUnusable(f"{path} is a folder: name the file to write")
    if not path.parent.is_dir():
        raise DestinationUnusable(f"there is no folder {path.parent}: make it first, or name another file")
    refuse_archive_file(path, archive)
    if not os.path.lexists(path):
        return
    if path.is_dir() or not (path.is_file() or path.is_symlink()):
        raise DestinationUnusable(f"{path} is no file that can be replaced: name another one")
    if not force:
        raise DestinationUnusable(f"{path} exists already: name another file, or replace it with --force")


def refuse_archive_file(path: Path, archive: Path | None = None) -> None:
    """Raise `DestinationUnusable` for a place, there or not, that belongs to an archive."""
    what = describe_archive_file(path, archive)
    if what is not None:
        raise DestinationUnusable(f"{path} {what}: nothing is written there, name another place")


@contextmanager
def writing_whole(path: Path, *, force: bool, archive: Path | None = None) -> Iterator[CountingFile]:
    """Write a file beside its place, and put it there, durable, when the block ends without an error.

    Until then, and if the process dies, whatever stood there before still stands. Raises
    `DestinationUnusable` and OSError.
    """
    check_destination(path, force=force, archive=archive)
    unfinished = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            yield CountingFile(file)
            file.flush()
            os.fsync(descriptor)
        check_destination(path, force=force, archive=archive)
        unfinished.replace(path)
        _sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
