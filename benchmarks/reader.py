"""How long the reader takes for each of its pages, over a large archive.

``python benchmarks/reader.py [--quick] [--articles N] [--turns N] [--archive DIR] [--folder DIR]``: an
archive of 300,000 articles of seven papers with its search index and a year of crawls every five minutes is
made in DIR (8 GB) and removed, unless one is named that is there already. Each page is asked for many times,
for other articles, days and words each time, through the whole application with compression, in one process:
by the clock, and by the CPU's, which other work on the machine does not lengthen. Prints a table and one line
of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from history import fill_archive
from prose import Prose
from sqlalchemy import func, insert, select

from jianbao.upkeep.index import rebuild_index
from jianbao.web.application import create_app
from jianbao.web.server import spare_collector
from storage.archive.folder import Archive
from storage.database.schema import article, crawl, event, source
from storage.ledger.source import save_sources
from storage.records import Source
from storage.records.press_days import press_day
from storage.search.folding import fold

GOAL = 50.0  # milliseconds
ASKED = ((1, 500), (2, 500), (2, 500), (2, 8_000), (2, 8_000), (3, 500), (3, 8_000), (4, 8_000))
"""Length and rank, at most, of the words that are asked for; two pairs of them are asked for together."""
_ENDED = datetime(2026, 3, 1, tzinfo=UTC)
Address = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Timed:
    """What one kind of page cost: milliseconds by the clock, those of the CPU (95 %), and bytes sent."""

    page: str
    p50: float
    p95: float
    cpu: float
    sent: int


def make_archive(folder: Path, articles: int, papers: int = 7) -> None:
    """Make an archive with articles, their search index, and a year of crawls of which some failed."""
    slugs = [f"di{number}xianribao" for number in range(1, papers + 1)]
    with Archive.open(folder) as archive, archive.writing() as connection:
        rows = [
            Source(slug, f"第{slug[2]}县日报", "category", None, "Asia/Shanghai", None, enabled=True)
            for slug in slugs
        ]
        save_sources(connection, rows)
    prose = Prose()
    fill_archive(folder, articles, slugs, lambda number: prose.write(number)[1].split("\n"))
    with Archive.open(folder) as archive:
        with archive.writing() as connection:
            connection.execute(source.update().values(added_at=_ENDED - timedelta(days=365)))
            connection.execute(insert(crawl), list(_crawls(105_000 if articles > 100_000 else 1_000)))
        deque(rebuild_index(archive, anew=True), maxlen=0)


def _crawls(count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        began = _ENDED - timedelta(minutes=5 * (count - number))
        yield {
            "trigger": "schedule",
            "started_at": began,
            "finished_at": began + timedelta(seconds=9),
            "status": "failed" if number // 2000 % 10 == 0 else "ok",
            "pid": 1,
            "polls": 7,
            "requests": 7,
            "sources": [],
            "errors": [],
            "version": "bench",
        }


def choose_addresses(archive: Archive, seed: int = 7) -> dict[str, Address]:
    """Return for each kind of page what makes addresses of it, another one each time."""
    chosen = random.Random(seed)
    with archive.reading() as view:
        first, last = view.execute(select(func.min(article.c.id), func.max(article.c.id))).one()
        codes = [_code_from(view, chosen.randint(first, last)) for _ in range(400)]
        slugs = list(view.execute(select(source.c.slug)).scalars())
        moments = view.execute(select(article.c.published_at).where(article.c.info_code.in_(codes))).scalars()
        days = [press_day(moment) for moment in moments]
    with archive.writing() as connection:
        connection.execute(
            insert(event),
            [
                {
                    "kind": "quarantine",
                    "info_code": code,
                    "message": "…",
                    "opened_at": _ENDED,
                    "last_seen_at": _ENDED,
                }
                for code in codes[:200]
            ],
        )
    words = _draw_words(chosen)

    def word() -> str:
        return quote(chosen.choice(words))

    return {
        "/": lambda: "/",
        "/search?q=": lambda: f"/search?q={word()}",
        "/search?q=&source=": lambda: f"/search?q={word()}&source={chosen.choice(slugs)}",
        "/search?source=": lambda: f"/search?source={chosen.choice(slugs)}",
        "/search?order=oldest": lambda: f"/search?q={word()}&order=oldest",
        "/search?order=relevance": lambda: f"/search?q={word()}&order=relevance",
        "/trend": lambda: f"/trend?q={word()}",
        "/trend?by=day": lambda: f"/trend?q={word()}&by=day&from={chosen.choice(days).year}",
        "/trend?split=1": lambda: f"/trend?q={word()}&split=1",
        "/article/CODE": lambda: f"/article/{chosen.choice(codes)}",
        "/article/CODE?q=": lambda: f"/article/{chosen.choice(codes)}?q={word()}",
        "/article/CODE/original": lambda: f"/article/{chosen.choice(codes)}/original",
        "/sources": lambda: "/sources",
        "/source/SLUG": lambda: f"/source/{chosen.choice(slugs)}",
        "/source/SLUG?year=": lambda: f"/source/{chosen.choice(slugs)}?year={chosen.choice(days).year}",
        "/source/SLUG/DAY": lambda: f"/source/{chosen.choice(slugs)}/{chosen.choice(days)}",
        "/day/DAY": lambda: f"/day/{chosen.choice(days)}",
        "/crawls": lambda: f"/crawls?before={chosen.randint(2, 1000)}",
        "/crawl/ID": lambda: f"/crawl/{chosen.randint(1, 1000)}",
        "/events": lambda: "/events",
        "/gaps": lambda: "/gaps",
        "/about": lambda: "/about",
    }


def _draw_words(chosen: random.Random) -> list[str]:
    """Return words that the archive's texts hold, two together, and one without another."""
    vocabulary = [fold(word) for word in Prose().words]
    words = [
        chosen.choice([word for word in vocabulary[:rank] if len(word) == length]) for length, rank in ASKED
    ]
    return [*words, f"{words[1]} {words[3]}", f"{words[2]} -{words[4]}"]


