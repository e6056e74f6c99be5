"""Whoever sends a request bit by bit is not waited for without end, and a flood is answered 503."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
import uvicorn

from jianbao.web.middleware.patience import ImpatientProtocol
from jianbao.web.server import listen

WHOLE = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Hasty(ImpatientProtocol):
    patience = 0.2


async def answer(scope: MutableMapping[str, Any], _receive: object, send: Send) -> None:
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def exchange(protocol: type[ImpatientProtocol], *pieces: bytes, others: int = 0) -> bytes:
    """Send pieces to a server of 8 connections at most beside so many others; return what came to the end."""
    with listen("127.0.0.1", 0) as listening:
        place = listening.getsockname()
        settings = uvicorn.Config(
            answer, http=protocol, log_config=None, lifespan="off", ws="none", limit_concurrency=8
        )
        server = uvicorn.Server(settings)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        crowd = [await asyncio.open_connection(*place) for _ in range(others)]
        reading, writing = await asyncio.open_connection(*place)
        for piece in pieces:
            writing.write(piece)
            await writing.drain()
            await asyncio.sleep(0.01)
        came = await asyncio.wait_for(reading.read(), 60)
        for _, one in [*crowd, (reading, writing)]:
            one.close()
        server.should_exit = True
        await serving
    return came


@pytest.mark.parametrize(
    "pieces",
    [(), (b"GET / HTTP",), (WHOLE[:-2],), (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx",)],
    ids=["nothing", "half a line", "no end of the head", "a body that does not come"],
)
def test_a_request_that_never_ends_is_hung_up_on(pieces: tuple[bytes, ...]) -> None:
    came = asyncio.run(exchange(Hasty, *pieces))
    assert b"\r\n\r\nok" not in came or pieces[-1].startswith(b"POST")


def test_a_request_in_pieces_and_one_after_it_are_answered() -> None:
    last = WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    came = asyncio.run(exchange(ImpatientProtocol, WHOLE[:9], WHOLE[9:], last))
    assert came.count(b"HTTP/1.1 200 OK") == 2


def test_more_connections_than_are_served_at_once_are_told_to_come_later() -> None:
    last = WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert b"503" in asyncio.run(exchange(ImpatientProtocol, last, others=12))
    assert b"200 OK" in asyncio.run(exchange(ImpatientProtocol, last, others=2))
