"""Misbehaviour: every way in which the demo site can be made to answer wrongly."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from aiohttp import web

from jianbao.demo.material.answer import HTML, Answer
from jianbao.demo.material.prose import read_text

Kind = Literal[
    "status",  # another status: status=, retry_after=
    "redirect",  # elsewhere: location=, status=
    "redirect-loop",  # to itself
    "challenge",  # a browser check, with status 200
    "login",  # a login page, with status 200
    "error-page",  # an error page, with status 200
    "soft-404",  # a page that says that there is none, with status 200
    "empty",  # no body
    "charset",  # encoding= of the bytes, declared= in the header, meta= in the page
    "lying-etag",  # the validators of the version before, whatever the page says now
    "no-validators",  # neither ETag nor Last-Modified
    "cut-gzip",  # a gzip stream with damage= ("cut", "crc", "plain": not gzip at all), its length correct
    "bomb",  # a small gzip stream of megabytes=
    "hang",  # no answer until the site closes
    "hold",  # the right answer, once until= is true
    "drip",  # a piece= of bytes every seconds=
    "cut",  # half of what Content-Length promises, then the connection ends
    "huge",  # a stream of megabytes= without Content-Length
    "reset",  # the connection ends before any answer
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CODE = re.compile(r"(?:NW)?(\d{18})")
_MEGABYTE = 1_000_000
_LOOK_EVERY = 0.005  # seconds
_META = re.compile(rb'charset="?[\w-]+"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of the kinds; each reads its own. ``seconds`` is the pause of a drip, ``piece`` bytes.

    All kinds read ``until``: no answer, whether right or wrong, begins before it is true, or the site closes.
    """

    status: int = 503
    retry_after: str | int | None = None
    location: str = "http://elsewhere.invalid/"
    encoding: str = "utf-8"
    declared: str = "gbk"
    meta: str = ""
    damage: str = "cut"
    megabytes: int = 20
    seconds: float = 0.05
    piece: int = 64
    until: Callable[[], object] | None = None


@dataclass(slots=True)
class Misbehaviour:
    """Which addresses are answered wrongly, how, and how many times more (None: until that is ended)."""

    target: str
    kind: Kind
    times: int | None
    options: Options
    frozen: dict[str, tuple[str, datetime] | None] = field(default_factory=dict)

    def is_about(self, target: str) -> bool:
        """Tell whether it is about this address: an equal path or URL, a glob, or an info code."""
        if code := _CODE.fullmatch(self.target):
            return code[1] in target
        wanted = unquote(urlsplit(self.target).path if "://" in self.target else self.target)
        asked = unquote(target)
        return wanted in {asked, asked.partition("?")[0]} or fnmatchcase(asked, wanted)


async def hold(order: Misbehaviour, closing: asyncio.Event) -> None:
    """Wait until an answer may begin, or the site closes."""
    until = order.options.until
    while until is not None and not until() and not closing.is_set():
        await _pause(closing, _LOOK_EVERY)


def distort(order: Misbehaviour, target: str, answer: Answer) -> Answer:
    """Return the wrong answer in place of the right one; the kinds in `WHILE_SENDING` leave it as it is."""
    distortion = _DISTORTIONS.get(order.kind)
    return distortion(order, target, answer) if distortion else answer


def _status(order: Misbehaviour, _target: str, _answer: Answer) -> Answer:
    after = order.options.retry_after
    headers = () if after is None else (("Retry-After", str(after)),)
    return Answer(f"{order.options.status}\n".encode(), "text/plain", order.options.status, headers=headers)


def _redirect(order: Misbehaviour, target: str, _answer: Answer) -> Answer:
    location = target if order.kind == "redirect-loop" else order.options.location
    status = order.options.status if 300 <= order.options.status < 400 else 302  # noqa: PLR2004
    return Answer(b"", status=status, headers=(("Location", location),))


def _pretend(order: Misbehaviour, _target: str, _answer: Answer) -> Answer:
    return Answer(read_impostor(order.kind).encode(), HTML)


def _empty(_order: Misbehaviour, _target: str, answer: Answer) -> Answer:
    return Answer(b"", answer.content_type)


def _recode(order: Misbehaviour, _target: str, answer: Answer) -> Answer:
    if answer.encoding is None:
        return answer
    body = answer.body.decode(answer.encoding).encode(order.options.encoding, "xmlcharrefreplace")
    if order.options.meta:
        body = _META.sub(f'charset="{order.options.meta}"'.encode(), body, count=1)
    kind = answer.content_type.partition(";")[0]
    declared = f"{kind}; charset={order.options.declared}" if order.options.declared else kind
    return replace(
        answer, body=body, content_type=declared, encoding=order.options.encoding, etag=None, modified=None
    )


