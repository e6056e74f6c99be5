"""The WARC files that were named: by themselves, in folders, in WACZ files; none is unpacked to the disk."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from storage.records import Unusable
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say

_SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".wacz")
_WACZ = ".wacz"
_FOLDER = "archive/"
_LOCAL_HEADER = 30  # bytes, APPNOTE 4.3.7
_MOST_MEMBERS = 100_000
_MOST_UNPACKED = 100
"""How many times its size a member of a WACZ may be unpacked: what is in it is packed already."""


class UnusableFile(Unusable):
    """A file cannot be read as a WARC file; the message completes "this file …"."""


@dataclass(frozen=True, slots=True)
class WarcSource:
    """A WARC file, or one in a WACZ. ``name`` is what it is called: no folder of this machine is in it.

    ``start`` and ``length`` are where it stands in the file at ``path``; length None: to the end. A
    ``packed`` one must be read from its beginning each time.
    """

    path: Path
    name: str
    member: str | None = None
    start: int = 0
    length: int | None = None
    packed: bool = False

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open it; raise `UnusableFile` for what is no regular file any more, or OSError."""
        with _open_regular(self.path) as file:
            if self.packed and self.member is not None:
                with zipfile.ZipFile(file) as archive, archive.open(self.member) as member:
                    yield cast(BinaryIO, member)
            elif self.member is not None:
                yield io.BufferedReader(_Part(file, self.start, self.length or 0))
            else:
                yield file


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is passed over, and why."""

    name: str
    why: Saying


def find_warc_files(paths: list[Path]) -> Iterator[WarcSource | Unread]:
    """Yield the WARC files at some paths, those of a folder by name, with all below it.

    In folders only names that end as WARC and WACZ files do are looked at, and links are not followed.
    Raises OSError for a path that is not there.
    """
    for path in paths:
        if path.is_dir():
            for found in sorted(_walk(path)):
                yield from _look_into(found, found.relative_to(path).as_posix())
        else:
            path.stat()
            yield from _look_into(path, path.name)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(place, name)
            if name.lower().endswith(_SUFFIXES) and not name.startswith(".") and not path.is_symlink():
                yield path


def _look_into(path: Path, name: str) -> Iterator[WarcSource | Unread]:
    if not name.lower().endswith(_WACZ):
        yield WarcSource(path, name)
        return
    try:
        with _open_regular(path) as file, zipfile.ZipFile(file) as archive:
            yield from _list_members(path, name, file, archive)
    except (UnusableFile, OSError) as error:
        yield Unread(name, saying_of(error))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        yield Unread(name, say("warc.no_wacz", error=str(error)))


def _list_members(
    path: Path, name: str, file: BinaryIO, archive: zipfile.ZipFile
) -> Iterator[WarcSource | Unread]:
    members = [
        one
        for one in archive.infolist()
        if one.filename.startswith(_FOLDER) and one.filename.lower().endswith(_SUFFIXES[:3])
    ]
    if not members:
        yield Unread(name, say("warc.empty_wacz"))
    for one in members[:_MOST_MEMBERS]:
        called = f"{name}#{one.filename}"
        if one.flag_bits & 1:
            yield Unread(called, say("warc.encrypted"))
        elif one.file_size > _MOST_UNPACKED * max(one.compress_size, 1_000):
            yield Unread(called, say("warc.bomb", size=one.file_size))
        elif one.compress_type == zipfile.ZIP_STORED:
            start = _find_start(file, one)
            yield WarcSource(path, called, one.filename, start, one.compress_size)
        elif one.compress_type == zipfile.ZIP_DEFLATED:
            yield WarcSource(path, called, one.filename, packed=True)
        else:
            yield Unread(called, say("warc.packing", method=one.compress_type))


def _find_start(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return where the bytes of a member that is stored as it is begin."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER)
    of_name, of_extra = struct.unpack("<HH", header[26:30])
    return int(member.header_offset + _LOCAL_HEADER + of_name + of_extra)


@contextmanager
def _open_regular(path: Path) -> Iterator[BinaryIO]:
    with open(path, "rb", opener=_open_at_once) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise UnusableFile(say("warc.no_file"))
        yield file


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting for the other end, should it be a pipe."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


class _Part(io.RawIOBase):
    """A part of a file, as a file of its own."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._file, self._start, self._length, self._at = file, start, length, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview | bytearray) -> int:  # type: ignore[override]
        self._file.seek(self._start + self._at)
        data = self._file.read(min(len(buffer), max(0, self._length - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
