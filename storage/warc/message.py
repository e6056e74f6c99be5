"""HTTP messages as the bytes inside a WARC record.

Header text is the Latin-1 view of the bytes on the wire; text beyond Latin-1 is stored as UTF-8. What
came from the wire can't break a record: control characters become spaces, and what may not stand in a
header's name becomes ``_``.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from storage.records import Exchange, Headers
from storage.warc.record import BrokenRecord, warc_uri

_END = b"\r\n\r\n"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")  # RFC 9110, section 5.6.2
_STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) (-?[0-9]+) .*", re.DOTALL)  # a server may send any number
_ADDRESS = re.compile(r"(?:[^:/?#]*://)?([^/?#]*)([^#]*)")  # takes anything, where urlsplit raises
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_ORIGINAL = "X-Archive-Orig-"  # what other archivers put before a header that no longer holds


def format_request(exchange: Exchange) -> bytes:
    """Return the request as it was sent, its Host added where the caller had left that to the client."""
    host, target = _split_address(warc_uri(exchange.url))
    headers = exchange.request_headers
    if not any(name.lower() == "host" for name, _ in headers):
        headers = (("Host", host), *headers)
    return _format_head(f"{_token(exchange.method)} {target} {_protocol(exchange)}", headers)


def format_response_head(exchange: Exchange) -> bytes:
    """Return status line and headers, telling the truth about the body that follows in the record."""
    phrase = _PHRASES.get(exchange.status, "")
    return _format_head(f"{_protocol(exchange)} {exchange.status} {phrase}", _stored_headers(exchange))


def parse_response(block: bytes) -> tuple[str, int, Headers, bytes]:
    """Return protocol, status, headers and body of a stored response; raise `BrokenRecord`."""
    head, _, body = block.partition(_END)
    status_line, _, lines = head.partition(b"\r\n")
    match = _STATUS_LINE.fullmatch(status_line)
    if not match:
        raise BrokenRecord("holds no HTTP response")
    return match[1].decode("ascii"), int(match[2]), _parse_headers(lines), body


def _split_address(url: str) -> tuple[str, str]:
    """Return the host, without user and password, and what a request asks it for."""
    match = _ADDRESS.match(url)
    authority, target = match.groups() if match else ("", "")
    return authority.rpartition("@")[2], target if target.startswith("/") else f"/{target}"


def _stored_headers(exchange: Exchange) -> Headers:
    """The body is stored without transfer coding: a replay must look for none, nor for another length."""
    length = str(len(exchange.body))
    stored: list[tuple[str, str]] = []
    has_length = exchange.method == "HEAD" or exchange.status in {204, 304}
    for name, value in exchange.response_headers:
        lower = name.lower()
        superseded = lower == "content-length" and not has_length and value.strip(" \t") != length
        stored.append((_ORIGINAL + name if superseded or lower == "transfer-encoding" else name, value))
    if not has_length and not any(name.lower() == "content-length" for name, _ in stored):
        stored.append(("Content-Length", length))
    return tuple(stored)


def _format_head(first_line: str, headers: Headers) -> bytes:
    lines = [first_line.encode("ascii")]
    lines += [f"{_token(name)}: ".encode("ascii") + _wire_bytes(value) for name, value in headers]
    return b"\r\n".join(lines) + _END


def _parse_headers(lines: bytes) -> Headers:
    pairs = (line.partition(":") for line in lines.decode("latin-1").split("\r\n") if line)
    return tuple((name, value.strip(" \t")) for name, _, value in pairs)


def _token(name: str) -> str:
    return _NOT_TOKEN.sub("_", name) or "_"


def _wire_bytes(value: str) -> bytes:
    clean = _CONTROL.sub(" ", value).strip(" \t")
    try:
        return clean.encode("latin-1")
    except UnicodeEncodeError:
        return clean.encode("utf-8", "replace")


def _protocol(exchange: Exchange) -> str:
    """Replay tools read HTTP/1 only, whatever the version on the wire."""
    return "HTTP/1.0" if exchange.protocol == "HTTP/1.0" else "HTTP/1.1"
