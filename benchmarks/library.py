"""A library of articles in an archive, entered in bulk while other processes write them and their tokens."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import process_time
from typing import Any

from prose import PER_DAY, Printed, Prose, print_day
from sqlalchemy import Connection, insert, text

from storage.archive.folder import DATABASE_FILE, Archive
from storage.articles.article import first_id
from storage.database.opening import connect_database, upsert
from storage.database.schema import article, listing, source
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


@dataclass(slots=True)
class Library:
    """What is in a folder's archive, and the seconds that its tokens and its index took."""

    articles: int = 0
    tokens: float = 0.0
    index: float = 0.0


def build_library(folder: Path, articles: int, seed: int = 1) -> Library:
    """Let the archive in a folder grow to so many articles, 2,000 a day."""
    noted = folder / "library.json"
    library = Library(**json.loads(noted.read_text())) if noted.exists() else Library()
    if library.articles < articles:
        Archive.open(folder).close()
        engine = connect_database(folder / DATABASE_FILE)
        with engine.connect() as connection:
            # Nothing here need survive a crash.
            _set(connection, "journal_mode=OFF", "synchronous=OFF", f"cache_size={_PAGES}")
            _grow(connection, library, articles, seed)
            _set(connection, "journal_mode=WAL")
        engine.dispose()
        noted.write_text(json.dumps(asdict(library)))
    return library


def _grow(connection: Connection, library: Library, articles: int, seed: int) -> None:
    with connection.begin():
        connection.execute(upsert(source).on_conflict_do_nothing(), list(map(_source, range(SOURCES))))
        _configure(connection, _BULK)
    for entries, tokens in print_ahead(library.articles, articles, seed):
        with connection.begin():
            connection.execute(insert(article), [_article(each) for each, _ in entries])
            connection.execute(insert(listing), [_listing(each) for each, _ in entries])
            start = process_time()
            _index(connection, entries)
        library.index += process_time() - start
        library.tokens += tokens
        library.articles += len(entries)
    with connection.begin():
        start = process_time()
        merge_index(connection)
        library.index += process_time() - start
        _configure(connection, _USUAL)


def print_ahead(there: int, articles: int, seed: int) -> Iterator[tuple[list[Entry], float]]:
    """Yield the days after those that are there, with the tokens and the seconds these took.

    They are made in other processes, some days ahead.
    """
    days = deque(range(there, articles, PER_DAY))
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
    start = process_time()
    entries = [(each, article_tokens(each.title, each.text)) for each in printed]
    return entries, process_time() - start


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
        "duplicate_of": None if printed.first is None else _code(replace(printed, id=printed.first)),
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
