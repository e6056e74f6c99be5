"""A whole kind of sources in one file, and a site of it on loopback: what `docs/kinds.md` tells, done.

A source's page names the list of the day; that has a line for each article: its id, a tab, its title. An
article is at ``/a/ID.txt``, or else at ``/b/ID.txt``: title, time, newspaper, and paragraphs.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urljoin

from spiders.kinds.kind import Answer, Ask, Kind, Listing, NotTheList, Steps
from spiders.kinds.registry import KindEntry, register_kind
from storage.records import Draft, Listed, Owed, PollOrder, SetAside, site_code

ENTRY = KindEntry("tiny", "support.tiny_kind:TinyKind", "a tiny paper", needs_site=True)
PRELUDE = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parent.parent)!r})\n"
    "import support.tiny_kind; support.tiny_kind.register()"
)
"""What a command of a test runs first, so that its process knows the kind."""
_FORM = "print"


class TinyKind(Kind):
    """Two pages to a list, two addresses to an article, and ids of the site's own."""

    def poll(self, order: PollOrder) -> Steps:
        """Ask for the source's page, then for the list that it names."""
        front = yield Ask(order.url, only_if_changed=True)
        if front.is_missing:
            return Listing(missing=True)
        page = yield Ask(urljoin(front.url, front.page.text.strip()))
        if page.is_missing:
            raise NotTheList("names a list that is not there")
        site = self.context.sources[order.source].site or ""
        lines = [line.partition("\t") for line in page.page.text.splitlines() if line]
        if not all(tab for _, tab, _ in lines):
            raise SetAside("has lines without a title")
        listed = (
            Listed(site_code(site, key), _FORM, urljoin(page.url, f"a/{key}.txt"), title)
            for key, _, title in lines
        )
        return Listing(tuple(listed), links=len(lines))

    def addresses(self, owed: Owed) -> Iterable[str]:
        """Return the first and the second place of an article, and where others list it."""
        return owed.url, owed.url.replace("/a/", "/b/"), *owed.elsewhere

    def read(self, answer: Answer, owed: Owed) -> Draft:
        """Read an article; raise `SetAside` for what is none."""
        title, _, rest = answer.page.text.partition("\n")
        time, _, rest = rest.partition("\n")
        media, _, text = rest.partition("\n")
        try:
            published_at = datetime.fromisoformat(time)
        except ValueError as error:
            raise SetAside("has no time") from error
        body = "".join(f"<p>{line}</p>" for line in text.splitlines())
        return Draft(
            owed.info_code, answer.url, _FORM, title, published_at=published_at, media=media, body_html=body
        )


@dataclass
class TinySite:
    """The site: ``pages`` are its texts by path, ``asked`` the paths that were asked for.

    ``files`` are other answers by path: status, headers and body.
    """

    address: str
    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    files: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    before: Callable[[str], object] = lambda _: None
    """What is done with a path before it is answered."""

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of an answer."""
        if path in self.files:
            return self.files[path]
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        return (200 if path in self.pages else 404), plain, self.pages.get(path, "").encode()

    def put_picture(self, path: str, body: bytes, content_type: str = "image/jpeg") -> None:
        """Put a picture, or what is called one, at a path."""
        self.files[path] = 200, {"Content-Type": content_type}, body

    def print_day(self, name: str, articles: dict[str, str]) -> None:
        """Make a list of articles, by id and title, the one of the day."""
        self.pages["/"] = f"/{name}.txt"
        self.pages[f"/{name}.txt"] = "".join(f"{key}\t{title}\n" for key, title in articles.items())

    def put(self, place: str, key: str, title: str, text: str) -> None:
        """Put an article at its first (``a``) or second (``b``) address."""
        self.pages[f"/{place}/{key}.txt"] = f"{title}\n2026-03-20T06:30:00+08:00\n湖畔小报\n{text}\n"


@contextmanager
def serve_tiny_site() -> Iterator[TinySite]:
    """Serve a tiny site that has nothing yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/robots.txt":
                site.asked.append(self.path)
            site.before(self.path)
            status, headers, body = site.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site = TinySite(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def register() -> None:
    """Make the kind known to this process."""
    register_kind(ENTRY)
