"""Requests that never end: a connection is kept open for one that comes bit by bit only for so long."""

from __future__ import annotations

import asyncio

import h11

from jianbao.web.middleware.raw_addresses import TolerantProtocol

_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


class ImpatientProtocol(TolerantProtocol):
    """HTTP/1.1 that hangs up on whoever has not sent a whole request in time.

    uvicorn itself waits for a first request, and for the rest of any, without end.
    """

    patience = 10.0
    """Seconds from a connection, or from a further request's first byte, to that request's end."""
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came in; wait for what is missing of a request."""
        super().data_received(data)
        if self.conn.their_state not in _UNFINISHED:
            self._stop_waiting()
        elif self._waiting is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._waiting = self.loop.call_later(self.patience, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _hang_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()