def _code_from(view: Any, identity: int) -> str:
    query = select(article.c.info_code).where(article.c.id >= identity).order_by(article.c.id).limit(1)
    return str(view.execute(query).scalar_one())


async def ask(application: Any, address: str) -> tuple[int, int]:
    """Ask the application as a browser's server would; return the status and the bytes of the body."""
    path, _, query = address.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip"), (b"accept-language", b"zh")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8765),
    }
    answer = {"status": 0, "bytes": 0}

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer["status"] = message["status"]
        else:
            answer["bytes"] += len(message.get("body", b""))

    await application(scope, receive, send)
    return answer["status"], answer["bytes"]


async def measure(application: Any, addresses: dict[str, Address], turns: int) -> list[Timed]:
    """Ask for every kind of page that often, after once for nothing."""
    found: list[Timed] = []
    async with application.router.lifespan_context(application):
        for page, address in addresses.items():
            await ask(application, address())
            times, spent, sent = [], [], 0
            for _ in range(turns):
                began, busy = time.perf_counter(), time.process_time()
                status, sent = await ask(application, address())
                times.append((time.perf_counter() - began) * 1000)
                spent.append((time.process_time() - busy) * 1000)
                assert status == 200, (page, status)
            found.append(Timed(page, median(times), _most(times), _most(spent), sent))
            print_line(found[-1])
    return found


def _most(times: list[float]) -> float:
    """Return the time that 95 of a hundred stay below."""
    return quantiles(times, n=20, method="inclusive")[-1]


def print_line(timed: Timed) -> None:
    """Print what a page cost."""
    over = "  over the goal" if timed.p95 > GOAL else ""
    print(f"{timed.page:28}{timed.p50:9.1f}{timed.p95:9.1f}{timed.cpu:9.1f}{timed.sent:9,}{over}", flush=True)


@contextmanager
def kept_archive(options: argparse.Namespace) -> Iterator[Path]:
    """Give the archive that is named, or one that is made now and removed at the end."""
    if options.archive:
        yield options.archive
        return
    with TemporaryDirectory(dir=options.folder) as folder:
        make_archive(Path(folder), 2_000 if options.quick else options.articles)
        yield Path(folder)


def main() -> None:
    """Make an archive, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--articles", type=int, default=300_000)
    parser.add_argument("--turns", type=int, default=60)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with kept_archive(options) as folder:
        with Archive.open_existing(folder) as archive:
            addresses = choose_addresses(archive)
        spare_collector()
        print(f"{'page':28}{'p50 ms':>9}{'p95 ms':>9}{'cpu ms':>9}{'sent':>9}")
        found = asyncio.run(measure(create_app(folder), addresses, 3 if options.quick else options.turns))
    print(
        json.dumps(
            {
                "pages": {
                    timed.page: [round(timed.p50, 2), round(timed.p95, 2), round(timed.cpu, 2)]
                    for timed in found
                }
            }
        )
    )


if __name__ == "__main__":
    main()
