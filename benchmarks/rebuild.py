"""Rebuild an archive of synthetic posts and prove it: ``rebuild.py --articles 20000``.

Imports the posts, writes the journal, and makes the database again from the WARC files alone, beside it.
Prints what the journal costs an article, how many articles a second come back, and the most memory, on stderr
for people and as JSON, rates by processor time too, which other programs do not change. Exit status 1 when a
field of any table differs.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.post_files import synthetic
from support.rebuilt import find_differences

from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from jianbao.upkeep.rebuild import rebuild_archive
from jianbao.upkeep.stories import link_news
from storage.archive.folder import Archive


def main() -> int:
    """Run what was asked for, print it, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--quick", action="store_true", help="200 articles")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jianbao-rebuild-") as folder:
        found = measure(Path(folder), 200 if options.quick else options.articles)
    for name, value in found.items():
        print(f"{name.replace('_', ' ')}: {value}", file=sys.stderr)
    print(json.dumps(found))
    return bool(found["fields_that_differ"])


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Fill an archive, write its journal, rebuild its database, and compare the two."""
    found: dict[str, Any] = {}
    importing, journaling, records = fill(folder, count)
    journal = sum(path.stat().st_size for path in (folder / "archive" / "warc").rglob("*journal-*.gz"))
    filled = _memory()
    began, used = time.monotonic(), _processor_seconds()
    outcome = rebuild_archive(folder / "archive", folder / "again", replace=False, software="jianbao/bench")
    seconds, used = time.monotonic() - began, _processor_seconds() - used
    databases = [folder / name / "archive.db" for name in ("archive", "again")]
    with closing(sqlite3.connect(databases[0])) as connection:
        (articles,) = connection.execute("SELECT count(*) FROM article").fetchone()
    differences = find_differences(*databases)
    found["articles"] = articles
    found["journal_records"] = records
    found["journal_bytes_an_article"] = round(journal / articles)
    found["journal_ms_an_article"] = round(1000 * journaling / articles, 2)
    found["journal_share_of_the_import"] = round(journaling / importing, 3)
    found["rebuilt_articles_a_second"] = round(articles / seconds)
    found["rebuilt_articles_a_processor_second"] = round(articles / used)
    found["memory_mb"] = _memory()
    found["memory_mb_of_the_import"] = filled
    found["whole"] = outcome.is_whole
    found["fields_that_differ"] = len(differences)
    found["first_differences"] = differences[:20]
    return found


def fill(folder: Path, count: int) -> tuple[float, float, int]:
    """Import so many posts; return processor seconds of that and of the journal, and its records."""
    posts = folder / "posts"
    for part in ("_posts", "old_post"):
        (posts / part).mkdir(parents=True)
    for name, text in synthetic(count):
        (posts / name).write_bytes(text.encode())
    with Archive.open(folder / "archive", "jianbao/bench") as archive:
        began = _processor_seconds()
        import_posts(archive, [posts], 10_000_000, ImportCounts())
        link_news(archive, None)
        importing = _processor_seconds() - began
        began = _processor_seconds()
        records = archive.write_journal(even_idle=True)
        return importing, _processor_seconds() - began, records


def _memory() -> int:
    """Return the most memory that this process has taken, in megabytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _processor_seconds() -> float:
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


if __name__ == "__main__":
    sys.exit(main())
