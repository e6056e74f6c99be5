"""What earlier versions wrote is shrunk: interrupted anywhere, with crawls beside it, and nothing is lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from support.command_line import Command

from jianbao.upkeep import texts
from jianbao.upkeep.texts import give_back_room, shrink_texts
from storage.archive.folder import Archive
from storage.archive.turns import Turns
from storage.articles.article import find_delivered, insert_revision, update_article
from storage.articles.shrinking import count_unshrunk, is_shrunk, shrink_part
from storage.database.compacting import Room, compact_database
from storage.database.opening import connect_database, migrate_database, writing
from storage.records import Paragraph, StoredArticle

COUNT = 40
SAID = (
    "SELECT info_code, number, title, text, body_html, content_hash, capture_id, seen_at, changed"
    " FROM revision ORDER BY info_code, number"
)
_LINES = ("老街的茶铺在清晨五点就开了门。", "果农正忙着给脐橙套袋。", "高铁站前的公交线路又添了两条。")
_NOON = "2026-03-20 04:00:00.000000"
_OTHERS = {
    "forms": "media", "published_at": _NOON, "precision": "second", "time_witness": "page", "url": "http://a.b/",
    "continued": 0, "images": "[]", "players": "[]", "links": "[]", "first_seen_at": _NOON,
    "last_checked_at": _NOON, "parser_version": 1, "status": "archived",
}  # fmt: skip

# What a process does that is killed: as a part of the shrinking has been done, before it is committed.
KILLED = """
import os, signal, sys
from pathlib import Path
from storage.archive.folder import Archive
from storage.articles.shrinking import shrink_part
with Archive.open(Path(sys.argv[1])) as archive:
    for part in range(int(sys.argv[2]) + 1):
        with archive.writing() as connection:
            shrink_part(connection, 3)
            if part == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
"""


def code_of(number: int) -> str:
    return f"NW20260320{number:010d}"


def wordings_of(number: int) -> Iterator[tuple[str, str, str]]:
    """Yield title, text and body of each wording of an article: every third one has several."""
    for wording in range(1, 2 + number % 3):
        lines = [*_LINES[: 1 + wording % 3], f"记者看到第{number}号标牌。", _LINES[number % 3]]
        body = "\n".join(f"<p>\u3000\u3000{line}</p>" for line in lines)
        if number % 7 == 0:
            body = f"&nbsp;{body}\x00"
        yield f"第{number}号题目 {wording}", "\n".join(lines), body


def fill(connection: Connection) -> None:
    """Write articles and all their revisions as the schema before texts were kept once has them."""
    for number in range(COUNT):
        wordings = list(wordings_of(number))
        for place, (title, said, body) in list(enumerate(wordings, 1))[::-1]:
            row = {"info_code": code_of(number), "title": title, "text": said}
            row |= {"content_hash": f"{number}/{place}"}
            if place == len(wordings):
                kinds = ",".join(['"text"'] * (said.count("\n") + 1))
                insert_row(
                    connection, "article", row | _OTHERS, id=number, revision=place, paragraphs=f"[{kinds}]"
                )
            insert_row(connection, "revision", row, number=place, body_html=body, seen_at=_NOON, changed="{}")


def insert_row(connection: Connection, table: str, row: dict[str, Any], **more: Any) -> None:
    row = row | more
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"), row)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an archive as the version before texts were kept once left it."""
    (tmp_path / "warc").mkdir()
    engine = connect_database(tmp_path / "archive.db")
    migrate_database(engine, "0012")
    with writing(engine) as connection:
        fill(connection)
        connection.exec_driver_sql("PRAGMA user_version=1")
    engine.dispose()
    return tmp_path


