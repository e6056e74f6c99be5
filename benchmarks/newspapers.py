"""The newspapers that are crawled: the demo site in a process of its own, so that its CPU is not ours.

It serves synthetic papers, and tells on request how often it was asked for what.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from subprocess import PIPE, Popen
from types import TracebackType
from typing import Self, cast

from child import PYTHON


class Newspapers:
    """So many synthetic articles in so many papers, served on loopback while the context lasts."""

    def __init__(self, articles: int, papers: int) -> None:
        self.articles = articles
        self.slugs = [f"di{number}xianribao" for number in range(1, papers + 1)]
        self.url = ""
        self._arguments = [PYTHON, __file__, str(articles), str(papers)]

    def __enter__(self) -> Self:
        self._server = Popen(self._arguments, stdin=PIPE, stdout=PIPE, text=True)
        self.url = str(self._answer()["url"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate()

    @property
    def category_urls(self) -> dict[str, str]:
        """The category pages, by slug."""
        return {slug: f"{self.url}/category/{slug}.html" for slug in self.slugs}

    def take_requests(self) -> dict[str, int]:
        """Return how many requests there were since the last call, by kind of page and status."""
        return cast(dict[str, int], self._ask("requests")["requests"])

    def publish(self) -> None:
        """Publish one more article, in the first paper."""
        self._ask("publish")

    def _ask(self, order: str) -> dict[str, object]:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{order}\n")
        self._server.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, object]:
        assert self._server.stdout is not None
        return cast("dict[str, object]", json.loads(self._server.stdout.readline()))


def serve(articles: int, papers: int) -> None:
    """Serve until stdin ends."""
    from jianbao.demo import DemoSite, Press

    press = Press.of(articles, papers)
    with DemoSite(press) as site:
        for post in site.articles:
            # Written and compressed before anybody measures: the first reader must not wait longer.
            site.answer(post.dated_path).gzipped  # noqa: B018
        _say({"url": site.url})
        for order in sys.stdin:
            if order == "publish\n":
                site.publish()
            seen, site.requests = site.requests, []
            _say({"requests": Counter(f"{_kind(one.path)} {int(one.status)}" for one in seen)})


def _kind(path: str) -> str:
    if path.startswith("/category/"):
        return "category"
    return "robots.txt" if path == "/robots.txt" else "article"


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
