"""What one new article costs in a small archive and in a large one, side by side.

``python benchmarks/growth.py [--quick] [--articles N] [--folder DIR]``: polls that list thirty articles, one
of them new, and storing it, turn by turn in both archives; then crawls of real processes that find one new
article. The archives are made in DIR (6.5 GB for the 300,000) and removed. Prints a table and, last, one
line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from crawler import Crawler, report_of
from history import fill_archive
from newspapers import Newspapers

from jianbao.crawl.deliveries import PendingDelivery
from jianbao.crawl.port import ArchivePort
from jianbao.demo import Post, Press
from jianbao.demo.offer import Offer
from spiders.readers.article_page import read_article
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import start_crawl
from storage.records import Delivery, Exchange, Listed, Owed, Poll

PAPERS = 20
WINDOW = 30
SITE = "http://127.0.0.1"
PRINTED = date(2026, 3, 10)
"""The day of the articles that are stored in this process: not one of those that the site serves."""


@dataclass(slots=True)
class Bench:
    """One archive under measurement: CPU and wall milliseconds of each new article."""

    archive: Archive
    crawl_id: int
    archive_port: ArchivePort
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, slugs: list[str]) -> Bench:
        """Open a filled archive for new articles from these sources."""
        archive = Archive.open(folder)
        with archive.writing() as connection:
            crawl_id = start_crawl(connection, "manual", slugs, datetime.now(UTC), version="bench", pid=1)
        archive_port = ArchivePort(
            archive, slugs, CrawlCounts(), crawl_id=crawl_id, due_only=False, halt=_stop
        )
        return cls(archive, crawl_id, archive_port)

    def take(self, poll: Poll, fetch: Callable[[], Delivery]) -> None:
        """Record a poll with one new article, and store that; count what it cost."""
        delivery = fetch()
        cpu, wall = time.process_time(), time.perf_counter()
        self.archive_port.record_poll(poll, ())
        (owed,) = self.archive_port.owed(poll.source, "")
        assert owed.info_code == delivery.owed.info_code
        (settled,) = settle(self.archive, [PendingDelivery(delivery, poll.polled_at)], self.crawl_id)
        self.cpu.append((time.process_time() - cpu) * 1000)
        self.wall.append((time.perf_counter() - wall) * 1000)
        assert settled.outcome == "new", settled.reason


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What one new article costs as the archive grows.")
    parser.add_argument("--quick", action="store_true", help="2,000 articles only, to see that it works")
    parser.add_argument("--articles", type=int, default=300_000, help="in the large archive")
    parser.add_argument("--folder", type=Path, help="a folder with room for the archives")
    options = parser.parse_args()
    large, turns, crawls = (2_000, 20, 1) if options.quick else (options.articles, 400, 7)
    with TemporaryDirectory(prefix="jianbao-growth-", dir=options.folder) as folder:
        found = measure(Path(folder), (1_000, large), turns, crawls)
    print_found(found)
    sys.stdout.write(json.dumps(found) + "\n")


def measure(folder: Path, sizes: tuple[int, int], turns: int, crawls: int) -> dict[str, Any]:
    """Return the medians in both archives, and their ratios."""
    with Newspapers(PAPERS, PAPERS) as site:
        crawlers = [make_crawler(folder / str(size), size, site) for size in sizes]
        stored = measure_storing([crawler.archive for crawler in crawlers], site.slugs, turns)
        crawled = measure_crawls(crawlers, site, crawls)
    return {"articles": list(sizes), "storing": stored, "crawling": crawled}


def make_crawler(folder: Path, articles: int, site: Newspapers) -> Crawler:
    """Return a crawler whose archive holds what the site lists, and so many articles more."""
    crawler = Crawler(folder, site.category_urls, site.url)
    crawler.crawl()
    fill_archive(crawler.archive, articles, site.slugs)
    return crawler


def measure_storing(folders: list[Path], slugs: list[str], turns: int) -> dict[str, Any]:
    """Store new articles in this process, turn by turn in each archive."""
    benches = [Bench.open(folder, slugs) for folder in folders]
    for poll, fetch in print_news(turns + PAPERS, slugs):
        for bench in benches:
            bench.take(poll, fetch)
    for bench in benches:
        bench.archive.close()
    return {
        "cpu_ms": _compare([bench.cpu[PAPERS:] for bench in benches]),
        "wall_ms": _compare([bench.wall[PAPERS:] for bench in benches]),
    }


def measure_crawls(crawlers: list[Crawler], site: Newspapers, count: int) -> dict[str, Any]:
    """Crawl with real processes: each finds one new article."""
    costs: list[list[Any]] = [[] for _ in crawlers]
    for _ in range(count):
        site.publish()
        for crawler, own in zip(crawlers, costs, strict=True):
            own.append(crawler.crawl())
            new = sum(source["new"] for source in report_of(own[-1])["sources"])
            assert new == 1, f"{new} new articles, expected one"
    return {
        "cpu_s": _compare([[cost.cpu for cost in own] for own in costs]),
        "wall_s": _compare([[cost.wall for cost in own] for own in costs]),
        "memory_mb": _compare([[cost.memory for cost in own] for own in costs]),
    }


def print_news(count: int, slugs: list[str]) -> Iterator[tuple[Poll, Callable[[], Delivery]]]:
    """Yield polls that list thirty articles at most, the last one new, with what fetches that one."""
    offer = Offer(Press.of(count, len(slugs), today=PRINTED))
    printed: dict[str, list[Listed]] = {slug: [] for slug in slugs}
    for post in offer.articles:
        listed = printed[post.slug]
        listed.append(Listed(f"NW{post.digits}", "media", SITE + post.dated_path, post.title))
        now = datetime.now(UTC)
        yield Poll(post.slug, "changed", now, tuple(listed[-WINDOW:])), _fetching(offer, post, now)


def print_found(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    small, large = found["articles"]
    print(f"{'medians':32}{small:>12,}{large:>12,}{'ratio':>8}")
    for part in ("storing", "crawling"):
        for name, (one, other, quotient) in found[part].items():
            print(f"{f'{part} one new article, {name}':32}{one:12.2f}{other:12.2f}{quotient:8.2f}")


def _fetching(offer: Offer, post: Post, now: datetime) -> Callable[[], Delivery]:
    def fetch() -> Delivery:
        answer, url = offer.answer(post.dated_path), SITE + post.dated_path
        headers = (("Content-Type", answer.content_type), ("Content-Encoding", "gzip"))
        exchange = Exchange(url, now, 200, (("Accept-Encoding", "gzip"),), headers, answer.gzipped)
        draft = read_article(answer.body.decode(), url)
        return Delivery(Owed(post.slug, f"NW{post.digits}", "media", url, post.title), exchange, draft)

    return fetch


def _compare(values: list[list[float]]) -> tuple[float, float, float]:
    small, large = (median(own) for own in values)
    return small, large, large / small


def _stop(reason: str) -> None:
    raise SystemExit(reason)


if __name__ == "__main__":
    main()
