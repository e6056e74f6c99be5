"""The bytes of a WARC file as they are unpacked: gzip by record or as a whole, zstd, or plain."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from os import SEEK_CUR
from typing import BinaryIO, Protocol

from storage.records.content_coding import zstd
from storage.warc.foreign.fault import fault

_CHUNK = 2**16
_MOST = 2**20  # bytes unpacked at once
_BEGINNING = b"WARC/"
_NEXT = re.compile(rb"[\r\n]WARC/[0-9]\.[0-9]")
_OVERLAP = 16
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")  # RFC 8878, section 3.1.2
_DICTIONARY = b"\x5d\x2a\x4d\x18"  # the frame with which a .warc.zst may begin
_MOST_DICTIONARY = 2**24
_PADDING = b"\0\r\n"
_LENGTH = 4  # bytes of a skippable frame's magic number, and of its length


class Flow:
    """A plain file. ``at`` is where its next byte stands; nothing is read twice but what is given back."""

    def __init__(self, file: BinaryIO, at: int = 0) -> None:
        self._file = file
        self._file.seek(at)
        self._buffer = bytearray()
        self._start = at
        self._taken = 0

    @property
    def at(self) -> int:
        """Where the next byte stands; in a packed file, where the member of its record begins."""
        return self._start + self._taken

    @property
    def is_at_start(self) -> bool:
        """Whether reading the file from ``at`` on begins with the next byte."""
        return True

    @property
    def broken_at(self) -> int:
        """Where what cannot be unpacked stands."""
        return self.at

    def begin(self) -> bool:
        """Go on to the next record, passing over blank lines; return False at the end of the file."""
        self.skip_blank()
        return bool(self._buffer)

    def peek(self, count: int) -> bytes:
        """Return the next bytes without taking them: fewer where the record's member ends."""
        while len(self._buffer) < count and self._more():
            pass
        return bytes(self._buffer[:count])

    def take(self, count: int) -> bytes:
        """Take bytes: fewer where the record's member ends."""
        taken = self.peek(count)
        self._drop(len(taken))
        return taken

    def skip(self, count: int) -> int:
        """Pass over bytes without holding them; return how many there were."""
        left = count
        while left and (self._buffer or self._more()):
            some = min(left, len(self._buffer))
            self._drop(some)
            left -= some
        return count - left

    def skip_blank(self) -> None:
        """Pass over line ends."""
        while self._buffer or self._more():
            blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
            self._drop(blank)
            if self._buffer:
                return

    def take_head(self, most: int) -> bytes | None:
        """Take the lines up to a blank one, and that one; None where none comes within so many bytes."""
        seen = 0
        while True:
            found = _end_of_head(self._buffer, max(0, seen - 4))
            if found is not None:
                return self.take(found)
            seen = len(self._buffer)
            if seen > most or not self._more():
                return None

    def give_back(self, taken: bytes) -> None:
        """Put back what was taken last."""
        self._buffer[:0] = taken
        self._taken -= len(taken)

    def find_next(self) -> None:
        """Pass over what is no record, to where the next one seems to begin, or to the end."""
        while True:
            found = _NEXT.search(self._buffer)
            if found is not None:
                self._drop(found.start() + 1)
                return
            self._drop(max(0, len(self._buffer) - _OVERLAP))
            if not self._more():
                self._drop(len(self._buffer))
                return

    def recover(self) -> bool:
        """Go on behind what could not be unpacked; return False where nothing follows."""
        return False

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._taken += count

    def _more(self) -> bool:
        data = self._file.read(_CHUNK)
        self._buffer += data
        return bool(data)


class Unpacker(Protocol):
    """One gzip member or zstd frame."""

    eof: bool

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        """Unpack some; return that, and what of the packed bytes is left."""

    @property
    def wants_input(self) -> bool:
        """Whether it can give nothing more without more packed bytes."""


