"""How fast the archive is searched, how large its index is, and how SQLite's other ways do on the same texts.

``python benchmarks/search.py [--articles N] [--folder DIR] [--keep] [--rivals] [--quick]``: writes articles
of 1,500 characters, 2,000 a day and a fiftieth of them copies, asks for pieces of 1 to 8 characters and for
two terms, and counts trends. With ``--rivals`` LIKE, FTS5's trigrams and unicode61 are asked as well, and
every answer is compared with LIKE on the folded texts. A library kept in DIR is used again, and grows. Times
are CPU milliseconds of this process with a warm cache, the median of the rounds for each question. Prints
Markdown tables and, last, a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import process_time
from typing import Any

from library import Library, build_library
from prose import Prose
from questions import BANDS, Question, draw_questions
from rivals import INDEXES, LIKE, Rivals
from sqlalchemy import Connection, select

from storage.archive.folder import Archive
from storage.database.schema import article
from storage.search import AT_ONCE, Query, count_index_bytes, count_trend, search_articles
from storage.search.folding import fold, fold_lines
from storage.search.sweep import Sweep
from storage.search.total import count_matching
from storage.search.way import choose_way

TREND_QUESTIONS = 5
Times = dict[str, dict[str, list[float]]]
"""Milliseconds of every question, by what was measured and by kind."""


def main() -> None:
    """Measure and print."""
    options = _read_arguments()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="jianbao-search-"))
    try:
        found = measure(folder, options)
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    print(json.dumps(found))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Build what is missing, ask, print the tables, and return the figures."""
    library = build_library(folder, options.articles)
    archive = Archive.open_existing(folder)
    with archive.reading() as connection:
        found: dict[str, Any] = {"articles": library.articles, **measure_index(connection, library)}
        questions = draw_questions(connection, Prose(), options.each)
        found["search"] = measure_searches(connection, questions, options.rounds)
        found["trend"] = measure_trends(connection, questions)
        if options.rivals:
            found["rivals"] = measure_rivals(connection, folder, questions, options)
    archive.close()
    return found


def measure_index(connection: Connection, library: Library) -> dict[str, float]:
    """Return the size of the index and what making it took; print both."""
    count = library.articles
    found = {
        "index_bytes": count_index_bytes(connection) / count,
        "tokens_ms": library.tokens / count * 1000,
        "index_ms": library.index / count * 1000,
    }
    print(f"{count:,} articles: {found['index_bytes']:,.0f} bytes of index an article, made in")
    print(f"{found['tokens_ms']:.2f} ms (tokens) and {found['index_ms']:.2f} ms (FTS5) an article\n")
    return found


def measure_searches(connection: Connection, questions: list[Question], rounds: int) -> dict[str, Any]:
    """Ask every question in every order, and print a table."""
    ways: dict[str, Callable[[Query], Any]] = {
        "newest": lambda query: search_articles(connection, query, "newest", effort=AT_ONCE),
        "oldest": lambda query: search_articles(connection, query, "oldest", effort=AT_ONCE),
        "relevance": lambda query: search_articles(connection, query, "relevance", effort=AT_ONCE),
        "total": lambda query: count_matching(
            connection, query, choose_way(connection, query), AT_ONCE, collapse=True
        ),
    }
    times = {name: _time_all(questions, _asking(ask), rounds) for name, ask in ways.items()}
    _print_times("page of 20 with its total", times)
    return _summary(times)


def _asking(ask: Callable[[Query], Any]) -> Callable[[Question], Any]:
    return lambda question: ask(question.query)


def measure_trends(connection: Connection, questions: list[Question]) -> dict[str, Any]:
    """Count words of two characters by month, and print a table."""
    times: Times = {}
    for band in BANDS:
        chosen = [one for one in questions if one.kind == "2 characters" and one.band == band]
        times[band] = _time_all(
            chosen[:TREND_QUESTIONS], lambda question: count_trend(connection, question.query, "month"), 1
        )
    _print_times("trend by month", times)
    return _summary(times)


