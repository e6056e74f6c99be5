"""Backups and looks at the whole archive, measured: ``custody.py --articles 20000 --kills 100``.

Articles are taken to an archive as a crawl takes them, backed up, restored, and looked at fully; backups are
killed at random moments, and each time the newest whole one is restored and looked at. Exit status 1 when
anything was lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.delivered_articles import DeliveredArticles

from jianbao.demo import Press
from jianbao.upkeep.backup import BackupOrder, back_up
from jianbao.upkeep.restore import restore_archive
from jianbao.upkeep.verify import verify_quickly
from jianbao.upkeep.verify_full import verify_fully
from storage.archive.folder import Archive
from storage.archive.settling import settle

_TOGETHER = 16
_BETWEEN = 3
"""Articles that come between two kills."""


def main() -> int:
    """Fill an archive, measure, kill, and print one line of JSON; return the exit status."""
    options = _read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="jianbao-custody-"))
    work = DeliveredArticles.open(folder / "archive", Press.of(4, 2))
    fill(work, options.articles)
    order = BackupOrder(folder / "archive", folder / "backups", keep=3)
    found: dict[str, Any] = {"articles": options.articles, "backup": measure_backups(order, work)}
    found["kills"] = kill_backups(order, work, options.kills, random.Random(options.seed))
    work.archive.close()
    back_up(order, _quiet)
    found["restore"] = measure_restore(order, folder / "restored")
    print(json.dumps(found))
    shutil.rmtree(folder)
    return 0 if found["kills"]["lost"] == 0 and found["restore"]["ok"] else 1


def fill(work: DeliveredArticles, count: int) -> None:
    """Take so many articles to the archive, some in one transaction."""
    for start in range(0, count, _TOGETHER):
        posts = [work.offer.publish() for _ in range(min(_TOGETHER, count - start))]
        settle(work.archive, [work.pending(post) for post in posts])
        for post in posts:
            work.offer.delete(post.code, everywhere=True)


def measure_backups(order: BackupOrder, work: DeliveredArticles) -> dict[str, Any]:
    """Return the seconds and bytes of the first backup, and of one with little new."""
    began = time.perf_counter()
    first = back_up(order, _quiet)
    between = time.perf_counter()
    fill(work, _TOGETHER)
    filled = time.perf_counter()
    second = back_up(order, _quiet)
    assert first.snapshot is not None
    return {
        "seconds": round(between - began, 2),
        "database_mb": round(first.snapshot.size / 1e6, 1),
        "warc_mb": round(first.copied / 1e6, 1),
        "again_seconds": round(time.perf_counter() - filled, 2),
        "again_mb": round(second.copied / 1e6, 2),
    }


def kill_backups(
    order: BackupOrder, work: DeliveredArticles, kills: int, chance: random.Random
) -> dict[str, int]:
    """Kill so many backups at random moments; return how many were, and how often anything was lost."""
    began = time.perf_counter()
    back_up(order, _quiet)
    took, killed, lost = time.perf_counter() - began, 0, 0
    for _ in range(kills):
        fill(work, _BETWEEN)
        after = chance.uniform(0.001, 1.1 * took)
        child = get_context("fork").Process(target=_die_within, args=(order, after))
        child.start()
        child.join()
        killed += child.exitcode == -signal.SIGALRM
        restored = restore_archive(order.destination, order.destination.with_name("killed"), _quiet)
        lost += bool(restored.damaged) or not verify_quickly(restored.folder).is_ok
        shutil.rmtree(restored.folder)
    return {"tried": kills, "killed": killed, "lost": lost}


def measure_restore(order: BackupOrder, target: Path) -> dict[str, Any]:
    """Return the seconds of a restore and of both looks, and how many megabytes a second were looked at."""
    began = time.perf_counter()
    restore_archive(order.destination, target, _quiet)
    restored = time.perf_counter()
    quick = verify_quickly(target)
    looked = time.perf_counter()
    full = verify_fully(target)
    seconds = time.perf_counter() - looked
    with Archive.open_reading(target) as archive, archive.reading() as connection:
        unpacked = connection.exec_driver_sql("SELECT sum(length(text)) FROM article").scalar_one()
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "ok": quick.is_ok and full.is_ok and not full.notes,
        "seconds": round(restored - began, 2),
        "quick_seconds": round(looked - restored, 2),
        "full_seconds": round(seconds, 2),
        "full_mb_s": round(
            (full.checked["record_bytes"] + full.checked["database_bytes"]) / 1e6 / seconds, 1
        ),
        "full_articles_s": round(full.checked["texts"] / seconds),
        "characters": unpacked,
        "memory_mb": round(max(peaks) / 1000),
    }


def _die_within(order: BackupOrder, after: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, after)
    back_up(order, _quiet)
    os._exit(0)


def _quiet(_text: str) -> None:
    return None


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a small run, as the tests have it")
    options = parser.parse_args()
    if options.quick:
        options.articles, options.kills = 48, 3
    return options


if __name__ == "__main__":
    sys.exit(main())