class PackedFlow(Flow):
    """A file of gzip members or zstd frames, one or many; a member that begins like a record is never taken
    for the end of the one before it.
    """

    def __init__(self, file: BinaryIO, at: int, magic: bytes, begin: Callable[[], Unpacker]) -> None:
        super().__init__(file, at)
        self._magic, self._begin_member = magic, begin
        self._packed = b""
        self._unpacker: Unpacker | None = None
        self._fenced: bytes | None = None
        self._member = self._next_member = at

    @property
    def at(self) -> int:
        """Where the member begins in which the next byte stands."""
        return self._member

    @property
    def is_at_start(self) -> bool:
        """Whether the next byte is its member's first one."""
        return self._taken == 0

    @property
    def broken_at(self) -> int:
        """Where the member begins that cannot be unpacked."""
        return self._next_member

    def begin(self) -> bool:
        """Go on to the next record, in the next member where this one has ended."""
        while not super().begin():
            if self._fenced is None and not self._more():
                return False
            self._pass_fence()
        return True

    def recover(self) -> bool:
        """Look behind the member that is damaged for one that begins like a record."""
        place = self._next_member + 1
        self._buffer.clear()
        self._fenced, self._unpacker, self._packed = None, None, b""
        self._file.seek(place)
        window = b""
        while data := self._file.read(_CHUNK):
            window += data
            found = window.find(self._magic)
            while found >= 0:
                if self._is_record(place + found):
                    self._restart(place + found)
                    return True
                found = window.find(self._magic, found + 1)
            kept = len(self._magic) - 1
            place += len(window) - kept
            window = window[-kept:]
            self._file.seek(place + kept)
        return False

    def _restart(self, place: int) -> None:
        self._file.seek(place)
        self._member = self._next_member = place
        self._taken = 0

    def _is_record(self, place: int) -> bool:
        self._file.seek(place)
        unpacker, packed = self._begin_member(), self._file.read(_CHUNK)
        try:
            part, _ = unpacker.step(packed)
        except (zlib.error, zstd.ZstdError, EOFError):
            return False
        return part.startswith(_BEGINNING)

    def _pass_fence(self) -> None:
        if self._fenced is not None:
            self._buffer += self._fenced
            self._fenced, self._member, self._taken = None, self._next_member, 0

    def _more(self) -> bool:
        if self._fenced is not None:
            return False
        part, is_first = self._unpack()
        if is_first and part.startswith(_BEGINNING):
            if self._taken or self._buffer:
                self._fenced = part
                return False
            self._member = self._next_member
        self._buffer += part
        return bool(part)

    def _unpack(self) -> tuple[bytes, bool]:
        """Return some more, and whether a member begins with it; nothing at the end of the file."""
        part, is_first = b"", False
        while not part or (is_first and len(part) < len(_BEGINNING) and self._unpacker is not None):
            if self._unpacker is None:
                if not self._begin():
                    return part, is_first
                is_first = not part
            part += self._step()
        return part, is_first

    def _begin(self) -> bool:
        """Begin the next member, behind padding and frames that hold nothing; return False at the end."""
        while True:
            self._packed = self._packed.lstrip(_PADDING)
            while len(self._packed) < len(self._magic) and (data := self._file.read(_CHUNK)):
                self._packed = (self._packed + data).lstrip(_PADDING)
            if not self._packed:
                return False
            self._next_member = self._file.tell() - len(self._packed)
            if self._packed.startswith(self._magic):
                self._unpacker = self._begin_member()
                return True
            self._skip_frame()

    def _skip_frame(self) -> None:
        """Pass over a frame that holds nothing (zstd); raise `Faulty` for anything else."""
        if self._magic != _ZSTD or not _SKIPPABLE.match(self._packed):
            self._packed = b""
            raise fault("damaged", "no_member")
        self._file.seek(self._next_member + _LENGTH)
        length = int.from_bytes(self._file.read(_LENGTH), "little")
        self._file.seek(length, SEEK_CUR)
        self._packed = b""

    def _step(self) -> bytes:
        unpacker = self._unpacker
        assert unpacker is not None, "a member was begun"
        if not self._packed and unpacker.wants_input:
            self._packed = self._file.read(_CHUNK)
            if not self._packed:
                self._unpacker = None
                raise fault("damaged", "member_cut")
        try:
            part, self._packed = unpacker.step(self._packed)
        except (zlib.error, zstd.ZstdError, EOFError) as error:
            self._unpacker = None
            raise fault("damaged", "member_damaged", error=str(error)) from error
        if unpacker.eof:
            self._unpacker = None
        return part


class _Gzip:
    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(31)
        self.eof = False

    @property
    def wants_input(self) -> bool:
        return True

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        part = self._unpacker.decompress(packed, _MOST)
        self.eof = self._unpacker.eof
        return part, self._unpacker.unused_data if self.eof else self._unpacker.unconsumed_tail


class _Zstd:
    def __init__(self, dictionary: zstd.ZstdDict | None = None) -> None:
        self._unpacker = zstd.ZstdDecompressor(zstd_dict=dictionary)
        self.eof = False

    @property
    def wants_input(self) -> bool:
        return self._unpacker.needs_input

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        part = self._unpacker.decompress(packed, _MOST)
        self.eof = self._unpacker.eof
        return part, self._unpacker.unused_data if self.eof else b""


def open_flow(file: BinaryIO, at: int = 0) -> Flow:
    """Return what a file holds, unpacked as its first bytes ask for; from a place that some record has.

    Raises `Faulty` for a dictionary that cannot be read, and OSError.
    """
    file.seek(0)
    first = file.read(_LENGTH)
    if first.startswith(_GZIP):
        return PackedFlow(file, at, _GZIP, _Gzip)
    if first == _ZSTD or _SKIPPABLE.match(first):
        dictionary = _read_dictionary(file) if first == _DICTIONARY else None
        return PackedFlow(file, at, _ZSTD, lambda: _Zstd(dictionary))
    return Flow(file, at)


def _read_dictionary(file: BinaryIO) -> zstd.ZstdDict:
    """Return the dictionary with which a .warc.zst begins, packed or not.

    As https://iipc.github.io/warc-specifications/specifications/warc-zstd/ has it.
    """
    length = int.from_bytes(file.read(_LENGTH), "little")
    content = file.read(min(length, _MOST_DICTIONARY))
    try:
        if content.startswith(_ZSTD):
            content = zstd.ZstdDecompressor().decompress(content, _MOST_DICTIONARY)
        return zstd.ZstdDict(content)
    except (zstd.ZstdError, ValueError, EOFError) as error:
        raise fault("damaged", "dictionary", error=str(error)) from error


def _end_of_head(buffer: bytearray, start: int) -> int | None:
    """Return where a head ends, behind its blank line; None while it has not."""
    ends = [(place, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (place := buffer.find(mark, start)) >= 0]
    return sum(min(ends)) if ends else None
