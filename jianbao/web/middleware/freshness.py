"""ETags: an answer that the browser already has is not sent again."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Freshness:
    """Gives every whole answer a weak ETag of its bytes, and answers 304 to whoever has them.

    The tag is that of the finished page: whatever it shows has changed when the tag has. An answer that is
    streamed, or brings its own tag, passes as it is.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def send_fresh(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _may_be_tagged(message):
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body", False):
                    start, message = _tag(start, message, Headers(scope=scope).get("if-none-match", ""))
                await send(start)
            await send(message)

        await self.app(scope, receive, send_fresh)


def _may_be_tagged(start: Message) -> bool:
    return start["status"] == 200 and "etag" not in Headers(raw=start["headers"])  # noqa: PLR2004


def _tag(start: Message, body: Message, known: str) -> tuple[Message, Message]:
    tag = f'W/"{hashlib.sha256(body.get("body", b"")).hexdigest()[:32]}"'
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["ETag"] = tag
    if not _is_known(tag, known):
        return {**start, "headers": headers.raw}, body
    for name in ("content-length", "content-type"):
        del headers[name]
    return {**start, "status": 304, "headers": headers.raw}, {**body, "body": b""}


def _is_known(tag: str, known: str) -> bool:
    tags = {entry.strip().removeprefix("W/") for entry in known.split(",")}
    return "*" in tags or tag.removeprefix("W/") in tags
