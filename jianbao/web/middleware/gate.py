"""Which requests come in: for our own names only, and only those that read."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jianbao.web.answers.problem import problem

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_WILDCARDS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - to know them, not to bind to them


class Gate:
    """Refuses a Host that is not ours, and every method but GET and HEAD.

    A page on the web can give its own name our address (DNS rebinding) and then read us; it cannot make the
    browser send another name. One bound to every address also answers to any address, but to no name
    that it was not given.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] = ()) -> None:
        self.app = app
        self._names = LOCAL_NAMES | {name.lower() for name in names}
        self._any_address = not _WILDCARDS.isdisjoint(self._names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = host_name(Headers(scope=scope).get("host", ""))
        if not self._is_ours(host):
            sentence = "This reader does not answer to that name: open it at 127.0.0.1 or localhost."
            await PlainTextResponse(f"{sentence}\n", 400)(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self.app({**scope, "method": "GET"}, receive, _without_body(send))
        elif scope["method"] != "GET":
            sentence = "This reader only reads: GET and HEAD are all it knows."
            answer = (
                problem(405, sentence)
                if scope["path"].startswith("/api/")
                else PlainTextResponse(f"{sentence}\n", 405)
            )
            answer.headers["Allow"] = "GET, HEAD"
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        return host in self._names or (self._any_address and _is_address(host))


def host_name(header: str) -> str:
    """Return the name in a Host header, without port and brackets, in lower case."""
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
