"""What a command of the demo costs: it runs as a process of its own, and the site counts what it asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jianbao.demo.site import DemoSite
from jianbao.documents.document import Document
from jianbao.documents.search import read_list
from storage.archive.folder import WARC_FOLDER, Archive
from storage.articles.lists import ArticleFilter

_PICTURES = (".jpg", ".jpg.2", ".png", ".gif", ".pdf")


@dataclass(frozen=True, slots=True)
class Cost:
    """One command: its report, and what it asked for.

    ``articles`` and ``warc_bytes`` are what the archive holds after it.
    """

    report: Document
    page_requests: int
    article_requests: int
    picture_requests: int
    warc_bytes: int
    articles: int

    @property
    def is_idle(self) -> bool:
        """Whether it asked for lists alone."""
        return not self.article_requests and not self.picture_requests


def run_command(site: DemoSite, folder: Path, *words: str) -> Cost:
    """Run a command on the demo's configuration; return its report, and what it cost."""
    site.requests.clear()
    options = ["--config", str(folder / "jianbao.toml"), *words, "--json"]
    ended = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-P", "-m", "jianbao", *options], stdout=subprocess.PIPE, check=False
    )
    paths = [request.path for request in site.requests if request.path != "/robots.txt"]
    pictures = sum(path.endswith(_PICTURES) for path in paths)
    pages = sum(site.is_list(path) for path in paths)
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as view:
        articles = read_list(view, ArticleFilter(with_duplicates=True), 1, 0)["total"]
    return Cost(
        report=json.loads(ended.stdout),
        page_requests=pages,
        article_requests=len(paths) - pages - pictures,
        picture_requests=pictures,
        warc_bytes=sum(file.stat().st_size for file in (folder / "archive" / WARC_FOLDER).glob("*.gz")),
        articles=articles,
    )
