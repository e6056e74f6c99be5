"""The output of a child process: its lines go to the log as they come, the last few are kept."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

_KEPT_LINES = 20
_LONGEST_LINE = 2000  # bytes; the rest of a longer line is dropped


class Output(asyncio.Protocol):
    """Reads one pipe to its end with bounded memory; ``write_line`` gets each line as it is complete."""

    def __init__(self, write_line: Callable[[str], None]) -> None:
        self.closed = asyncio.Event()
        self._write_line = write_line
        self._kept: deque[str] = deque(maxlen=_KEPT_LINES)
        self._line = bytearray()
        self._transport: asyncio.BaseTransport | None = None

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines, at most twenty."""
        return tuple(self._kept)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the pipe."""
        self._transport = transport

    def close(self) -> None:
        """Let go of the pipe, also when somebody still holds its other end."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Take the next piece of the stream."""
        *ended, rest = data.split(b"\n")
        for piece in ended:
            self._extend(piece)
            self._end_line()
        self._extend(rest)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Take the end of the stream."""
        self._end_line()
        self.closed.set()

    def _extend(self, piece: bytes) -> None:
        self._line += piece[: _LONGEST_LINE - len(self._line)]

    def _end_line(self) -> None:
        line = self._line.decode("utf-8", "replace").rstrip()
        self._line.clear()
        if line:
            self._kept.append(line)
            self._write_line(line)
