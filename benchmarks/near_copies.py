"""Near copies planted among articles of one region: how many are found, how many are wrong, what it costs.

``python benchmarks/near_copies.py [--quick] [--articles N] [--folder DIR]``: articles are stored in the
order of their publication, 2,000 a day, a tenth of them copies of earlier ones, and looked at as a crawl does
after storing them; at last some more, each by itself. The archive is made in DIR (0.7 GB for the 100,000) and
removed. Prints a table and, last, one line of JSON.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from reprints import EDITS, Printed, print_papers
from sqlalchemy import Connection, insert, select, text

from jianbao.upkeep.story_links import BATCH, link_batch
from storage.archive.folder import Archive
from storage.database.schema import article, story_link, story_member, story_owed

PER_DAY = 2_000
COPIED = 0.1
CHUNK = 1_000
ALONE = 300
_TABLES = ("story_sketch", "story_key", "story_link", "story_member", "story_owed")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="Near copies: recall, precision and cost.")
    parser.add_argument("--quick", action="store_true", help="2,000 articles only, 200 a day")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="a folder with room for the archive")
    options = parser.parse_args()
    with TemporaryDirectory(prefix="jianbao-near-copies-", dir=options.folder) as folder:
        found = measure(Path(folder), *((2_000, 200) if options.quick else (options.articles, PER_DAY)))
    print_found(found)
    sys.stdout.write(json.dumps(found) + "\n")


def measure(folder: Path, articles: int, per_day: int) -> dict[str, Any]:
    """Return what was found, and what it cost."""
    printed: list[Printed] = []
    costs: list[tuple[float, float]] = []
    papers = print_papers(articles + ALONE, per_day, COPIED)
    with Archive.open(folder) as archive:
        while chunk := list(islice(papers, min(CHUNK, articles - len(printed)))):
            printed += store(archive, chunk)
            costs.append(link(archive, len(chunk), BATCH))
        size = measure_size(folder, articles)
        alone = [link(archive, len(store(archive, [one])), 1) for one in papers]
        judged = judge(archive, printed)
    tenth = max(1, len(costs) // 10)
    return {
        "articles": articles,
        **judged,
        "cpu_ms": median(cpu for cpu, _ in costs),
        "wall_ms": median(wall for _, wall in costs),
        "first_tenth_cpu_ms": median(cpu for cpu, _ in costs[:tenth]),
        "last_tenth_cpu_ms": median(cpu for cpu, _ in costs[-tenth:]),
        "alone_cpu_ms": median(cpu for cpu, _ in alone),
        "alone_wall_ms": median(wall for _, wall in alone),
        "bytes": size,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def store(archive: Archive, chunk: Sequence[Printed]) -> list[Printed]:
    """Store articles as a crawl would have, without what has nothing to do with stories; return them bare."""
    with archive.writing() as connection:
        connection.execute(insert(article), [_row(one) for one in chunk])
        connection.execute(insert(story_owed), [{"info_code": code_of(one.number)} for one in chunk])
    return [Printed(one.number, one.origin, one.kind, one.published_at, "") for one in chunk]


def link(archive: Archive, articles: int, batch: int) -> tuple[float, float]:
    """Look for near copies of what was stored; return milliseconds of CPU and of time for each article."""
    gc.freeze()  # what the benchmark itself remembers is no burden of a crawl
    cpu, wall = time.process_time(), time.perf_counter()
    done = 0
    while done < articles:
        with archive.writing() as connection:
            done += link_batch(connection, batch).articles
    return (time.process_time() - cpu) * 1000 / articles, (time.perf_counter() - wall) * 1000 / articles


def judge(archive: Archive, printed: Sequence[Printed]) -> dict[str, Any]:
    """Return recall by kind of copy, and precision: how many links join two of one origin."""
    origins = {code_of(one.number): one.origin for one in printed}
    with archive.reading() as connection:
        links = connection.execute(select(story_link.c.one, story_link.c.other)).all()
        stories = dict(connection.execute(select(story_member.c.info_code, story_member.c.story)).all())
    ours = [(a, b) for a, b in links if a in origins and b in origins]
    right = sum(origins[a] == origins[b] for a, b in ours)
    copies = [one for one in printed if one.number != one.origin]
    planted = Counter(one.kind for one in copies)
    linked = Counter(one.kind for one in copies if _is_linked(stories, one))
    return {
        "copies": len(copies),
        "links": len(ours),
        "precision": right / len(ours),
        "recall": linked.total() / planted.total(),
        "kinds": {kind: (planted[kind], linked[kind] / max(1, planted[kind])) for kind in EDITS},
    }


def measure_size(folder: Path, articles: int) -> float:
    """Return the bytes that all tables of stories take, for each article."""
    with Archive.open(folder) as archive, archive.reading() as connection:
        return sum(_size_of(connection, table) for table in _TABLES) / articles


def print_found(found: dict[str, Any]) -> None:
    """Print the figures for people."""
    print(f"{found['copies']:,} copies planted among {found['articles']:,} articles")
    print(f"{'kind':32}{'planted':>10}{'recall':>10}")
    for kind, (planted, recall) in found["kinds"].items():
        print(f"{kind:32}{planted:10,}{recall:10.4f}")
    for name in ("recall", "precision"):
        print(f"{name:42}{found[name]:10.4f}")
    for name, cost in found.items():
        if name.endswith("_ms"):
            print(f"{name + ' an article':42}{cost:10.3f}")
    print(f"{'bytes an article':42}{found['bytes']:10.0f}")
    print(f"{'peak memory, MB':42}{found['peak_mb']:10.0f}")


def code_of(number: int) -> str:
    """Return the info code of an article of the benchmark: they order as numbers do."""
    return f"NW20250101{number:010d}"


def _is_linked(stories: dict[str, str], copy: Printed) -> bool:
    story = stories.get(code_of(copy.number))
    return story is not None and story == stories.get(code_of(copy.origin))


def _size_of(connection: Connection, table: str) -> int:
    """Return the bytes of a table and its indexes, by the statistics that SQLite keeps of its pages."""
    names = connection.execute(
        text("SELECT name FROM sqlite_schema WHERE tbl_name = :table"), {"table": table}
    )
    pages = text("SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = :name AND aggregate = TRUE")
    return sum(int(connection.execute(pages, {"name": name}).scalar_one()) for (name,) in names.all())


def _row(one: Printed) -> dict[str, Any]:
    code = code_of(one.number)
    lines = one.text.split("\n")
    return {
        "id": one.number,
        "info_code": code,
        "forms": "media",
        "title": lines[0][:20],
        "media": "上饶日报",
        "published_at": one.published_at,
        "precision": "second",
        "url": f"http://127.0.0.1/{code}.html",
        "continued": False,
        "text": one.text,
        "paragraphs": ["text"] * len(lines),
        "images": [],
        "links": [],
        "content_hash": hashlib.sha256(one.text.encode()).hexdigest(),
        "first_seen_at": one.published_at,
        "last_checked_at": one.published_at,
        "parser_version": 1,
        "revision": 1,
        "status": "archived",
    }


if __name__ == "__main__":
    main()
