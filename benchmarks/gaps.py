"""That gaps names every loss and nothing else, and repairs it; and what it costs: ``gaps.py [--quick]``.

In an archive of the demo site 50 articles, 5 whole days, a week of one source, 20 pictures and 3 issues are
taken away; ``gaps`` must name them and nothing else, and ``gaps --repair``, killed a few times on its way,
must bring all of it back (exit status 1 when anything differs). Then the seconds of a look over 100,000
articles, of a coverage statement, of what is overdue, of pages to be checked, and of the look after a crawl.
Everything is on loopback; prints a table and a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from stored_days import SLUGS, store_days
from support.planted_loss import Planter, count_rows

from jianbao.demo import DemoSite, Press
from jianbao.demo.declarations import declare_rooms
from jianbao.demo.offer import daily_rooms
from jianbao.demo.run import configure
from jianbao.documents.coverage import read_statement
from storage.archive.folder import Archive
from storage.articles.lists import ArticleFilter
from storage.ledger.arrears import list_overdue
from storage.ledger.checks import list_due
from storage.ledger.holes.every import list_holes
from storage.ledger.holes.look import look_for_gaps
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.press_holidays import find_holiday

_PAPERS = ("lxrb", "ybwb")
_LOOKS = 5
CHECKED = (1, 7, 30, 90, 365)
"""Days after which pages are looked at again."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What is taken away, how often the repair is killed, and how many articles are looked over."""

    articles: int = 50
    days: int = 5
    week: int = 7
    pictures: int = 20
    issues: int = 3
    kills: int = 3
    stored: int = 100_000


QUICK = Sizes(articles=10, days=2, week=3, pictures=4, issues=1, kills=1, stored=8_000)


def main() -> int:
    """Run what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in small: does it run, and is it right?")
    parser.add_argument("--only", choices=("loss", "cost"))
    options = parser.parse_args()
    sizes = QUICK if options.quick else Sizes()
    found: dict[str, Any] = {}
    with TemporaryDirectory() as folder:
        if options.only != "cost":
            found["loss"] = prove_loss(Path(folder) / "loss", sizes)
        if options.only != "loss":
            found["cost"] = measure_cost(Path(folder) / "cost", sizes)
    for part, figures in found.items():
        for name, figure in figures.items():
            print(f"{part:5} {name:28} {figure}")
    print(json.dumps(found))
    return bool(found.get("loss", {}).get("problems"))


def prove_loss(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Plant losses, have them named and repaired, and return what was seen."""
    folder.mkdir()
    today = press_day(datetime.now(UTC)) - timedelta(days=1)
    with DemoSite(Press.daily(today), rooms=daily_rooms(today)) as site:
        (folder / "jianbao.toml").write_text(f"{configure(site)}\n{declare_rooms(site, site.url)}", "utf-8")
        for words in (["crawl"], *(["backfill", slug] for slug in _PAPERS)):
            _start(folder, *words).wait()
        with Archive.open_existing(folder / "archive") as archive:
            whole, before = count_rows(archive), _find_holes(archive)
            planted = _plant(archive, sizes).planted
            after = _find_holes(archive)
        problems = planted.misnamed([hole for hole in after if hole not in before])
        seconds = _repair(folder, sizes.kills)
        with Archive.open_existing(folder / "archive") as archive:
            repaired, left = count_rows(archive), _find_holes(archive)
    if repaired != whole:
        problems.append(f"there were {whole}, and are {repaired}")
    mentioned = {code for hole in before for code in hole.codes}
    problems += [f"left: {hole}" for hole in left if not mentioned.issuperset(hole.codes) or not hole.codes]
    return {
        "holes_before": len(before),
        "holes_named": len(after) - len(before),
        "holes_left": len(left),
        "whole": whole,
        "repair_seconds": round(seconds, 1),
        "kills": sizes.kills,
        "problems": problems,
    }


def _plant(archive: Archive, sizes: Sizes) -> Planter:
    planter = Planter(archive, Random(20260320))
    week, days = (planter.printed_days(slug) for slug in _PAPERS)
    planter.lose_days(_PAPERS[0], week[8 : 8 + sizes.week])
    some = [day for day in days[4:-4] if find_holiday(day) is None]
    planter.lose_days(_PAPERS[1], planter.random.sample(some, sizes.days))
    planter.lose_issues(_PAPERS[0], planter.random.sample(week[20:34], sizes.issues))
    planter.lose_articles(sizes.articles)
    planter.lose_pictures(sizes.pictures)
    return planter


def _find_holes(archive: Archive) -> list[Hole]:
    with archive.reading() as view:
        return list_holes(view, datetime.now(UTC), codes=None)


def _repair(folder: Path, kills: int) -> float:
    """Repair to the end, killed with SIGKILL so often before; return the seconds that it took."""
    began = time.monotonic()
    for at in range(kills):
        running = _start(folder, "gaps", "--repair", "--json")
        try:
            running.wait(2.0 + 2.0 * at)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
    _start(folder, "gaps", "--repair", "--json").wait()
    return time.monotonic() - began


def _start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "jianbao", "--config", str(folder / "jianbao.toml"), *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def measure_cost(folder: Path, sizes: Sizes) -> dict[str, Any]:
    """Return the seconds of `gaps` over an archive of so many articles, and of the look after a crawl."""
    store_days(folder, sizes.stored)
    now = datetime.now(UTC)
    with Archive.open_existing(folder) as archive, archive.reading() as view:
        whole = [_time(lambda: list_holes(view, now)) for _ in range(_LOOKS)]
        look = [_time(lambda: look_for_gaps(view, SLUGS[:1], now)) for _ in range(_LOOKS)]
        missed = [_time(lambda: look_for_gaps(view, SLUGS[-1:], now)) for _ in range(_LOOKS)]
        stated = [_time(lambda: read_statement(view, ArticleFilter())) for _ in range(_LOOKS)]
        overdue = [_time(lambda: list_overdue(view, now)) for _ in range(_LOOKS)]
        due = [_time(lambda: list_due(view, SLUGS, CHECKED, now, 50)) for _ in range(_LOOKS)]
        holes = len(list_holes(view, now))
    return {
        "articles": sizes.stored,
        "holes": holes,
        "gaps_seconds": round(median(whole), 3),
        "coverage_ms": round(1000 * median(stated), 2),
        "overdue_ms": round(1000 * median(overdue), 2),
        "pages_due_ms": round(1000 * median(due), 2),
        "look_ms": round(1000 * median(look), 2),
        "look_at_a_missed_day_ms": round(1000 * median(missed), 2),
    }


def _time(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
