"""Two databases of one archive compared row by row and field by field: what was, and what was made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

EXEMPT = {
    "alembic_version": "the schema's own",
    "backup": "speaks of copies of one database",
    "journal": "where records stand: one that was written twice stands once in the new one",
    "journal_owed": "what is to be written next",
    "search": "made anew of the texts, and compared by `verify --full`",
    "search_state": "says when the index was made",
    "story_key": "found anew, under numbers that are given as they come",
    "story_sketch": "found anew, under numbers that are given as they come",
    "verification": "speaks of one database",
}
"""Tables that a database made anew does not have as they were, and why; of ``search`` all its parts."""
Row = dict[str, Any]


def tables_of(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table by name, in an order of their own; those that are exempt left out."""
    with closing(sqlite3.connect(database)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in _compared(connection)
        }


def find_differences(before: Path, after: Path) -> list[str]:
    """Return what differs, a line a field: table, key, column, and the two values."""
    with closing(sqlite3.connect(before)) as old, closing(sqlite3.connect(after)) as new:
        names = {*_compared(old), *_compared(new)}
        return [line for name in sorted(names) for line in _compare(name, old, new)]


def _compared(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        name
        for (name,) in names
        if name not in EXEMPT and not name.startswith(("search_", "sqlite_")) and name != "search"
    ]


def _compare(name: str, old: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[str]:
    were, are = _rows(name, old), _rows(name, new)
    for key in sorted({*were, *are}, key=repr):
        was, now = were.get(key), are.get(key)
        if was is None or now is None:
            yield f"{name} {key}: {'is not in the new one' if now is None else 'was not in the old one'}"
            continue
        for column in was | now:
            if was.get(column) != now.get(column):
                yield f"{name} {key} {column}: {was.get(column)!r:.200} became {now.get(column)!r:.200}"


def _rows(name: str, connection: sqlite3.Connection) -> dict[tuple[Any, ...], Row]:
    """Return a table's rows by their keys."""
    columns = connection.execute(f"PRAGMA table_info({name})").fetchall()
    names = [column[1] for column in columns]
    keys = [column[1] for column in columns if column[5]] or names
    rows = [dict(zip(names, row, strict=True)) for row in connection.execute(f"SELECT * FROM {name}")]
    return {tuple(row[key] for key in keys): row for row in rows}
