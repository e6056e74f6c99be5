"""Prove search against the definition of a match: ``search_proof.py --articles 20000 --queries 2000``.

Asks random queries of one to eight characters in mixed scripts, and combinations with filters, of `jianbao`
and of a second, naive implementation: after the articles were stored, after edits and removals, after writers
were killed with SIGKILL, while a killed reindex is half done, and after it was finished. Prints recall and
precision of each; exit status 1 when anything differed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.search_comparison import (
    Verdict,
    kill_reindex,
    kill_worker,
    make_combinations,
    make_words,
    prove_search,
)
from support.searched_articles import SearchedArticles

from jianbao.upkeep.index import rebuild_index
from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.search import match

_COMBINED = 0.2
"""Combinations asked for each query of one word, plain and again without copies."""
_WITHOUT_INDEX = 0.01
"""The share of the queries that are asked while there is no whole index: each reads every text."""


def main() -> int:
    """Run what was asked for, print it, and return the exit status."""
    options = _read_arguments()
    folder = Path(tempfile.mkdtemp(prefix="jianbao-search-", dir=options.folder))
    # Thousands of queries are asked of the same texts.
    match.fold_lines = cache(match.fold_lines)  # type: ignore[attr-defined]
    proof = Proof(folder / "archive", options.queries, Random(options.seed))
    proof.write(options.articles, options.seed)
    proof.kill(options.kills)
    proof.rebuild()
    shutil.rmtree(folder)
    return proof.status


class Proof:
    """One archive, and what was asked of it."""

    def __init__(self, folder: Path, queries: int, random: Random) -> None:
        self.status = 0
        self._folder = folder
        self._queries = queries
        self._random = random

    def write(self, articles: int, seed: int) -> None:
        """Store the articles, then edit, relist and remove a tenth of them each."""
        began = time.monotonic()
        with SearchedArticles.open(self._folder, seed) as searched:
            searched.add(articles)
            print(f"{articles:,} articles stored in {time.monotonic() - began:.0f} s", flush=True)
            self._ask("stored")
            searched.edit(articles // 10)
            searched.relist(articles // 10)
            searched.remove(articles // 10)
        self._ask("edited, dated anew and removed, a tenth each")

    def kill(self, kills: int) -> None:
        """Kill writers in the middle."""
        killed = sum(kill_worker("write", self._folder, self._random) for _ in range(kills))
        self._ask(f"{killed} writers killed")

    def rebuild(self) -> None:
        """Kill a reindex, write on, and finish it."""
        left, whole = kill_reindex(self._folder, self._random, 0.4)
        self._ask(f"reindex killed with {left:,} of {whole:,} left", _WITHOUT_INDEX)
        with SearchedArticles.open(self._folder, seed=self._random.randrange(1 << 30)) as searched:
            searched.add(whole // 100)
            searched.edit(whole // 50)
            searched.remove(whole // 100)
        self._ask("written to meanwhile", _WITHOUT_INDEX)
        with Archive.open(self._folder) as archive:
            done = sum(rebuild_index(archive, anew=False))
        self._ask(f"reindex finished, {done:,} of them by the second run")

    def _ask(self, after: str, share: float = 1.0) -> None:
        words, combined = (max(1, int(self._queries * share * part)) for part in (1, _COMBINED))
        with Archive.open(self._folder) as archive, archive.reading() as connection:
            print(f"{after} ({count_articles(connection):,} articles):")
            plain = make_words(connection, self._random, words)
            self._tell("words", prove_search(connection, plain))
            several = make_combinations(connection, self._random, combined)
            self._tell("combinations", prove_search(connection, several))
            self._tell("without copies", prove_search(connection, several, copies=True))

    def _tell(self, what: str, verdict: Verdict) -> None:
        print(f"  {what}: {verdict.describe()}", flush=True)
        for problem in verdict.problems[:10]:
            print(f"    {problem}", flush=True)
        self.status |= not verdict.is_clean


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prove search against a naive implementation.")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1, help="the same seed writes and asks the same")
    parser.add_argument("--folder", type=Path, default=None, help="where to work (default: the system's)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
