"""Rebuild: the WARC files alone give the same archive again, field by field."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from support.newsroom import Newsroom

from jianbao.demo import Press

APART = {"journal_owed", "journal", "verification", "backup", "story_sketch", "story_key"}
"""Tables that speak of one database alone: numbers that are given as they come."""


def tables_of(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table by name, in an order of their own."""
    with closing(sqlite3.connect(database)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for (name,) in names
            if name not in APART and not name.startswith(("search", "sqlite", "alembic"))
        }


def lose_database(newsroom: Newsroom) -> Path:
    """Move the database away, with all that is beside it; return where it is."""
    kept = newsroom.folder / "lost"
    kept.mkdir()
    for path in newsroom.archive_folder.glob("archive.db*"):
        shutil.move(path, kept / path.name)
    return kept / "archive.db"


def test_the_same_archive_comes_back_field_by_field(open_newsroom: Callable[..., Newsroom]) -> None:
    newsroom = open_newsroom(Press.daily())
    newsroom.run("crawl")
    newsroom.site.publish()
    newsroom.run("crawl")
    with newsroom.archive() as archive:
        archive.write_journal(even_idle=True)
    found = newsroom.ask("search", "市场")
    before = tables_of(lose_database(newsroom))
    files = {path: path.read_bytes() for path in (newsroom.archive_folder / "warc").rglob("*.gz")}
    outcome = newsroom.ask("rebuild")
    assert outcome["whole"], str(outcome)
    after = tables_of(newsroom.archive_folder / "archive.db")
    assert len(before["article"]) > 50
    for name, rows in before.items():
        assert after[name] == rows, name
    assert {path: path.read_bytes() for path in files} == files
    assert newsroom.ask("search", "市场") == found