def _lie(order: Misbehaviour, target: str, answer: Answer) -> Answer:
    etag, modified = order.frozen.get(target) or (answer.etag, answer.modified)
    return replace(answer, etag=etag, modified=modified)


def _bare(_order: Misbehaviour, _target: str, answer: Answer) -> Answer:
    return replace(answer, etag=None, modified=None)


def _cut_gzip(order: Misbehaviour, _target: str, answer: Answer) -> Answer:
    packed = answer.gzipped
    damaged = {
        "cut": packed[: len(packed) // 2],
        "crc": packed[:-8] + bytes(8),
        "plain": answer.body,
    }[order.options.damage]
    return Answer(damaged, answer.content_type, headers=(("Content-Encoding", "gzip"),))


def _bomb(order: Misbehaviour, _target: str, answer: Answer) -> Answer:
    return Answer(
        make_bomb(order.options.megabytes), answer.content_type, headers=(("Content-Encoding", "gzip"),)
    )


_DISTORTIONS: dict[Kind, Callable[[Misbehaviour, str, Answer], Answer]] = {
    "status": _status,
    "redirect": _redirect,
    "redirect-loop": _redirect,
    "challenge": _pretend,
    "login": _pretend,
    "error-page": _pretend,
    "soft-404": _pretend,
    "empty": _empty,
    "charset": _recode,
    "lying-etag": _lie,
    "no-validators": _bare,
    "cut-gzip": _cut_gzip,
    "bomb": _bomb,
}


@cache
def make_bomb(megabytes: int) -> bytes:
    """Return a gzip stream about a thousandth the size of the blanks that it unpacks to."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(b" " * _MEGABYTE) for _ in range(megabytes)]
    return b"".join((*packed, packer.flush()))


@cache
def read_impostor(kind: Kind) -> str:
    """Return the page that pretends to be the one asked for."""
    sections = read_text("impostors").removeprefix("= ").split("\n= ")
    return dict(section.split("\n", 1) for section in sections)[kind]


@dataclass(frozen=True, slots=True)
class Connection:
    """What a kind needs that misbehaves while it sends.

    ``closing`` is set when the site closes: nothing may wait longer than that.
    """

    request: web.BaseRequest
    answer: Answer
    options: Options
    closing: asyncio.Event
    sent: Callable[[int], None]

    async def pause(self, seconds: float | None) -> None:
        """Wait, but no longer than the site is open."""
        await _pause(self.closing, seconds)

    async def open(self, length: int | None) -> web.StreamResponse:
        """Send the head of an answer with that Content-Length, or chunked without one."""
        response = web.StreamResponse(headers={"Content-Type": self.answer.content_type})
        response.content_length = length
        await response.prepare(self.request)
        return response

    async def write(self, response: web.StreamResponse, piece: bytes) -> None:
        """Send a piece of the body."""
        await response.write(piece)
        self.sent(len(piece))

    def hang_up(self, *, flush: bool) -> None:
        """End the connection, after what was written or at once."""
        if transport := self.request.transport:
            transport.close() if flush else transport.abort()


async def _pause(closing: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await closing.wait()
    except TimeoutError:
        return


async def _hang(connection: Connection) -> web.StreamResponse:
    await connection.pause(None)
    connection.hang_up(flush=False)
    return web.Response()


async def _reset(connection: Connection) -> web.StreamResponse:
    connection.hang_up(flush=False)
    return web.Response()


async def _drip(connection: Connection) -> web.StreamResponse:
    body, size = connection.answer.body, connection.options.piece
    response = await connection.open(len(body))
    for start in range(0, len(body), size):
        if connection.closing.is_set():
            connection.hang_up(flush=False)
            break
        await connection.write(response, body[start : start + size])
        await connection.pause(connection.options.seconds)
    return response


async def _cut(connection: Connection) -> web.StreamResponse:
    body = connection.answer.body
    response = await connection.open(len(body))
    await connection.write(response, body[: len(body) // 2])
    connection.hang_up(flush=True)
    return response


async def _huge(connection: Connection) -> web.StreamResponse:
    response = await connection.open(None)
    await connection.write(response, connection.answer.body)
    for _ in range(connection.options.megabytes):
        if connection.closing.is_set():
            break
        await connection.write(response, b"<p>" + b"x" * (_MEGABYTE - 7) + b"</p>")
    return response


WHILE_SENDING: dict[Kind, Callable[[Connection], Awaitable[web.StreamResponse]]] = {
    "hang": _hang,
    "reset": _reset,
    "drip": _drip,
    "cut": _cut,
    "huge": _huge,
}
"""The kinds that misbehave while they send."""
