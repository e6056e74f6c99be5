"""Re-parsing in several processes: cut short and gone on with, no network in any of them, one at a time."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import text
from support.newsroom import Newsroom, small_press

from jianbao.configuration import Configuration, load_configuration
from jianbao.reparse import run as running
from jianbao.reparse.examining import begin_examining
from jianbao.reparse.run import reparse_archive
from jianbao.reparse.summary import Summary
from jianbao.reparse.wish import ReparseWish
from jianbao.reparse.writing import note_progress
from pipelines.judge import PARSER_VERSION
from storage.archive.folder import Archive
from storage.ledger.source_locks import hold_sources

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from no_network import blocked_network


@pytest.fixture
def newsroom(open_newsroom: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom whose seven articles an earlier version of the parser read."""
    newsroom = open_newsroom(small_press(articles=7))
    newsroom.crawl()
    with newsroom.archive() as archive, archive.writing() as connection:
        connection.execute(text("UPDATE article SET parser_version = 1, author = '旧版'"))
    return newsroom


def configured(newsroom: Newsroom) -> Configuration:
    return load_configuration(newsroom.config, None, {})


def reparse(newsroom: Newsroom, *, processes: int = 0, anew: bool = False) -> Summary:
    with blocked_network() as asked, newsroom.archive() as archive:
        wish = ReparseWish(apply=True, anew=anew)
        summary = reparse_archive(configured(newsroom), archive, wish, processes=processes, batch=2)
    assert asked == []
    return summary


def contents(folder: Path) -> list[tuple[object, ...]]:
    """Return every article with its revisions, but for when it was re-parsed."""
    with Archive.open_existing(folder) as archive, archive.reading() as connection:
        found = [
            *connection.execute(text("SELECT * FROM article ORDER BY info_code")),
            *connection.execute(text("SELECT info_code, number, title, text, cause FROM revision")),
        ]
        return [tuple(row) for row in found]


def test_two_processes_read_what_one_does(newsroom: Newsroom, tmp_path: Path) -> None:
    shutil.copytree(newsroom.archive_folder, tmp_path / "before")
    alone = reparse(newsroom).as_json()
    expected = contents(newsroom.archive_folder)
    shutil.rmtree(newsroom.archive_folder)
    shutil.copytree(tmp_path / "before", newsroom.archive_folder)
    assert reparse(newsroom, processes=2).as_json() == alone
    assert contents(newsroom.archive_folder) == expected
    assert newsroom.rows("SELECT DISTINCT parser_version FROM article") != [1]
    assert (alone["improved"], alone["finished"]) == (7, True)


def _ask_network(_: int) -> str:
    try:
        socket.create_connection(("127.0.0.1", 9))
    except OSError as error:
        return str(error)
    return "connected"


def test_a_process_that_reads_can_ask_no_network(newsroom: Newsroom) -> None:
    with ProcessPoolExecutor(1, get_context("spawn"), begin_examining, (configured(newsroom),)) as pool:
        assert "asks no network" in pool.submit(_ask_network, 0).result()


class Killed(BaseException):
    """Stands for a kill: nothing is done after it."""


def test_one_that_was_cut_short_goes_on_and_nothing_is_doubled(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(newsroom.archive_folder, tmp_path / "whole")
    note = note_progress
    calls: list[int] = []

    def die(*arguments: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise Killed  # what this batch changed is written, and not noted
        note(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "note_progress", die)
    with pytest.raises(Killed):
        reparse(newsroom)
    monkeypatch.setattr(running, "note_progress", note)
    assert newsroom.rows("SELECT state FROM reparse") == ["running"]
    gone_on = reparse(newsroom)
    assert gone_on.finished
    assert (gone_on.read, gone_on.counts["improved"], gone_on.counts["unchanged"]) == (7, 5, 2)
    assert newsroom.rows("SELECT state FROM reparse") == ["finished"]
    killed = contents(newsroom.archive_folder)
    shutil.rmtree(newsroom.archive_folder)
    shutil.copytree(tmp_path / "whole", newsroom.archive_folder)
    reparse(newsroom)
    assert killed == contents(newsroom.archive_folder)


def test_a_killed_process_leaves_what_the_next_one_goes_on_with(newsroom: Newsroom) -> None:
    newsroom.prelude = (
        "import os\nimport jianbao.reparse.run as run\n"
        "whole = run.reparse_archive\n"
        "run.reparse_archive = lambda *a, **k: whole(*a, **k, processes=0, batch=2)\n"
        "note, calls = run.note_progress, []\n"
        "def die(*a):\n    calls.append(1)\n    note(*a) if len(calls) < 3 else os._exit(9)\n"
        "run.note_progress = die\n"
    )
    assert newsroom.run("reparse", "--apply").status == 9
    newsroom.prelude = ""
    ended = newsroom.run("reparse", "--apply", "--json")
    assert "going on behind" in ended.stderr
    assert ended.json["read"] == 7
    assert newsroom.rows("SELECT count(*), min(parser_version) FROM article WHERE author = '旧版'") == [
        (0, None)
    ]


def test_an_interrupt_is_told_and_what_was_done_stays(newsroom: Newsroom) -> None:
    newsroom.prelude = (
        "import jianbao.reparse.run as run\n"
        "whole = run.reparse_archive\n"
        "run.reparse_archive = lambda *a, **k: whole(*a, **k, processes=0, batch=2)\n"
        "note, calls = run.note_progress, []\n"
        "def stop(*a):\n"
        "    calls.append(1)\n"
        "    note(*a)\n"
        "    if len(calls) == 2:\n"
        "        raise KeyboardInterrupt\n"
        "run.note_progress = stop\n"
    )
    ended = newsroom.run("reparse", "--apply", "--json")
    assert (ended.status, ended.json["interrupted"], ended.json["read"]) == (130, True, 4)
    newsroom.prelude = ""
    again = newsroom.run("reparse", "--apply", "--json")
    assert (again.status, again.json["read"], again.json["improved"]) == (0, 7, 7)


def test_another_wish_and_a_fresh_start_begin_at_the_beginning(newsroom: Newsroom) -> None:
    with newsroom.archive() as archive:
        wish = ReparseWish(apply=True)
        name = wish.name(configured(newsroom))
        with archive.writing() as connection:
            connection.execute(
                text(
                    "INSERT INTO reparse (wish, parser_version, state, done_to, begun_at, stepped_at)"
                    " SELECT :wish, :version, 'running', max(info_code), '2026-01-01', '2026-01-01'"
                    " FROM article"
                ),
                {"wish": name, "version": PARSER_VERSION},
            )
    assert reparse(newsroom).read == 0, "all of it was done"
    assert reparse(newsroom, anew=True).read == 7


def test_one_at_a_time(newsroom: Newsroom) -> None:
    with (
        newsroom.archive() as archive,
        hold_sources(newsroom.archive_folder, ("/reparse",)),
    ):
        # POSIX locks are a process's own, so another process has to ask.
        ended = newsroom.run("reparse", "--apply")
        assert archive.folder.is_dir()
    assert (ended.status, "another re-parse is under way" in ended.stderr) == (3, True)
