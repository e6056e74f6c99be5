"""The demonstration: the site served, crawled twice by real child processes, and what that cost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from jianbao.configuration import ConfigurationError
from jianbao.demo.site import DemoSite
from jianbao.documents.document import Document
from jianbao.documents.search import read_list, read_search
from storage.archive.folder import WARC_FOLDER, Archive
from storage.articles.lists import ArticleFilter
from storage.search import parse_query

MARK = "# Written by `jianbao demo`, which replaces this file and the archive beside it."
SOUGHT = "社区"
"""What the demo looks for: a word of two characters, the normal case in Chinese."""
_SHOWN = 8
_FOUND = 3


@dataclass(frozen=True, slots=True)
class CrawlCost:
    """One crawl of the demo: its report, and what it cost. Sizes are bytes."""

    report: Document
    page_requests: int
    article_requests: int
    warc_bytes: int
    articles: int


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo showed."""

    folder: Path
    listed: int
    first: CrawlCost
    second: CrawlCost
    newest: list[Document]
    found: Document

    @property
    def is_proved(self) -> bool:
        """All that was listed arrived, and the second crawl asked for nothing but the category pages."""
        counts = [crawl.report["status"] == "ok" for crawl in (self.first, self.second)]
        return (
            all(counts)
            and self.first.articles == self.listed == self.second.articles
            and self.second.article_requests == 0
            and self.second.page_requests == len(self.second.report["sources"])
            and self.second.warc_bytes == self.first.warc_bytes
            and self.found["total"] > 0
        )


def run_demo(folder: Path) -> DemoResult:
    """Serve the site, crawl it twice into ``folder``, and return what that showed.

    Raises `ConfigurationError` for a folder that holds something other than an earlier demo.
    """
    folder = folder.absolute()
    clear_folder(folder)
    with DemoSite() as site:
        (folder / "jianbao.toml").write_text(configure(site), "utf-8")
        first = _crawl(site, folder)
        second = _crawl(site, folder)
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as view:
        newest = read_list(view, ArticleFilter(), _SHOWN, 0)["items"]
        found = read_search(view, parse_query(SOUGHT), limit=_FOUND)
    listed = {post.info_code for slug in site.slugs for post in site.listed(slug)}
    return DemoResult(folder, len(listed), first, second, newest, found)


def clear_folder(folder: Path) -> None:
    """Make the folder ready: an earlier demo's archive goes, anything else stays and is refused."""
    configuration = folder / "jianbao.toml"
    archive = folder / "archive"
    for path in (configuration, archive, archive / WARC_FOLDER):
        if path.is_symlink():
            raise ConfigurationError(
                f"{path}: is a link, and may lead to what is not a demo's; name another folder"
            )
    if configuration.exists() and not configuration.read_bytes().startswith(MARK.encode()):
        raise ConfigurationError(f"{configuration}: is not a demo's; name another folder for the demo")
    if archive.exists() and not configuration.exists():
        raise ConfigurationError(f"{archive}: is not a demo's; name another folder for the demo")
    for path in (archive / WARC_FOLDER, archive):
        shutil.rmtree(path, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def configure(site: DemoSite) -> str:
    """Return a configuration for the demo site, in TOML."""
    sources = (
        f"[[sources]]\nslug = {json.dumps(paper.slug, ensure_ascii=False)}\n"
        f'name = {json.dumps(paper.media, ensure_ascii=False)}\nkind = "category"\n'
        f"url = {json.dumps(site.category_url(paper.slug))}\n"
        for paper in site.press.papers
    )
    http = '[http]\ncontact = "mailto:demo@example.org"\ndelay = 0\n'
    endpoint = f"[infocode]\nurl = {json.dumps(site.json_url)}\npage = {json.dumps(site.finance_url)}\n"
    return "\n".join((MARK, 'archive = "archive"', "", *sources, http, endpoint))


def _crawl(site: DemoSite, folder: Path) -> CrawlCost:
    site.requests.clear()
    options = ["--config", str(folder / "jianbao.toml"), "crawl", "--trigger", "demo", "--json"]
    ended = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-P", "-m", "jianbao", *options], stdout=subprocess.PIPE, check=False
    )
    paths = [request.path for request in site.requests]
    pages = sum(path.startswith("/category/") for path in paths)
    others = sum(path == "/robots.txt" for path in paths)
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as view:
        articles = read_list(view, ArticleFilter(with_duplicates=True), 1, 0)["total"]
    return CrawlCost(
        report=json.loads(ended.stdout),
        page_requests=pages,
        article_requests=len(paths) - pages - others,
        warc_bytes=sum(file.stat().st_size for file in (folder / "archive" / WARC_FOLDER).glob("*.gz")),
        articles=articles,
    )
