"""HTTP messages as others keep them: chunked or not, packed or not, whatever their headers say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from storage.records import Exchange, Headers, SetAside, TryLater
from storage.records.content_coding import CodingBroken, TooLarge, read_body, undo_codings
from storage.records.picture import read_picture
from storage.records.remedy import saying_of
from storage.records.saying import say
from storage.warc.foreign.digest import Verdict, check_digest
from storage.warc.foreign.fault import Faulty, fault

_STATUS = re.compile(rb"(?:HTTP/[0-9]{1,2}(?:\.[0-9]{1,2})?|ICY)[ \t]+([1-9][0-9]{2})(?:[ \t].*)?")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1024})?\r?\n")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ORIGINAL = "X-Archive-Orig-"
_MOST_HEAD = 2**20


@dataclass(frozen=True, slots=True)
class Message:
    """An answer: ``raw`` is its body as kept, ``body`` that without chunks; its headers are true of that."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)
    raw: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        """Return the first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def as_exchange(self, url: str, fetched_at: datetime, origin: str) -> Exchange:
        """Return it as what is kept of an answer that somebody else asked for."""
        return Exchange(url, fetched_at, self.status, (), self.headers, self.body, origin=origin)


def read_message(block: bytes, max_size: int, *, has_body: bool = True) -> Message:
    """Return the answer in a record's block; raise `Faulty` for none, and for one that is cut or damaged.

    ``max_size`` bytes are the most of a body, packed or not. ``has_body`` false: a revisit, whose headers
    speak of a body that another record has.
    """
    head, raw = _split(block)
    lines = head.replace(b"\r\n", b"\n").split(b"\n")
    status = _STATUS.fullmatch(lines[0].strip())
    if status is None:
        raise fault("odd", "no_answer", line=lines[0][:60].decode("latin-1"))
    headers = tuple(_read_headers(lines[1:]))
    if not has_body:
        return Message(int(status[1]), headers, b"", raw)
    return _with_body(int(status[1]), headers, raw, max_size)


def with_payload(message: Message, payload: Message) -> Message:
    """Return a revisit's answer with the body of another record, and the headers that tell of the body."""
    own = [(name, value) for name, value in message.headers if name.lower() not in _OF_BODY]
    told = [(name, value) for name, value in payload.headers if name.lower() in _OF_BODY]
    return Message(message.status, (*own, *told), payload.body, payload.raw)


_OF_BODY = {"content-encoding", "content-length", "content-type", "transfer-encoding"}


def check_payload(message: Message, digest: str, max_size: int) -> Verdict:
    """Return the verdict on an answer's body, as kept or decoded, by a digest that is told of it.

    What is a payload is told in different ways: with chunks or without them, packed or not.
    """
    return check_digest(digest, _bodies(message, max_size))


def _bodies(message: Message, max_size: int) -> Iterator[bytes]:
    yield message.raw
    if message.body is not message.raw:
        yield message.body
    try:
        decoded = undo_codings(message.headers, message.body, max_size)
    except (CodingBroken, TooLarge):
        return
    if decoded is not message.body:
        yield decoded


def _split(block: bytes) -> tuple[bytes, bytes]:
    ends = [
        (place, len(mark))
        for mark in (b"\r\n\r\n", b"\n\n")
        if (place := block.find(mark, 0, _MOST_HEAD)) >= 0
    ]
    if not ends:
        return block.rstrip(b"\r\n")[:_MOST_HEAD], b""
    place, width = min(ends)
    return block[:place], block[place + width :]


def _read_headers(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    """Yield headers, folded ones joined; pseudo headers of HTTP/2 (``:status``) are none."""
    pending: tuple[str, str] | None = None
    for line in lines:
        text = _CONTROL.sub(" ", line.decode("latin-1"))
        if text[:1] in (" ", "\t") and pending is not None:
            pending = pending[0], f"{pending[1]} {text.strip()}"
            continue
        if pending is not None:
            yield pending
        name, colon, value = text.partition(":")
        pending = (name.strip(), value.strip()) if colon and name.strip() else None
    if pending is not None:
        yield pending


def _with_body(status: int, headers: Headers, raw: bytes, max_size: int) -> Message:
    length = _length_of(headers)
    is_chunked = any(
        name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers
    )
    body = _join_chunks(raw, length) if is_chunked else raw
    headers, is_decoded = _true_codings(headers, body, max_size)
    if not is_chunked and not is_decoded and length is not None and len(raw) < length:
        raise fault("cut", "body_cut", length=length, there=len(raw))
    return Message(status, headers, body, raw)


def _length_of(headers: Headers) -> int | None:
    values = [value for name, value in headers if name.lower() == "content-length"]
    return int(values[0]) if values and re.fullmatch("[0-9]{1,15}", values[0]) else None


def _join_chunks(raw: bytes, length: int | None) -> bytes:
    """Return a body without its chunks; as it is where somebody joined them already (wget, browsertrix)."""
    if _CHUNK.match(raw) is None or len(raw) == length:
        return raw
    parts: list[bytes] = []
    place = 0
    while (head := _CHUNK.match(raw, place)) is not None:
        size = int(head[1], 16)
        if size == 0:
            return b"".join(parts)
        part = raw[head.end() : head.end() + size]
        place = head.end() + size
        if len(part) < size:
            break
        parts.append(part)
        place += 2 if raw[place : place + 2] == b"\r\n" else raw[place : place + 1] == b"\n"
    raise fault("cut", "chunks_cut")


def _true_codings(headers: Headers, body: bytes, max_size: int) -> tuple[Headers, bool]:
    """Return headers that are true of a body, and whether a coding that they name was undone already."""
    if not any(name.lower() == "content-encoding" and value for name, value in headers):
        if len(body) > max_size:
            raise fault("too_large", "too_large", length=len(body))
        return headers, False
    try:
        undo_codings(headers, body, max_size)
    except TooLarge:
        raise fault("too_large", "too_large_decoded", most=max_size) from None
    except CodingBroken as broken:
        _check_plain(headers, body, max_size, broken)
        return tuple((_renamed(name), value) for name, value in headers), True
    return headers, False


def _check_plain(headers: Headers, body: bytes, max_size: int, broken: CodingBroken) -> None:
    try:
        if read_body(headers, body, max_size) is body:
            return
    except (CodingBroken, TooLarge):
        pass
    with suppress(SetAside, TryLater):
        read_picture(body)  # a whole one: whoever wrote the file has decoded it
        return
    raise Faulty("damaged", say("warc.coding", why=saying_of(broken))) from broken


def _renamed(name: str) -> str:
    """Return what a header is called whose body was decoded by somebody since."""
    return _ORIGINAL + name if name.lower() in {"content-encoding", "content-length"} else name
