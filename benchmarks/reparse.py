"""Re-parsing with the network blocked: articles a second, memory, and what a better reader changes.

``python benchmarks/reparse.py [--quick] [--articles N] [--folder DIR]``: makes an archive of N articles (one
capture each) as a crawl would, lets it look as an earlier reader would have left it (a third of the authors,
a tenth of the titles), and re-parses it three times: a look, an application, a look at what is left. Names
and connections are refused in this process and in those that read. Prints a table and, last, one line of
JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from growth import print_news
from no_network import blocked_network
from sqlalchemy import text

from jianbao.configuration import Configuration, load_configuration
from jianbao.configuration.declared import list_declared
from jianbao.crawl.deliveries import PendingDelivery
from jianbao.reparse.run import reparse_archive
from jianbao.reparse.summary import Summary
from jianbao.reparse.wish import ReparseWish
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.poll import record_poll
from storage.ledger.source import save_sources

PAPERS = 20
_GOAL = 1_000
_TOGETHER = 200
_OUTDATED = (
    "UPDATE article SET author = '旧版解析' WHERE id % 3 = 0",
    "UPDATE article SET title = '旧：' || title, content_hash = 'old' WHERE id % 10 = 0",
    "UPDATE article SET parser_version = 1",
)


@dataclass(slots=True)
class Memory:
    """The resident memory of this process and its children, in MB, as it was so far."""

    seen: list[float] = field(default_factory=list)

    def watch(self, summary: Summary, of: int) -> None:
        """Note it, some times in all."""
        if summary.read * 20 >= of * (len(self.seen) + 1):
            self.seen.append(sum(map(_resident, _processes())) / 1e6)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="What re-parsing an archive costs.")
    parser.add_argument("--quick", action="store_true", help="300 articles only, to see that it works")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="a folder with room for the archive")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="jianbao-reparse-", dir=options.folder) as folder:
        found = measure(Path(folder), 300 if options.quick else options.articles)
    print_found(found)
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")


def measure(folder: Path, articles: int) -> dict[str, Any]:
    """Return what each re-parse took and found, and whether the archive is what the present reader makes."""
    configuration = configure(folder)
    fill(configuration, articles)
    expected = fingerprint(configuration)
    outdate(configuration)
    outdated = fingerprint(configuration)
    found: dict[str, Any] = {"articles": articles, "is_outdated": outdated != expected}
    with blocked_network() as asked:
        found["look"] = run(configuration, apply=False)
        found["is_only_a_look"] = fingerprint(configuration) == outdated
        found["apply"] = run(configuration, apply=True)
        found["left"] = run(configuration, apply=False)
    found["asked_network"] = len(asked)
    found["is_as_the_present_reader_makes_it"] = fingerprint(configuration) == expected
    return found


def configure(folder: Path) -> Configuration:
    """Return a configuration of some newspapers."""
    tables = [
        f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\n'
        f'url = "http://127.0.0.1/category/{slug}.html"\n'
        for slug in slugs()
    ]
    file = folder / "jianbao.toml"
    file.write_text("\n".join(tables), "utf-8")
    return load_configuration(file, None, {})


def slugs() -> list[str]:
    """Return the newspapers."""
    from jianbao.demo import Press

    return sorted({post.slug for post in Press.of(PAPERS, PAPERS, today=date(2026, 3, 10)).posts})


def fill(configuration: Configuration, articles: int) -> None:
    """Archive so many articles as a crawl does."""
    with Archive.open(configuration.archive) as archive:
        with archive.writing() as connection:
            save_sources(connection, list_declared(configuration), alone=True)
        news = print_news(articles, slugs())
        while batch := list(islice(news, _TOGETHER)):
            with archive.writing() as connection:
                for poll, _ in batch:
                    record_poll(connection, poll)
            settle(archive, [PendingDelivery(fetch(), datetime.now(UTC)) for _, fetch in batch])


def outdate(configuration: Configuration) -> None:
    """Let the archive look as an earlier reader would have left it."""
    with Archive.open(configuration.archive) as archive, archive.writing() as connection:
        for statement in _OUTDATED:
            connection.execute(text(statement))


def fingerprint(configuration: Configuration) -> int:
    """Return what stands for all that the articles say."""
    columns = "info_code, title, media, author, published_at, url, summary, text, paragraphs, images, links"
    with Archive.open_reading(configuration.archive) as archive, archive.reading() as connection:
        rows = connection.execute(text(f"SELECT {columns}, content_hash FROM article ORDER BY info_code"))
        return hash(tuple(map(tuple, rows)))


def run(configuration: Configuration, *, apply: bool) -> dict[str, Any]:
    """Re-parse; return what that took and found."""
    memory, before, began = Memory(), _cpu(), time.perf_counter()
    opening = Archive.open if apply else Archive.open_reading
    with opening(configuration.archive) as archive:
        summary = reparse_archive(configuration, archive, ReparseWish(apply=apply), watch=memory.watch)
    wall, cpu = time.perf_counter() - began, _cpu() - before
    told = summary.as_json()
    late = memory.seen[len(memory.seen) // 4 :] or [0.0]
    return {
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "articles_per_s": round(summary.read / wall),
        "articles_per_s_of_two_cores": round(2 * summary.read / cpu),
        "memory_mb": [round(late[0]), round(max(late))],
        **{name: told[name] for name in ("read", "unchanged", "improved", "revised", "refused", "odd")},
        "fields": {one["field"]: one["articles"] for one in told["fields"]},
    }


def print_found(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"{found['articles']:,} articles; goal {_GOAL:,} a second on two cores")
    for part in ("look", "apply", "left"):
        one = found[part]
        print(
            f"{part:6} {one['wall_s']:8.1f} s {one['cpu_s']:8.1f} s of CPU "
            f"{one['articles_per_s']:7,} articles/s, "
            f"{one['articles_per_s_of_two_cores']:7,} by CPU of two cores, memory {one['memory_mb']} MB; "
            f"{one['improved']:,} improved, {one['revised']:,} revised: {one['fields']}"
        )


def _cpu() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def _processes() -> Iterator[int]:
    yield os.getpid()
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


def _resident(process: int) -> int:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
