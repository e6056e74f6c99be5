"""The pictures in the README: the reader of four months of newspapers of our own, and of a digital one.

``python docs/take_screenshots.py`` writes PNG files to ``docs/screenshots``; it needs chromium and CJK fonts.
Run pngquant over them where there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.demo import DemoSite, Post, Press
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.epaper import daily_epapers
from jianbao.demo.offer import Offer
from spiders.readers.article_page import read_article
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import finish_crawl, start_crawl
from storage.ledger.owed import find_listings
from storage.ledger.poll import record_listings, record_poll
from storage.ledger.source import save_sources
from storage.records import Delivery, Exchange, Listed, Poll, Source

PICTURES = Path(__file__).parent / "screenshots"
TODAY = datetime.now(UTC).date()
ORIGIN = "http://127.0.0.1"
DAYS, EACH_DAY = 110, 2
_SATURDAY = 5
WORD = "茶"
_SILENT = (37, 38, 39, 40, 41, 90, 91, 92, 93)
"""How many days ago nobody looked."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: its name, its page, and how wide, dark and Chinese it is."""

    name: str
    path: str
    width: int = 1180
    height: int = 780
    scheme: str = "light"
    locale: str = "en-GB"


def print_history(archive: Archive) -> list[Post]:
    """Archive the demo's own articles of the last three days, and others of the months before; return all."""
    newest = Press.daily(TODAY)
    older = [post for day in _days() for post in _print_day(newest, day)]
    with archive.writing() as connection:
        rows = [
            Source(paper.slug, paper.media, "category", None, "Asia/Shanghai", None, enabled=True)
            for paper in newest.papers
        ]
        save_sources(connection, rows)
    for post in [*older, *newest.posts]:
        _archive(archive, Offer(replace(newest, posts=(post,))), post)
    _log_crawls(archive, [paper.slug for paper in newest.papers])
    return list(newest.posts)


def _days() -> list[int]:
    return [day for day in range(DAYS, 2, -1) if day not in _SILENT]


def _print_day(press: Press, ago: int) -> Iterator[Post]:
    day = TODAY - timedelta(days=ago)
    for place, paper in enumerate(press.papers[:6]):
        for turn in range((ago * 7 + place * 3) % (EACH_DAY + 1) if day.weekday() < _SATURDAY else 1):
            at = datetime(day.year, day.month, day.day, 6, place * 5 + turn, tzinfo=UTC) - timedelta(hours=8)
            post = press.compose(ago * 40 + place * 5 + turn, paper.slug, at + timedelta(hours=8))
            yield replace(post, media=paper.media)


def _archive(archive: Archive, offer: Offer, post: Post) -> None:
    now = post.published_at.astimezone(UTC) + timedelta(minutes=9)
    path = offer.article_path(post.code, post.slug)
    url = f"{ORIGIN}{path}"
    form = "rolling" if post.rolling else "media"
    with archive.writing() as connection:
        record_listings(connection, post.slug, [Listed(post.info_code, form, url, post.title)], now)
        owed = next(each for each in find_listings(connection, post.info_code) if each.source == post.slug)
    answer = offer.answer(path)
    headers = (("Content-Type", answer.content_type),)
    exchange = Exchange(url, now, 200, (), headers, answer.body)
    delivery = Delivery(owed, exchange, read_article(answer.body.decode(), url))
    settle(archive, [PendingDelivery(delivery, now)])


def _log_crawls(archive: Archive, slugs: list[str]) -> None:
    first = datetime.combine(TODAY - timedelta(days=DAYS), datetime.min.time(), UTC)
    with archive.writing() as connection:
        connection.exec_driver_sql("UPDATE source SET added_at = ?", (f"{first:%Y-%m-%d %H:%M:%S.%f}",))
        for slug in slugs:
            record_poll(connection, Poll(source=slug, outcome="unchanged", polled_at=datetime.now(UTC)))
        for ago in range(DAYS, -1, -1):
            if ago in _SILENT:
                continue
            began = first + timedelta(days=DAYS - ago, hours=1)
            counted = CrawlCounts(requests=9)
            counted.of(slugs[0]).poll = "changed"
            crawl = start_crawl(connection, "schedule", slugs, began, version="1")
            finish_crawl(connection, crawl, counted, began + timedelta(seconds=8))


def list_shots(posts: list[Post]) -> list[Shot]:
    """Return what is photographed."""
    post = next(post for post in posts if post.slug == "ganjiangwanbao")
    paper = posts[0].slug
    article = f"/article/{post.info_code}"
    return [
        Shot("front", "/"),
        Shot("article", article),
        Shot("trend", f"/trend?q={quote(WORD)}&by=week"),
        Shot("calendar-dark", f"/source/{paper}?year={TODAY.year}", scheme="dark"),
        Shot("phone", "/", width=390, height=780, locale="zh-CN"),
        Shot("phone-dark", article, width=390, height=780, scheme="dark", locale="zh-CN"),
    ]


def crawl_papers(folder: Path) -> list[Shot]:
    """Crawl the demo's digital newspapers into an archive in a folder; return what is photographed of it."""
    with DemoSite(rooms=daily_epapers(TODAY)) as site:
        paper = site.epaper("lxrb")
        http = '[http]\ncontact = "mailto:demo@example.org"\ndelay = 0\n'
        (folder / "jianbao.toml").write_text(f"{declare_rooms(site, site.url)}\n{http}", "utf-8")
        command = [sys.executable, "-m", "jianbao", "--config", str(folder / "jianbao.toml"), "crawl"]
        subprocess.run(command, check=True)  # noqa: S603 - our own
    day = paper.days[-1]
    with Archive.open_existing(folder / "archive") as archive, archive.reading() as view:
        lit = view.exec_driver_sql(
            "SELECT info_code FROM article WHERE title = ?", (paper.issue(day).pages[0].articles[1].title,)
        ).scalar_one()
    return [
        Shot("page", f"/issue/lxrb/{day}/1#area-{lit}", height=1180),
        Shot("issue", f"/issue/lxrb/{day}", height=900),
    ]


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve an archive to the end of the context; return its origin."""
    command = [sys.executable, "-m", "jianbao", "--archive", str(folder), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as serving:  # noqa: S603 - our own
        assert serving.stderr
        yield serving.stderr.readline().split()[2].rstrip("/;")
        serving.terminate()


def take(browser: Browser, origin: str, shot: Shot) -> None:
    """Photograph a page."""
    tab = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale=shot.locale,
    )
    tab.goto(origin + shot.path, wait_until="networkidle")
    tab.evaluate("scrollTo(0, 0)")  # an address may point to a place on the page
    tab.screenshot(path=PICTURES / f"{shot.name}.png")
    tab.close()


def main() -> None:
    """Make the archive, serve it, take the pictures."""
    PICTURES.mkdir(exist_ok=True)
    flags = ["--no-sandbox"] if os.getuid() == 0 else []
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        papers, categories = Path(name) / "papers", Path(name) / "categories"
        papers.mkdir()
        photograph(browser, papers / "archive", crawl_papers(papers))
        with Archive.open(categories) as archive:
            posts = print_history(archive)
        photograph(browser, categories, list_shots(posts))
        browser.close()


def photograph(browser: Browser, archive: Path, shots: list[Shot]) -> None:
    """Photograph pages of an archive."""
    with serve(archive) as origin:
        for shot in shots:
            take(browser, origin, shot)


if __name__ == "__main__":
    main()
