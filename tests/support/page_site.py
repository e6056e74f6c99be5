"""A site on loopback that serves the pages it is given, in any encoding, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class PageSite:
    """The site: ``pages`` are bodies by path with their query, ``types`` what the server says of them."""

    address: str
    pages: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, text: str, charset: str = "utf-8", content_type: str = "text/html") -> None:
        """Put a page at a path."""
        self.pages[path] = text.encode(charset, "xmlcharrefreplace")
        self.types[path] = content_type


@contextmanager
def serve_page_site() -> Iterator[PageSite]:
    """Serve a site that has nothing yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/robots.txt":
                site.asked.append(self.path)
            body = site.pages.get(self.path, b"")
            status = site.statuses.get(self.path, 200 if self.path in site.pages else 404)
            self.send_response(status)
            self.send_header("Content-Type", site.types.get(self.path, "text/html"))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = PageSite(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
