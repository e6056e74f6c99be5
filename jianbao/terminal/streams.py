"""stdin, stdout and stderr as a shell, cron or a pipe left them: closed, full, or in a narrow encoding."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from storage.records.remedy import Unusable

_STANDARD = (0, 1, 2)
_OUT, _ERR = 1, 2


class OutputLost(Unusable):
    """What was asked for could not be printed: the message says why, and what to do."""


class StandardOutput(io.TextIOWrapper):
    """stdout, on which a reader that goes away is no trouble, and a full or closed place is `OutputLost`.

    Characters that its encoding lacks are printed as ``\\uXXXX``.
    """

    reader_left = False
    """Whether nobody reads any more what is printed (in `jianbao list | head`)."""

    def write(self, text: str, /) -> int:
        """Print a text, or keep it until the next flush; raise `OutputLost`."""
        try:
            return super().write(text)
        except OSError as error:
            self.give_up(error)
            return len(text)

    def flush(self) -> None:
        """Print what waits to be printed; raise `OutputLost`."""
        try:
            super().flush()
        except OSError as error:
            self.give_up(error)

    def give_up(self, error: OSError) -> None:
        """Print no more, since this went wrong; raise `OutputLost` unless only its reader went away."""
        _send_nowhere(_OUT)
        if not isinstance(error, BrokenPipeError):
            why = (error.strerror or str(error)).lower()
            raise OutputLost(
                f"standard output cannot be written ({why}): what was to be printed is lost; "
                "send it elsewhere"
            ) from error
        self.reader_left = True


def open_standard_streams() -> None:
    """Make stdin, stdout and stderr safe to use, whatever the command was started with.

    A stream that was closed is open afterwards, so that no file of the archive takes its number; what is
    printed there is refused, not lost without a word.
    """
    for descriptor in _STANDARD:
        with suppress(OSError):
            os.fstat(descriptor)
            continue
        os.open(os.devnull, os.O_RDONLY)  # the lowest free number, which is this one: nothing can be written
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    sys.stdout = StandardOutput(_buffer_of(sys.stdout, _OUT), encoding=encoding, errors="backslashreplace")
    if sys.stderr is None:
        sys.stderr = io.TextIOWrapper(_buffer_of(None, _ERR), encoding="utf-8", errors="backslashreplace")


def is_encodable(text: str) -> bool:
    """Return whether stdout's encoding has every character of a text."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def has_reader() -> bool:
    """Return whether somebody still reads what is printed."""
    return not getattr(sys.stdout, "reader_left", False)


@contextmanager
def printing_bytes() -> Iterator[BinaryIO]:
    """Give stdout for bytes; a reader that goes away ends the block, all else is `OutputLost`."""
    try:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    except OSError as error:
        if not isinstance(sys.stdout, StandardOutput) or error.filename is not None:
            raise
        sys.stdout.give_up(error)


def say(text: str) -> None:
    """Print a line on stderr; where that is closed or full, nobody is left who could be told."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        _send_nowhere(_ERR)


def _send_nowhere(descriptor: int) -> None:
    """Let all that is still printed there go nowhere, or the interpreter's end would fail over it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _buffer_of(stream: Any, descriptor: int) -> Any:
    return open(descriptor, "wb", closefd=False) if stream is None else stream.detach()
