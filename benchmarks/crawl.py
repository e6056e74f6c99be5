"""What a crawl costs, side by side with a bare Scrapy spider that downloads the same pages for nothing.

``python benchmarks/crawl.py [--quick] [--repeat N]``: CPU per article of a full crawl, what its stages cost,
peak memory as a crawl grows, and polls that find nothing new. Everything is on loopback; the site is
another process, whose CPU is not counted. A crawl of the same papers without articles is subtracted as the
start. Prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from child import PYTHON, Cost, run_child
from crawler import Crawler, report_of
from newspapers import Newspapers

HERE = Path(__file__).parent
PAPERS = 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is crawled: articles of the full crawl, of the large one, pages polled, and how often."""

    articles: int = 2000
    large: int = 5000
    pages: int = 2000
    repeat: int = 5


QUICK = Sizes(articles=40, large=80, pages=40, repeat=1)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What a crawl costs.")
    parser.add_argument("--quick", action="store_true", help="a few pages, to see that it works")
    parser.add_argument("--repeat", type=int, default=5, help="measure each side so often (default 5)")
    options = parser.parse_args()
    sizes = QUICK if options.quick else Sizes(repeat=options.repeat)
    with TemporaryDirectory(prefix="jianbao-bench-") as folder:
        found = {
            "full": measure_full(Path(folder) / "full", sizes),
            "stages": measure_stages(Path(folder) / "stages", sizes),
            "memory": measure_memory(Path(folder) / "memory", sizes),
            "poll": measure_poll(Path(folder) / "poll", sizes),
        }
    print_found(found)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def measure_full(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Return the CPU milliseconds per article of both sides, medians of alternating crawls."""
    ours: dict[bool, list[float]] = {False: [], True: []}
    bare: dict[bool, list[float]] = {False: [], True: []}
    with Newspapers(0, PAPERS) as empty, Newspapers(sizes.articles, PAPERS) as site:
        for number in range(sizes.repeat):
            for papers in (empty, site):
                crawler = Crawler(folder / f"{number}-{papers.articles}", papers.category_urls, papers.url)
                cost = crawler.crawl()
                check(report_of(cost)["requests"], PAPERS + papers.articles + 1, "requests of a crawl")
                check(crawler.count("article"), papers.articles, "articles archived")
                ours[papers is site].append(cost.cpu)
                papers.take_requests()
                bare[papers is site].append(run_bare(folder, papers).cpu)
                check(
                    sum(papers.take_requests().values()),
                    PAPERS + papers.articles,
                    "requests of the bare spider",
                )
    return {
        "articles": sizes.articles,
        "jianbao_ms": per_article(ours, sizes.articles),
        "bare_ms": per_article(bare, sizes.articles),
        "ratio": median_ratio(ours, bare),
        "jianbao_start_s": median(ours[False]),
        "bare_start_s": median(bare[False]),
    }


def measure_stages(folder: Path, sizes: Sizes) -> dict[str, float]:
    """Return the CPU milliseconds per article of each stage of our crawl, in a run of its own."""
    with Newspapers(0, PAPERS) as empty, Newspapers(sizes.articles, PAPERS) as site:
        costs = [
            json.loads(
                Crawler(folder / str(papers.articles), papers.category_urls, papers.url)
                .crawl_with(HERE / "stages.py")
                .output
            )
            for papers in (empty, site)
        ]
    return {
        stage: (spent - costs[0].get(stage, 0.0)) / sizes.articles * 1000
        for stage, spent in sorted(costs[1].items(), key=lambda item: -item[1])
    }


def measure_memory(folder: Path, sizes: Sizes) -> dict[str, float]:
    """Return the peak memory in MB of a crawl and of one five times as large."""
    peaks = {}
    for name, articles in (("small", sizes.large // 5), ("large", sizes.large)):
        with Newspapers(articles, PAPERS) as site:
            crawler = Crawler(folder / name, site.category_urls, site.url)
            peaks[f"{name}_mb"] = crawler.crawl().memory
            check(crawler.count("article"), articles, "articles archived")
    return {"small_articles": sizes.large // 5, "large_articles": sizes.large, **peaks}


def measure_poll(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Return what unchanged pages cost: the second crawl learns the validators, later ones use them."""
    with Newspapers(2 * sizes.pages, sizes.pages) as site:
        crawler = Crawler(folder / "poll", site.category_urls, site.url)
        crawler.crawl()
        site.take_requests()
        second = poll_again(crawler, site, {"category 200", "category 304"})
        third, bare = [], []
        for _ in range(sizes.repeat):
            third.append(poll_again(crawler, site, {"category 304"}).cpu)
            bare.append(run_bare(folder, site, "--pages-only").cpu)
            site.take_requests()
    with Newspapers(0, 1) as nothing:
        start = Crawler(folder / "start", nothing.category_urls, nothing.url)
        start.crawl()
        ours_start = median(start.crawl().cpu for _ in range(sizes.repeat))
        bare_start = median(run_bare(folder, nothing, "--pages-only").cpu for _ in range(sizes.repeat))
    return {
        "pages": sizes.pages,
        "second_s": second.cpu,
        "third_s": median(third),
        "bare_s": median(bare),
        "ratio": ratio(median(third), median(bare)),
        "ratio_without_start": ratio(median(third) - ours_start, median(bare) - bare_start),
        "jianbao_start_s": ours_start,
        "bare_start_s": bare_start,
    }


def poll_again(crawler: Crawler, site: Newspapers, answers: set[str]) -> Cost:
    """Poll pages that have not changed; check that it asked each page once and wrote no row but its own."""
    before, warc_bytes = crawler.contents(), crawler.warc_bytes()
    cost = crawler.crawl()
    pages = len(site.slugs)
    requests = site.take_requests()
    check(sum(requests.values()), pages, "requests of a poll")
    check(requests.keys() - answers, set(), "requests of a poll for anything else")
    check({row["poll"] for row in report_of(cost)["sources"]}, {"unchanged"}, "outcomes of a poll")
    after = crawler.contents()
    check(len(after.pop("crawl")), len(before.pop("crawl")) + 1, "crawl rows")
    # What a poll learns of the host (its validators tell the truth) is no row of an article either, nor is
    # what it counts of its hour, nor that both are owed to the journal.
    for learned in ("host", "poll_day", "journal_owed"):
        after.pop(learned), before.pop(learned)
    for table, rows in after.items():
        check(rows == before[table], True, f"rows of {table} as before")
    check(crawler.warc_bytes(), warc_bytes, "WARC bytes")
    return cost


def run_bare(folder: Path, site: Newspapers, *options: str) -> Cost:
    """Run the bare spider over the same category pages."""
    urls = folder / "urls"
    urls.write_text("\n".join(site.category_urls.values()), "utf-8")
    return run_child([PYTHON, str(HERE / "bare.py"), *options, str(urls)])


def per_article(costs: dict[bool, list[float]], articles: int) -> float:
    """Return the CPU milliseconds of one article: the full crawls less the empty ones."""
    return (median(costs[True]) - median(costs[False])) / articles * 1000


def median_ratio(ours: dict[bool, list[float]], bare: dict[bool, list[float]]) -> float | None:
    """Return the median of the ratios of neighbouring crawls: other work on the machine slows down both."""
    rounds = zip(ours[True], ours[False], bare[True], bare[False], strict=True)
    quotients = [ratio(full - empty, other - nothing) for full, empty, other, nothing in rounds]
    return median(known) if (known := [one for one in quotients if one is not None]) else None


def ratio(ours: float, theirs: float) -> float | None:
    """Return the quotient; None when the start swallowed all that was measured, as in a quick run."""
    return ours / theirs if theirs > 0 else None


def check(found: object, expected: object, what: str) -> None:
    """Raise SystemExit unless a count is as it must be: a wrong crawl has no cost worth knowing."""
    if found != expected:
        raise SystemExit(f"{what}: {found}, expected {expected}")


def print_found(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    full, memory, poll = found["full"], found["memory"], found["poll"]
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores\n")
    print_rows(
        (
            (
                "full crawl, CPU per article",
                f"{full['jianbao_ms']:.2f} ms",
                f"{full['bare_ms']:.2f} ms",
                full["ratio"],
            ),
            ("start", f"{full['jianbao_start_s']:.2f} s", f"{full['bare_start_s']:.2f} s", None),
            (
                f"poll of {poll['pages']} pages",
                f"{poll['third_s']:.2f} s",
                f"{poll['bare_s']:.2f} s",
                poll["ratio"],
            ),
            ("the same without start", "", "", poll["ratio_without_start"]),
            ("second poll, learning", f"{poll['second_s']:.2f} s", "", None),
            (f"peak memory, {memory['small_articles']} articles", f"{memory['small_mb']:.0f} MB", "", None),
            (f"peak memory, {memory['large_articles']} articles", f"{memory['large_mb']:.0f} MB", "", None),
        )
    )
    print("\nstages, CPU ms per article")
    for stage, spent in found["stages"].items():
        print(f"  {stage:14}{spent:6.2f}")


def print_rows(rows: Iterable[tuple[str, str, str, float | None]]) -> None:
    """Print the comparison."""
    print(f"{'':32}{'jianbao':>10}{'bare':>10}{'ratio':>8}")
    for name, ours, theirs, quotient in rows:
        print(f"{name:32}{ours:>10}{theirs:>10}{f'{quotient:.2f}' if quotient is not None else '':>8}")


if __name__ == "__main__":
    main()
