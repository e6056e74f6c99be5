"""A client of the demo site: what the wire carries, nothing followed, unpacked or tried again."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

PAPER = "shangraoribao"


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(url: str, *, method: str = "GET", timeout: float = 60.0, **headers: str) -> Reply:
    """Ask without redirects, decompression or retries: what the wire carries."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers={"Accept-Encoding": "identity"} | sent)
        response = connection.getresponse()
        return Reply(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()
