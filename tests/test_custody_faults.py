"""Faults of disk and files: each is named, and all is well once the cause is gone."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.command_line import Command
from support.delivered_articles import DeliveredArticles
from support.served_archive import fill_archive

from jianbao.demo import Press
from jianbao.upkeep.verify import verify_quickly
from jianbao.upkeep.verify_full import verify_fully
from storage.archive.folder import Archive


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a picture of an archive's folder as a crash leaves it: its last changes only in the log."""
    folder = tmp_path_factory.mktemp("crashed")
    work = DeliveredArticles.open(folder / "archive", Press.of(2, 1))
    with closing(sqlite3.connect(folder / "archive" / "archive.db", isolation_level=None)) as reader:
        reader.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchone()  # nothing after this leaves the log
        for _ in range(40):
            work.deliver(work.offer.publish())
        shutil.copytree(folder / "archive", folder / "picture")
    work.archive.close()
    return folder / "picture"


@pytest.fixture
def folder(crashed: Path, tmp_path: Path) -> Path:
    shutil.copytree(crashed, tmp_path / "archive")
    return tmp_path / "archive"


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        found: int = connection.execute("SELECT count(*) FROM article").fetchone()[0]
    return found


def test_a_crash_alone_loses_nothing(folder: Path) -> None:
    assert (folder / "archive.db-wal").stat().st_size > 0
    assert verify_fully(folder).is_ok
    assert count(folder) == 40


def test_a_damaged_log_of_changes_is_told_by_the_originals(folder: Path) -> None:
    """SQLite drops what follows the damage without a word; the WARC files know better."""
    overwrite(folder / "archive.db-wal", 32 + 24 + 50, b"flipped by cosmic rays")
    found = verify_fully(folder)
    assert count(folder) < 40
    (problem,) = [one for one in found.problems if one.kind == "records_unknown"]
    assert problem.command == "jianbao rebuild --replace"
    assert "40" in str(problem.said)


@pytest.mark.parametrize(
    "name", ["archive.db-shm", "archive.migrate.lock", "warc/writer-0.lock", "sources.lock"]
)
def test_a_file_that_can_be_made_anew_does_no_harm_when_it_is_damaged(folder: Path, name: str) -> None:
    (folder / name).write_bytes(os.urandom(32_768))
    assert verify_quickly(folder).is_ok
    with Archive.open(folder) as archive, archive.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM article").scalar_one() == 40


def test_a_torn_database_says_in_every_command_what_to_do(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "archive"
    fill_archive(folder).archive.close()
    whole = (folder / "archive.db").read_bytes()
    config = tmp_path / "jianbao.toml"
    config.write_text(
        '[[sources]]\nslug = "ywb"\nname = "云湾报"\nkind = "category"\nurl = "http://127.0.0.1:9/c.html"\n'
        'schedule = "@hourly"\n[http]\ncontact = "mailto:desk@example.org"\n'
    )
    (folder / "archive.db").write_bytes(whole[: len(whole) // 3])
    for words in (
        ["status"],
        ["search", "村"],
        ["list"],
        ["crawl"],
        ["stats"],
        ["reindex"],
        ["sql", "SELECT 1"],
    ):
        ended = command("--config", config, *words)
        if ended.status == 0:  # it read nothing of what is torn
            continue
        assert ended.status == 1, (words, ended)
        assert "jianbao restore" in ended.stderr, (words, ended.stderr)
        assert "jianbao rebuild" in ended.stderr, (words, ended.stderr)
        assert "Traceback" not in ended.stderr
    assert command("--config", config, "verify").status == 1
    (folder / "archive.db").write_bytes(whole)
    assert command("--config", config, "verify").status == 0, "the cause is gone"


def test_an_unreadable_reading_is_told_apart_from_an_older_reader(tmp_path: Path, command: Command) -> None:
    folder = tmp_path / "archive"
    fill_archive(folder).archive.close()
    for version, status, kind in (("parser_version", 1, "not_reproduced"), ("1", 0, "read_otherwise")):
        with closing(sqlite3.connect(folder / "archive.db")) as connection, connection:
            connection.execute(
                f"UPDATE article SET author = '别人', parser_version = {version} "
                "WHERE id = (SELECT min(id) FROM article)"
            )
        ended = command("--archive", folder, "verify", "--full", "--json")
        told = ended.json["problems" if status else "notes"]
        assert (ended.status, [one["kind"] for one in told]) == (status, [kind])
        assert ended.json["checked"]["reread"] == 31
