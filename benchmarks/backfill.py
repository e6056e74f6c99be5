"""What a newspaper's history costs, and that nothing of it is lost: ``backfill.py [--quick] [--kills N]``.

Backfills of 40 days are killed with SIGKILL at random moments, over two days of outage, and the archive is
proved (exit status 1 when anything is lost, doubled or untrue); then peak memory and CPU per article of a
small and of a large history, and the CPU of a category's article beside it. ``--only kills`` or ``--only
cost`` does one of both. Everything is on loopback; prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from child import PYTHON, run_child
from crawler import Crawler
from newspapers import Newspapers
from support.history_trial import SLUG, HistoryCasualties, HistoryTrial, configure, make_paper
from support.processes import Nursery

from jianbao.demo import DemoSite, Press

_FORKED_STARTUP = 0.5  # seconds
_KILLS_PER_HISTORY = 20
_PAGES, _STORIES = 8, 12
_PAPERS = 20


@dataclass(frozen=True, slots=True)
class Sizes:
    """Days of three histories, category articles of two crawls like the first two, and how often."""

    small: int = 5
    middle: int = 24
    large: int = 104
    few: int = 400
    many: int = 2000
    repeat: int = 3


QUICK = Sizes(small=3, middle=4, large=5, few=20, many=60, repeat=1)
_SMALL_PAPER = {"days": 12, "pages": 2, "stories": 2}


def main() -> int:
    """Measure, print, and return the exit status."""
    options = _read_arguments()
    sizes = QUICK if options.quick else Sizes(repeat=options.repeat)
    found: dict[str, Any] = {}
    with TemporaryDirectory(prefix="jianbao-backfill-") as name:
        if options.only != "cost":
            paper = _SMALL_PAPER if options.quick else {}
            kills = 1 if options.quick else options.kills
            counts = kill(Path(name) / "kills", kills, options.seed, paper)
            print(counts.describe())
            found["kills"] = asdict(counts)
        if options.only != "kills":
            found["cost"] = measure(Path(name) / "cost", sizes)
            print_cost(found["cost"])
    print(json.dumps(found, ensure_ascii=False))
    return int(bool(found.get("kills", {}).get("problems")))


def kill(folder: Path, kills: int, seed: int, paper: Mapping[str, int]) -> HistoryCasualties:
    """Kill that many backfills, twenty to a history, and return what came of all; ``paper``: `make_paper`."""
    counts, nursery = HistoryCasualties(), Nursery()
    while counts.kills < kills:
        place = folder / str(counts.trials)
        trial = HistoryTrial(place, f"{seed}/{counts.trials}", nursery.launch, _FORKED_STARTUP, **paper)
        counts.add(trial.run(min(kills - counts.kills, _KILLS_PER_HISTORY)))
        for problem in counts.problems:
            print(f"{place}: {problem}", flush=True)
    nursery.close()
    return counts


def measure(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Return memory and CPU of both histories, and CPU of both category crawls, medians of rounds in turn."""
    histories: dict[int, list[tuple[float, float, int]]] = {sizes.small: [], sizes.middle: []}
    crawls: dict[int, list[float]] = {sizes.few: [], sizes.many: []}
    for number in range(sizes.repeat):
        for days, costs in histories.items():
            costs.append(backfill(folder / f"history-{days}-{number}", days))
        for articles, spent in crawls.items():
            spent.append(crawl(folder / f"crawl-{articles}-{number}", articles))
    small, middle = histories.values()
    counts = [costs[0][2] for costs in (small, middle)]
    more = median(cost[0] for cost in middle) - median(cost[0] for cost in small)
    large = backfill(folder / "large", sizes.large)
    return {
        "articles": [counts[1], large[2]],
        "memory_mb": [median(cost[1] for cost in middle), large[1]],
        "epaper_ms": more / (counts[1] - counts[0]) * 1000,
        "category_ms": (median(crawls[sizes.many]) - median(crawls[sizes.few]))
        / (sizes.many - sizes.few)
        * 1000,
    }


def backfill(folder: Path, days: int) -> tuple[float, float, int]:
    """Fetch a history; return its CPU seconds, its peak memory in MB, and how many articles came of it."""
    press = Press.of(1, 1)
    with DemoSite(press, rooms=[make_paper(press.today, days, _PAGES, _STORIES)]) as site:
        configuration = configure(folder, site, http={"concurrency": 8})
        command = [PYTHON, "-P", "-m", "jianbao", "--config", str(configuration), "backfill", SLUG, "--json"]
        cost = run_child(command, log=folder / "log")
    counts = json.loads(cost.output)["sources"][0]
    if counts["new"] + counts["furniture"] != counts["listed"]:
        raise SystemExit(f"a backfill stored {counts['new']} of {counts['listed']} articles")
    return cost.cpu, cost.memory, counts["new"]


def crawl(folder: Path, articles: int) -> float:
    """Crawl category pages with so many articles; return the CPU seconds."""
    with Newspapers(articles, _PAPERS) as site:
        return Crawler(folder, site.category_urls, site.url).crawl().cpu


def print_cost(cost: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    for articles, memory in zip(cost["articles"], cost["memory_mb"], strict=True):
        print(f"peak memory, {articles} articles{memory:10.0f} MB")
    ratio = cost["epaper_ms"] / cost["category_ms"] if cost["category_ms"] > 0 else 0
    sides = f"e-paper {cost['epaper_ms']:.2f} ms, category {cost['category_ms']:.2f} ms"
    print(f"CPU per article: {sides}, {ratio:.2f}")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a newspaper's history costs, and that it is whole.")
    parser.add_argument("--quick", action="store_true", help="a few days, to see that it works")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1, help="the same seed takes the same decisions")
    parser.add_argument("--repeat", type=int, default=3, help="measure each so often (default 3)")
    parser.add_argument("--only", choices=("kills", "cost"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
