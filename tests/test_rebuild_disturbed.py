"""Rebuild: killed at every stage nothing is lost, and nobody writes in an archive meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from support.newsroom import Newsroom
from support.rebuilt import tables_of

from storage.archive.use import alone_in, begin_use

_KILL = """
import os, signal
from {module} import {name} as whole
import {module} as room
def killed(*arguments, **named):
    if not {after}:
        os.kill(os.getpid(), signal.SIGKILL)
    whole(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
room.{name} = killed
"""
_STAGES = {
    "when it is read": ("storage.archive.rebuilding", "_enter_journal", True),
    "when index and stories are made": ("jianbao.upkeep.rebuild", "_make_derived", True),
    "when it is kept aside": ("jianbao.upkeep.replacing", "_keep_aside", True),
}
_REPLACED = ("jianbao.upkeep.rebuild", "replace_database", True)


def kill(newsroom: Newsroom, stage: tuple[str, str, bool]) -> None:
    """Rebuild, killed at a stage."""
    module, name, after = stage
    newsroom.prelude = _KILL.format(module=module, name=name, after=after)
    assert newsroom.run("rebuild", "--replace").status not in (0, 1, 2, 3)
    newsroom.prelude = ""


def test_killed_at_any_stage_it_loses_nothing(newsroom: Newsroom) -> None:
    newsroom.crawl()
    with newsroom.archive() as archive:
        archive.write_journal(even_idle=True)
    database = newsroom.archive_folder / "archive.db"
    before = tables_of(database)
    for called, stage in _STAGES.items():
        kill(newsroom, stage)
        assert tables_of(database) == before, called
    kept = newsroom.ask("rebuild", "--replace")["kept_aside"]
    assert tables_of(database) == tables_of(Path(kept)) == before
    kill(newsroom, _REPLACED)
    assert tables_of(database) == before, "it is the new one"
    assert newsroom.ask("rebuild", "--replace")["whole"]
    assert {
        len(tables_of(path)["article"]) for path in newsroom.archive_folder.glob("archive.db.before-*")
    } == {2}
    assert not (newsroom.archive_folder / "rebuild").exists()


def test_changes_that_are_not_in_the_file_yet_are_kept_with_it(newsroom: Newsroom) -> None:
    newsroom.crawl()
    with closing(connect(newsroom.archive_folder / "archive.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("INSERT INTO host (name) VALUES ('late.example')")
        kept = Path(newsroom.ask("rebuild", "--replace")["kept_aside"])
    with closing(connect(kept)) as connection:
        assert connection.execute("SELECT 1 FROM host WHERE name = 'late.example'").fetchall()


@pytest.fixture
def rebuilding(newsroom: Newsroom) -> Iterator[Newsroom]:
    """Return a newsroom of whose archive the database is being made anew."""
    newsroom.crawl()
    scheduled = 'kind = "category"\nschedule = "*/5 * * * *"\n'
    newsroom.config.write_text(
        newsroom.config.read_text("utf-8").replace('kind = "category"\n', scheduled), "utf-8"
    )
    with alone_in(newsroom.archive_folder):
        yield newsroom


@pytest.mark.parametrize(
    "words",
    [
        ("crawl",),
        ("recrawl", "--state", "failed"),
        ("import", "posts", "."),
        ("import", "warc", "."),
        ("reparse", "--apply"),
        ("reindex",),
        ("run",),
        ("rebuild", "--replace"),
    ],
    ids=" ".join,
)
def test_nobody_writes_while_the_database_is_made_anew(rebuilding: Newsroom, words: tuple[str, ...]) -> None:
    ended = rebuilding.run(*words)
    assert ended.status == 3, ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_who_writes_keeps_it_from_beginning(newsroom: Newsroom) -> None:
    newsroom.crawl()
    use = begin_use(newsroom.archive_folder)
    try:
        ended = newsroom.run("rebuild", "--replace")
    finally:
        use.end()
    assert ended.status == 3
    assert "stop the service and crawls first" in ended.stderr
