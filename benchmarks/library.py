"""A library of articles in an archive, entered in bulk while other processes write them and their tokens."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

from prose import PER_DAY, Printed, Prose, print_day
from sqlalchemy import Connection, insert, text

from storage.archive import DATABASE_FILE, Archive
from storage.articles import first_id
from storage.database import connect_database
from storage.schema import article, listing, source
from storage.search import merge_index
from storage.search.tokens import article_tokens

SOURCES = 20
_WRITERS = 2
_AHEAD = 4
_PAGES = -2_000_000  # KiB of page cache while it is built
_INDEX = text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)")
_BULK = {"hashsize": 64 << 20, "automerge": 16, "crisismerge": 64}
_USUAL = {"hashsize": 1 << 20, "automerge": 4, "crisismerge": 16}
"""How FTS5 merges what comes in bulk, and what it does by default."""
Entry = tuple[Printed, str]
_prose: Prose


def build_library(folder: Path, articles: int, seed: int = 1) -> dict[str, float]:
    """Make an archive of so many articles, 2,000 a day; return the seconds of it that its index took."""
    Archive.open(folder).close()
    engine = connect_database(folder / DATABASE_FILE)
    spent = {"articles": 0.0, "tokens": 0.0, "index": 0.0}
    with engine.connect() as connection:
        # Nothing here need survive a crash.
        _set(connection, "journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", f"cache_size={_PAGES}")
        with connection.begin():
            connection.execute(insert(source), [_source(number) for number in range(SOURCES)])
            _configure(connection, _BULK)
        for entries, tokens in print_ahead(articles, seed):
            spent["tokens"] += tokens
            with connection.begin():
                _timed(spent, "articles", _enter, connection, entries)
                _timed(spent, "index", _index, connection, entries)
        with connection.begin():
            _timed(spent, "index", merge_index, connection)
            _configure(connection, _USUAL)
        _set(connection, "journal_mode=WAL")
    engine.dispose()
    return spent


def print_ahead(articles: int, seed: int) -> Iterator[tuple[list[Entry], float]]:
    """Yield day after day with its tokens and the seconds they took, made in other processes days ahead."""
    days = deque(range(0, articles, PER_DAY))
    waiting: deque[Future[tuple[list[Entry], float]]] = deque()
    with ProcessPoolExecutor(_WRITERS, initializer=_learn, initargs=(seed,)) as pool:
        while days or waiting:
            while days and len(waiting) < _AHEAD:
                first = days.popleft()
                waiting.append(pool.submit(_print, first // PER_DAY, min(PER_DAY, articles - first)))
            yield waiting.popleft().result()


def _learn(seed: int) -> None:
    global _prose  # noqa: PLW0603 - what the process knows
    _prose = Prose(seed)


def _print(day: int, articles: int) -> tuple[list[Entry], float]:
    printed = print_day(_prose, day, articles)
    start = perf_counter()
    entries = [(each, article_tokens(each.title, each.text)) for each in printed]
    return entries, perf_counter() - start


def _set(connection: Connection, *pragmas: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    for pragma in pragmas:
        driver.execute(f"PRAGMA {pragma}")


def _configure(connection: Connection, options: dict[str, int]) -> None:
    for option, value in options.items():
        connection.execute(
            text("INSERT INTO search (search, rank) VALUES (:option, :value)"),
            {"option": option, "value": value},
        )


def _timed(spent: dict[str, float], part: str, work: Any, *given: Any) -> None:
    start = perf_counter()
    work(*given)
    spent[part] += perf_counter() - start


def _enter(connection: Connection, entries: list[Entry]) -> None:
    connection.execute(insert(article), [_article(each) for each, _ in entries])
    connection.execute(insert(listing), [_listing(each) for each, _ in entries])


def _index(connection: Connection, entries: list[Entry]) -> None:
    connection.execute(_INDEX, [{"id": each.id, "tokens": tokens} for each, tokens in entries])
    shift = max(each.id - _first(each) for each, _ in entries)
    connection.execute(
        text("UPDATE search_state SET largest_shift = :shift WHERE largest_shift < :shift"), {"shift": shift}
    )


def _first(printed: Printed) -> int:
    return first_id(printed.published_at)


def _source(number: int) -> dict[str, Any]:
    return {
        "slug": f"paper-{number}",
        "name": f"Paper {number}",
        "kind": "category",
        "timezone": "Asia/Shanghai",
        "enabled": True,
    }


def _article(printed: Printed) -> dict[str, Any]:
    lines = printed.text.count("\n") + 1
    return {
        "id": printed.id,
        "info_code": _code(printed),
        "forms": "media",
        "title": printed.title,
        "media": f"Paper {printed.id % SOURCES}",
        "published_at": printed.published_at,
        "precision": "second",
        "url": f"http://127.0.0.1/{_code(printed)}.html",
        "continued": False,
        "text": printed.text,
        "paragraphs": ["text"] * lines,
        "images": [],
        "links": [],
        "content_hash": hashlib.sha256(printed.text.encode()).hexdigest(),
        "first_seen_at": printed.published_at,
        "last_checked_at": printed.published_at,
        "parser_version": 1,
        "revision": 1,
        "status": "archived",
    }


def _listing(printed: Printed) -> dict[str, Any]:
    return {
        "source": f"paper-{printed.id % SOURCES}",
        "info_code": _code(printed),
        "form": "media",
        "url": f"http://127.0.0.1/{_code(printed)}.html",
        "title": printed.title,
        "published_at": printed.published_at,
        "first_listed_at": printed.published_at,
        "last_listed_at": printed.published_at,
        "state": "archived",
    }


def _code(printed: Printed) -> str:
    return f"NW{printed.published_at:%Y%m%d}{printed.id:010d}"
