"""What else SQLite has for Chinese texts: LIKE, FTS5's trigrams and its Unicode words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import process_time

from storage.database.batches import batches

INDEXES = {"trigram": "tokenize='trigram'", "unicode61": "tokenize='unicode61'"}
LIKE = "LIKE"
_PAGE = 20
_PART = 1_000


class Rivals:
    """A database beside the archive with the folded texts, and an index over them for every rival."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self.build_ms: dict[str, float] = {LIKE: 0.0}

    def build(self, texts: Iterable[tuple[int, str]]) -> None:
        """Enter folded texts in the order of their ids; each rival's time is its own."""
        run = self._connection.execute
        run("PRAGMA journal_mode=OFF")
        run("PRAGMA synchronous=OFF")
        run("CREATE TABLE plain (id INTEGER PRIMARY KEY, folded TEXT)")
        for name, options in INDEXES.items():
            run(f"CREATE VIRTUAL TABLE {name} USING fts5(folded, content='', {options})")
        spent = dict.fromkeys(INDEXES, 0.0)
        count = 0
        for part in batches(texts, _PART):
            count += len(part)
            run("BEGIN")
            self._connection.executemany("INSERT INTO plain VALUES (?, ?)", part)
            for name in INDEXES:
                start = process_time()
                self._connection.executemany(f"INSERT INTO {name} (rowid, folded) VALUES (?, ?)", part)
                spent[name] += process_time() - start
            run("COMMIT")
        for name in INDEXES:
            start = process_time()
            run(f"INSERT INTO {name} ({name}) VALUES ('optimize')")
            self.build_ms[name] = (spent[name] + process_time() - start) / count * 1000

    def bytes_of(self, name: str) -> int:
        """Return what a rival's index takes; LIKE has none."""
        if name == LIKE:
            return 0
        return sum(
            self._connection.execute(f"SELECT sum(length({column})) FROM {name}_{table}").fetchone()[0]
            for table, column in (("data", "block"), ("docsize", "sz"))
        )

    def newest(self, name: str, pieces: tuple[str, ...]) -> list[int]:
        """Return the ids of the first page, the newest first."""
        return list(self._ask(name, pieces, f"ORDER BY rowid DESC LIMIT {_PAGE}"))

    def every(self, name: str, pieces: tuple[str, ...]) -> set[int]:
        """Return the ids of all that the rival finds."""
        return set(self._ask(name, pieces, ""))

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _ask(self, name: str, pieces: tuple[str, ...], rest: str) -> Iterator[int]:
        if name == LIKE:
            held = " AND ".join(["folded LIKE ? ESCAPE '\\'"] * len(pieces))
            rows = self._connection.execute(
                f"SELECT rowid FROM plain WHERE {held} {rest}", [f"%{_escape(piece)}%" for piece in pieces]
            )
        else:
            phrases = " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)
            rows = self._connection.execute(
                f"SELECT rowid FROM {name} WHERE {name} MATCH ? {rest}", [phrases]
            )
        for (id_,) in rows:
            yield id_


def _escape(piece: str) -> str:
    for special in "\\%_":
        piece = piece.replace(special, "\\" + special)
    return piece
