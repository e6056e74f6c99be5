"""The proof that search finds what it should: every query answered by it and by the naive search."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from sqlalchemy import Connection, select

from storage.archive.folder import Archive
from storage.articles.lists import count_articles
from storage.database.schema import article
from storage.search import (
    AT_ONCE,
    Found,
    count_unindexed,
    parse_query,
    read_index_state,
    search_articles,
    settle_query,
)
from storage.search.sweep import Sweep
from support.mixed_text import disguise, motley_word
from support.naive_search import Alternative, Asked, NaiveQuery, NaiveSearch, naive_fold
from support.searched_articles import MEDIA, SECURITIES, SLUGS, WRITERS

_PAGE = 10


@dataclass(slots=True)
class Verdict:
    """How many queries were asked, how many articles should have been found, and what went wrong."""

    queries: int = 0
    empty: int = 0
    wanted: int = 0
    found: int = 0
    missed: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """Return the figures in a line."""
        recall = 1 - self.missed / max(self.wanted, 1)
        precision = 1 - self.wrong / max(self.found, 1)
        return (
            f"{self.queries:,} queries ({self.empty:,} without an answer), {self.wanted:,} matches: "
            f"recall {recall:.4%}, precision {precision:.4%}, other problems {len(self.problems)}"
        )

    @property
    def is_clean(self) -> bool:
        """Return whether nothing was wrong."""
        return not (self.missed or self.wrong or self.problems)


def make_words(connection: Connection, random: Random, count: int) -> list[NaiveQuery]:
    """Return queries for one word of one to eight characters each, most of them cut from the archive."""
    lines = _some_lines(connection, random)
    queries: list[NaiveQuery] = []
    while len(queries) < count:
        asked = Asked(motley_word(random, lines))
        if _can_be_typed(asked):
            queries.append(NaiveQuery((Alternative((asked,)),)))
    return queries


def make_combinations(connection: Connection, random: Random, count: int) -> list[NaiveQuery]:
    """Return queries of several words, alternatives, exclusions, titles, stars and filters."""
    lines = _some_lines(connection, random)
    return [_combine(random, lines) for _ in range(count)]


def prove_search(connection: Connection, queries: Iterable[NaiveQuery], *, copies: bool = False) -> Verdict:
    """Ask every query of both, all matches and the first page with its total; return what differed.

    ``copies`` hides in both the articles whose text also stands in an earlier one that answers.
    """
    naive = NaiveSearch.read(connection)
    verdict = Verdict()
    for asked in queries:
        wanted = naive.find(asked, collapse=copies)
        query = settle_query(connection, parse_query(asked.typed())).query
        sweep = Sweep(connection, query, collapse=copies)
        _compare(verdict, asked, wanted, [row.info_code for row in sweep])
        found = search_articles(connection, query, limit=_PAGE, collapse=copies, effort=AT_ONCE)
        _compare_page(verdict, asked, wanted, found)
    return verdict


def kill_worker(work: str, folder: Path, random: Random) -> bool:
    """Let a process ``write`` the archive or ``rebuild`` its index; return whether it died of our kill."""
    ready = folder.parent / "ready"
    ready.unlink(missing_ok=True)
    process = _start(Path(__file__).with_name("search_writer.py"), work, folder, ready)
    while process.poll() is None and not ready.exists():
        time.sleep(0.001)
    return _kill(process, random.uniform(0, 0.1))


def kill_reindex(folder: Path, random: Random, part: float) -> tuple[int, int]:
    """Begin a reindex, and kill it when it has come to a part of the articles, or soon after.

    Return how many articles were left to do, and how many there are.
    """
    with Archive.open(folder) as archive:
        process = _start("-m", "jianbao", "--archive", folder, "reindex", "--restart", "--json")
        with archive.reading() as connection:
            whole = count_articles(connection)
        left = 0
        while process.poll() is None and not 0 < left <= whole * (1 - part):
            with archive.reading() as connection:
                left = 0 if read_index_state(connection).is_current else count_unindexed(connection)
            time.sleep(0.001)
        _kill(process, random.uniform(0, 0.05))
        with archive.reading() as connection:
            return count_unindexed(connection), whole


def _start(*arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _kill(process: subprocess.Popen[bytes], delay: float) -> bool:
    time.sleep(delay)
    process.kill()
    return process.wait() == -signal.SIGKILL


def _some_lines(connection: Connection, random: Random) -> list[str]:
    rows = connection.execute(select(article.c.title, article.c.text).order_by(article.c.info_code)).all()
    return [random.choice([row.title, *row.text.split("\n")]) for row in random.choices(rows, k=3_000)]


def _can_be_typed(asked: Asked) -> bool:
    """Return whether the word can be written in a query at all: a quotation mark must not stand in front."""
    if not naive_fold(asked.text):
        return False
    return '"' not in asked.text or (
        asked.text[0] not in '"-－*＂“”„‟〝〞〟「『｢﹁﹃＊﹡﹣−–—―‐‑‒'
        and asked.text[-1] not in "*＊﹡"
        and not any(map(str.isspace, asked.text))
        and not any(colon in asked.text for colon in ":：﹕︰∶")
    )


def _combine(random: Random, lines: list[str]) -> NaiveQuery:
    def word() -> Asked:
        while True:
            asked = Asked(
                motley_word(random, lines)[: random.randint(1, 4)],
                in_title=random.random() < 0.2,
                open_left=random.random() < 0.2,
                open_right=random.random() < 0.2,
            )
            if '"' not in asked.text and _can_be_typed(asked):
                return asked

    def some(values: Iterable[str | None], share: float) -> tuple[str, ...]:
        return tuple(value for value in values if value and random.random() < share)

    alternatives = tuple(
        Alternative(
            tuple(word() for _ in range(random.randint(1, 3))),
            tuple(word() for _ in range(random.choice((0, 0, 1, 2)))),
        )
        for _ in range(random.choice((1, 1, 1, 2, 3)))
    )
    securities = [
        value for each in SECURITIES for value in (each.code, each.name, f"{each.market}.{each.code}")
    ]
    return NaiveQuery(
        alternatives,
        sources=some(SLUGS, 0.15),
        media=tuple(disguise(random, name) for name in some(MEDIA, 0.1)),
        authors=some(WRITERS, 0.05),
        not_authors=some(WRITERS, 0.05),
        securities=some(securities, 0.03),
        not_sources=some(SLUGS, 0.05),
        not_media=some(MEDIA, 0.05),
        not_securities=some(securities, 0.02),
    )


def _compare(verdict: Verdict, asked: NaiveQuery, wanted: list[str], found: list[str]) -> None:
    verdict.queries += 1
    verdict.empty += not wanted
    verdict.wanted += len(wanted)
    verdict.found += len(found)
    missed, wrong = set(wanted) - set(found), set(found) - set(wanted)
    verdict.missed += len(missed)
    verdict.wrong += len(wrong)
    if missed or wrong or found != wanted:
        what = (
            f"missed {sorted(missed)[:3]}, wrong {sorted(wrong)[:3]}" if missed or wrong else "out of order"
        )
        verdict.problems.append(f"{asked.typed()!a}: {what}")


def _compare_page(verdict: Verdict, asked: NaiveQuery, wanted: list[str], found: Found) -> None:
    page = [hit.stored.article.info_code for hit in found.hits]
    if page != wanted[:_PAGE] or (found.next is not None) != (len(wanted) > _PAGE):
        verdict.problems.append(f"{asked.typed()!a}: another first page")
    if found.exact and found.total != len(wanted):
        verdict.problems.append(f"{asked.typed()!a}: {found.total} told, {len(wanted)} there")
