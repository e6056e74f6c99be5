"""The demo site: what it offers, served over HTTP on loopback, from a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from jianbao.demo.material.answer import Answer, may_be_gzipped
from jianbao.demo.material.room import Room
from jianbao.demo.misbehaviour import (
    KINDS,
    WHILE_SENDING,
    Connection,
    Kind,
    Misbehaviour,
    Options,
    distort,
    hold,
)
from jianbao.demo.offer import Offer
from jianbao.demo.press import Press

HOST = "127.0.0.1"
_GRACE = 0.1


@dataclass(slots=True)
class Request:
    """One request as it came, and what it got: ``status`` is 0 and ``sent`` counts on until it is answered.

    ``sent`` is bytes of body as transferred; header names are as the client wrote them. ``came_at`` is
    seconds of the monotonic clock.
    """

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    status: int = 0
    sent: int = 0
    came_at: float = field(default_factory=time.monotonic)

    def header(self, name: str) -> str | None:
        """Return a request header, in any case."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    def add_sent(self, count: int) -> None:
        """Count bytes of body."""
        self.sent += count


class DemoSite(Offer):
    """The demo newspapers behind a web server on 127.0.0.1: ``with DemoSite() as site: …site.url…``.

    ``port`` 0 takes a free one. ``requests`` logs everything that was asked, in order; clear it at will.
    """

    def __init__(
        self, press: Press | None = None, *, rooms: Sequence[Room] | None = None, port: int = 0
    ) -> None:
        super().__init__(press, rooms=rooms)
        self.requests: list[Request] = []
        self._port = port
        self._orders: list[Misbehaviour] = []
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None

    # -- where it is -----------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on; raise RuntimeError when it isn't open."""
        if self._socket is None:
            raise RuntimeError("the demo site is not open: use it as 'with DemoSite() as site'")
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The site's address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def json_url(self) -> str:
        """The address of one article as JSON; ``{code}`` stands for the info code."""
        return f"{self.url}/NewsData/GetNewsText.do?id={{code}}"

    @property
    def finance_url(self) -> str:
        """The address of an article's page by its code; ``{digits}`` stands for its 18 digits."""
        return f"{self.url}/a/{{digits}}.html"

    def category_url(self, slug: str) -> str:
        """Return the address of a category page."""
        return self.url + self.category_path(slug)

    def article_url(self, code: str, slug: str | None = None) -> str:
        """Return the address at which an article stands now, or last stood."""
        return self.url + self.article_path(code, slug)

    def epaper_url(self, slug: str) -> str:
        """Return the address at which a digital newspaper begins: it jumps to the newest issue."""
        return f"{self.url}{self.epaper(slug).base}"

    # -- how it misbehaves -----------------------------------------------------------------------

    def misbehave(self, target: str, kind: Kind, times: int | None = None, **options: Any) -> None:
        """Answer wrongly at a path, URL, glob or info code, for so many answers or until `behave`.

        The latest order that concerns an address counts. ``options`` are the fields of
        `jianbao.demo.misbehaviour.Options`. Raise ValueError for an unknown kind, TypeError for an unknown
        option.
        """
        if kind not in KINDS:
            raise ValueError(f"the demo site cannot misbehave as {kind!r}: choose one of {', '.join(KINDS)}")
        with self._lock:
            self._orders.append(Misbehaviour(target, kind, times, Options(**options)))

    def black_out(self, slug: str, day: date, kind: Kind = "status", **options: Any) -> None:
        """Answer wrongly wherever an issue of a digital newspaper stands, with 503 by default."""
        self.misbehave(f"{self.epaper(slug).folder(day)}*", kind, **options)

    def behave(self) -> None:
        """End all misbehaviour; requests that hang go on hanging until the site closes."""
        with self._lock:
            self._orders.clear()

    # -- how it runs -----------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Start serving; return when requests are answered. Raise OSError when the port is taken."""
        self._socket = socket.create_server((HOST, self._port), backlog=256)
        for room in self.rooms:
            room.origin = self.url
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(self._socket, started), name="demo-site", daemon=True
        )
        self._thread.start()
        started.result()

    def close(self) -> None:
        """Stop serving, within a second even when requests hang."""
        if self._thread is None or self._loop is None or self._closing is None:
            return
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self._thread = self._loop = self._closing = self._socket = None

    def _run(self, listening: socket.socket, started: Future[None]) -> None:
        try:
            with listening:
                asyncio.run(self._serve(listening, started))
        finally:
            if not started.done():
                started.set_exception(RuntimeError("the demo site ended before it could answer"))

    async def _serve(self, listening: socket.socket, started: Future[None]) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=_GRACE)
        await runner.setup()
        await web.SockSite(runner, listening).start()
        started.set_result(None)
        await self._closing.wait()
        await runner.cleanup()

    # -- how it answers --------------------------------------------------------------------------

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        logged = Request(request.method, request.raw_path, dict(request.headers))
        self.requests.append(logged)
        if request.method not in {"GET", "HEAD"}:
            logged.status = HTTPStatus.METHOD_NOT_ALLOWED
            return web.Response(status=logged.status, headers={"Allow": "GET, HEAD"})
        order = self._take_order(logged.path)
        answer = self.answer(logged.path)
        if order is None:
            return _respond(request, answer, logged)
        assert self._closing is not None
        await hold(order, self._closing)
        if send := WHILE_SENDING.get(order.kind):
            return await send(self._connection(request, answer, order, logged))
        return _respond(request, distort(order, logged.path, answer), logged)

    def _take_order(self, target: str) -> Misbehaviour | None:
        if not self._orders:
            return None
        with self._lock:
            order = next((order for order in reversed(self._orders) if order.is_about(target)), None)
            if order is None:
                return None
            # A lie needs the version from before the change: note it before the page is rendered again.
            order.frozen.setdefault(target, self.version(target))
            if order.times is not None:
                order.times -= 1
                if order.times <= 0:
                    self._orders.remove(order)
            return order

    def _connection(
        self, request: web.BaseRequest, answer: Answer, order: Misbehaviour, logged: Request
    ) -> Connection:
        assert self._closing is not None
        if order.kind not in {"hang", "reset"}:
            logged.status = HTTPStatus.OK
        return Connection(request, answer, order.options, self._closing, logged.add_sent)


def _respond(request: web.BaseRequest, answer: Answer, logged: Request) -> web.Response:
    """Return the answer under the request's conditions: 304, compressed, or plain."""
    headers = {"Content-Type": answer.content_type, "Vary": "Accept-Encoding", **dict(answer.headers)}
    if answer.etag:
        headers["ETag"] = answer.etag
    if answer.modified_text:
        headers["Last-Modified"] = answer.modified_text
    if answer.is_held_by(request.headers):
        logged.status = HTTPStatus.NOT_MODIFIED
        return web.Response(status=logged.status, headers=headers)
    body = answer.body
    if body and "Content-Encoding" not in headers and may_be_gzipped(request.headers):
        body = answer.gzipped
        headers["Content-Encoding"] = "gzip"
        if answer.etag:
            headers["ETag"] = f"W/{answer.etag}"
    logged.status = answer.status
    logged.sent = len(body) if request.method == "GET" else 0
    return web.Response(body=body, status=answer.status, headers=headers)