def measure_rivals(
    connection: Connection, folder: Path, questions: list[Question], options: argparse.Namespace
) -> dict[str, Any]:
    """Ask the rivals too, compare all with LIKE, and print tables."""
    file = folder / "rivals.db"
    file.unlink(missing_ok=True)
    rivals = Rivals(file)
    rivals.build(_folded_texts(connection))
    recall: dict[str, dict[str, list[float]]] = {}
    times: Times = {name: {} for name in (LIKE, *INDEXES)}
    for question in questions:
        truth = rivals.every(LIKE, question.pieces)
        own = {row.id for row in Sweep(connection, question.query)}
        assert own == truth, f"{question} finds {len(own)}, LIKE {len(truth)}: {sorted(own ^ truth)[:5]}"
        for name in INDEXES:
            told = rivals.every(name, question.pieces)
            if truth:
                share = len(told & truth) / len(truth)
                recall.setdefault(name, {}).setdefault(question.kind, []).append(share)
        for name, by_kind in times.items():
            asked = _time_one(partial(rivals.newest, name, question.pieces), options.rounds)
            by_kind.setdefault(question.label, []).append(asked)
    _print_times("first 20 ids of the rivals", times)
    return _tell_rivals(rivals, recall, times, len(questions))


def _tell_rivals(
    rivals: Rivals, recall: dict[str, dict[str, list[float]]], times: Times, asked: int
) -> dict[str, Any]:
    count = len(rivals.every(LIKE, ("",)))
    print(f"jianbao gave exactly the articles of LIKE on {asked} of {asked} questions.\n")
    found: dict[str, Any] = {"times": _summary(times)}
    for name in INDEXES:
        found[name] = {
            "bytes": rivals.bytes_of(name) / count,
            "build_ms": rivals.build_ms[name],
            "recall": {kind: sum(shares) / len(shares) for kind, shares in recall[name].items()},
        }
        shares = ", ".join(f"{kind} {share:.0%}" for kind, share in found[name]["recall"].items())
        print(f"{name}: {found[name]['bytes']:,.0f} bytes and {found[name]['build_ms']:.2f} ms an article;")
        print(f"recall {shares}\n")
    rivals.close()
    return found


def _folded_texts(connection: Connection) -> Iterator[tuple[int, str]]:
    rows = connection.execute(
        select(article.c.id, article.c.title, article.c.text).order_by(article.c.id),
        execution_options={"yield_per": 500},
    )
    for row in rows:
        yield row.id, f"{fold(row.title)}\n{fold_lines(row.text)}"


def _time_all(
    questions: list[Question], ask: Callable[[Question], object], rounds: int
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {}
    for question in questions:
        times.setdefault(question.label, []).append(_time_one(partial(ask, question), rounds))
    return times


def _time_one(ask: Callable[[], object], rounds: int) -> float:
    """Return the median milliseconds of some rounds; the first one, which warms the cache, does not count."""
    ask()
    taken: list[float] = []
    for _ in range(rounds):
        start = process_time()
        ask()
        taken.append((process_time() - start) * 1000)
    return median(taken)


def _summary(times: Times) -> dict[str, dict[str, dict[str, float]]]:
    return {
        name: {kind: {"p50": median(own), "p95": _p95(own), "max": max(own)} for kind, own in by_kind.items()}
        for name, by_kind in times.items()
    }


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def _print_times(title: str, times: Times) -> None:
    """Print p50 / p95 in milliseconds, a row for every kind of question."""
    print(f"| {title}, p50 / p95 ms | {' | '.join(times)} |")
    print(f"|---|{'---|' * len(times)}")
    for kind in dict.fromkeys(kind for by_kind in times.values() for kind in by_kind):
        cells = (f"{median(own[kind]):.2f} / {_p95(own[kind]):.2f}" for own in times.values() if kind in own)
        print(f"| {kind} | {' | '.join(cells)} |")
    print(flush=True)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument(
        "--each", type=int, default=15, help="questions of a kind from texts and from each band"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the library is made, or is already")
    parser.add_argument("--keep", action="store_true", help="leave the library for the next run")
    parser.add_argument("--rivals", action="store_true", help="ask LIKE, trigram and unicode61 as well")
    parser.add_argument("--quick", action="store_true", help="2,000 articles, to see that it works")
    options = parser.parse_args()
    if options.quick:
        options.articles, options.each, options.rounds, options.rivals = 2_000, 3, 1, True
    return options


if __name__ == "__main__":
    main()
