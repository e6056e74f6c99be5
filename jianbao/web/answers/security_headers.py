"""What every answer tells the browser not to do."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(img: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy: nothing runs, and pictures come from here or from these origins."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'none'",
            "style-src 'self'",
            " ".join(("img-src 'self'", *img)),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


_HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cache-Control": "private, no-cache",
}
_STATIC = "public, max-age=31536000, immutable"


def secure(headers: MutableHeaders) -> None:
    """Add the headers that an answer lacks; one that it sets itself stays."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)


class SecurityHeaders:
    """Adds the headers to every answer; what stands under ``/static/`` may be kept, its URL has a version."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith("/static/") and message["status"] in (200, 304):
                    headers.setdefault("Cache-Control", _STATIC)
                secure(headers)
            await send(message)

        await self.app(scope, receive, send_secured)