def said(folder: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        return connection.execute(SAID).fetchall()


def whole(folder: Path) -> int:
    """Return how many revisions still have their text for themselves."""
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        count: int = connection.execute("SELECT count(*) FROM wording WHERE text_parts IS NULL").fetchone()[0]
        return count


def revise(stored: StoredArticle) -> StoredArticle:
    """Return the article as its next revision has it."""
    article = replace(
        stored.article, paragraphs=(Paragraph("全新的一句话。"),), body_html="<p>全新的一句话。</p>"
    )
    return replace(stored, article=article, revision=stored.revision + 1, content_hash="new")


def turns_of(archive: Archive) -> Turns:
    return Turns(archive, lambda _: None)


def test_opening_changes_the_tables_and_leaves_the_rest_for_later(folder: Path) -> None:
    before = said(folder)
    with Archive.open(folder) as archive, archive.reading() as connection:
        assert count_unshrunk(connection) == COUNT
    assert (said(folder), whole(folder)) == (before, len(before))


def test_shrinking_changes_nothing_that_is_said(folder: Path) -> None:
    before = said(folder)
    with Archive.open(folder) as archive:
        steps = list(shrink_texts(archive, turns=turns_of(archive)))
        assert [steps[-1].done, steps[-1].left, steps[-1].seconds] == [COUNT, 0, 0]
        with archive.reading() as connection:
            assert is_shrunk(connection)
        assert list(shrink_texts(archive)) == []
    assert (said(folder), whole(folder)) == (before, 0)


@pytest.mark.parametrize("part", [0, 1, 7, COUNT // 3, COUNT // 3 + 1])
def test_a_killed_shrinking_goes_on_where_it_was(folder: Path, part: int) -> None:
    before = said(folder)
    ended = subprocess.run([sys.executable, "-c", KILLED, folder, str(part)], timeout=120, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert said(folder) == before
    with Archive.open(folder) as archive:
        with archive.reading() as connection:
            assert count_unshrunk(connection) == max(0, COUNT - 3 * part)
        list(shrink_texts(archive, turns=turns_of(archive)))
    assert (said(folder), whole(folder)) == (before, 0)


def test_articles_may_change_while_it_goes_on(folder: Path) -> None:
    """One that is shrunk already and one that is not are revised, and both keep all that they were."""
    before = said(folder)
    with Archive.open(folder) as archive:
        with archive.writing() as connection:
            shrink_part(connection, COUNT // 2)
        for number in (1, COUNT - 1):
            with archive.writing() as connection:
                stored = find_delivered(connection, code_of(number))
                assert stored is not None
                revised = revise(stored)
                update_article(connection, revised)
                insert_revision(connection, revised, {})
        list(shrink_texts(archive, turns=turns_of(archive)))
    after = said(folder)
    assert [row for row in after if row in before] == before
    assert [(row[0], row[3]) for row in after if row not in before] == [
        (code_of(number), "全新的一句话。") for number in (1, COUNT - 1)
    ]


def test_a_limit_leaves_the_rest_for_the_next_crawl(folder: Path) -> None:
    with Archive.open(folder) as archive:
        assert [come.left for come in shrink_texts(archive, 20, turns_of(archive), 10)] == [30, 20]
        assert [come.done for come in shrink_texts(archive, 500, turns_of(archive), 10)][-1] == 20


def test_reindex_shrinks_and_gives_room_back(folder: Path, command: Command) -> None:
    before = said(folder)
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        connection.execute("UPDATE revision SET body_html = body_html || ?", ("<p>" + "甲" * 9_000,))
        connection.commit()
    before = said(folder)
    ended = command("--archive", folder, "reindex", "--compact")
    assert ended.status == 0
    assert "were given back to the disk" in ended.stdout
    assert (said(folder), whole(folder)) == (before, 0)
    again = command("--archive", folder, "reindex")
    assert "disk" not in again.stdout


@pytest.mark.parametrize(
    ("room", "asked", "sentence"),
    [
        (Room(0, 1_000_000, 10**9), True, None),
        (Room(100_000, 1_000_000, 10**9), False, None),
        (Room(900_000, 1_000_000, 10), True, "the disk has no room"),
        (Room(9 * 10**9, 10 * 10**9, 10**12), False, "`jianbao reindex --compact`"),
    ],
)
def test_room_is_given_back_where_that_is_worth_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, room: Room, asked: bool, sentence: str | None
) -> None:
    monkeypatch.setattr(texts, "measure_room", lambda _: room)
    monkeypatch.setattr(texts, "compact_database", lambda _: pytest.fail("nobody asked for it"))
    with Archive.open(folder) as archive:
        told = give_back_room(archive, asked=asked)
    assert (told is None) == (sentence is None)
    assert (sentence or "") in (told or "")


def test_a_database_that_somebody_writes_is_left_as_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "compact_database", partial(compact_database, patience=0))
    with Archive.open(folder) as archive, archive.writing():
        told = give_back_room(archive, asked=True)
    assert told is None or "others use it" in told
