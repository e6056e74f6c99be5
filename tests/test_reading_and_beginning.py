"""Reading and beginning are told apart: who only reads writes nothing, and nothing begins by itself."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError
from support.command_line import Ended, run_process
from support.newsroom import Newsroom, small_press
from support.web_client import open_reader

from jianbao.terminal.exit_status import status_of
from storage.archive.folder import Archive, ArchiveLost, NoArchive
from storage.database.cache import CountedOnce
from storage.database.opening import (
    SCHEMA_REVISION,
    ArchiveTooNew,
    ArchiveTooOld,
    ArchiveUnusable,
    connect_database,
    damage_of,
    migrate_database,
)
from storage.database.schema import source
from storage.database.trouble import foresee
from storage.ledger.source import list_sources, save_sources
from storage.records import Source

READING = (
    ("status", "--json"),
    ("sources", "--json"),
    ("list", "--json"),
    ("search", "报", "--json"),
    ("stats", "--json"),
    ("sql", "SELECT count(*) FROM article", "--json"),
    ("export", "jsonl", "-"),
)
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, command: Callable[..., Ended]) -> Path:
    """Return an archive that one crawl has filled, closed in good order."""
    from jianbao.demo import DemoSite

    folder = tmp_path_factory.mktemp("filled")
    with DemoSite(small_press(3)) as site:
        newsroom = Newsroom(site, folder, command)
        newsroom.crawl()
        return newsroom.archive_folder


@pytest.fixture
def folder(filled: Path) -> Iterator[Path]:
    """Return a copy of it, where anybody may look."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        yield Path(shutil.copytree(filled, Path(scratch) / "archive"))


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its content."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith("-shm")
    }


# Nothing is written


@pytest.mark.parametrize("words", READING, ids=lambda words: words[0])
def test_a_reading_command_leaves_every_file_as_it_is(
    folder: Path, command: Callable[..., Ended], words: tuple[str, ...]
) -> None:
    (folder / "archive.migrate.lock").unlink()
    shutil.rmtree(folder / "warc")
    before = snapshot(folder)
    ended = command("--archive", folder, *words)
    assert ended.status in (0, 1), ended.stderr
    assert ended.stdout
    after = snapshot(folder)
    assert {name for name in after if not name.endswith("-wal")} == set(before)
    assert after["archive.db"] == before["archive.db"]


def as_nobody(folder: Path, *words: str) -> Ended:
    """Run a command as a user who may write nothing there."""
    command = [*NOBODY, sys.executable, "-P", "-m", "jianbao", "--archive", str(folder), *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="module")
def nobody() -> None:
    """Skip where there is nobody to become."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become somebody else")
    probe = [*NOBODY, sys.executable, "-P", "-c", "import jianbao, typer"]
    if subprocess.run(probe, capture_output=True, check=False, cwd="/").returncode != 0:
        pytest.skip("nobody may run this interpreter")


@pytest.mark.parametrize("words", READING[:6], ids=lambda words: words[0])
def test_somebody_who_may_write_nothing_reads(folder: Path, nobody: None, words: tuple[str, ...]) -> None:
    ended = as_nobody(folder, *words)
    assert (ended.status, ended.stderr) == (0, "")
    assert ended.json == run_process("--archive", folder, *words).json


def test_somebody_who_may_write_nothing_reads_what_is_being_written(folder: Path, nobody: None) -> None:
    with Archive.open(folder) as archive, archive.writing() as connection:
        connection.execute(insert(source).values(row_of("while")))
        archived = as_nobody(folder, "sql", "SELECT count(*) FROM source", "--json")
        assert archived.json["rows"] == [[1]]
        assert [row["slug"] for row in as_nobody(folder, "status", "--json").json["sources"]] != ["while"]


def test_somebody_who_may_write_nothing_cannot_resolve(folder: Path, nobody: None) -> None:
    ended = as_nobody(folder, "status", "--resolve")
    assert ended.status == 1
    assert "cannot be used: permission denied" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


MOUNTED = """
set -e
mount -t tmpfs -o size=64m tmpfs "$1"
cp -r "$2" "$1/archive"
mount -o remount,ro "$1"
shift 2
exec "$@"
"""


@pytest.fixture(scope="module")
def may_mount() -> None:
    """Skip where nothing can be mounted."""
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")


@pytest.mark.parametrize("words", READING[:6], ids=lambda words: words[0])
def test_a_disk_that_is_mounted_to_be_read_is_read(
    folder: Path, tmp_path: Path, may_mount: None, words: tuple[str, ...]
) -> None:
    jianbao = [sys.executable, "-P", "-m", "jianbao", "--archive", str(tmp_path / "archive"), *words]
    ended = subprocess.run(
        ["unshare", "-m", "sh", "-c", MOUNTED, "sh", str(tmp_path), str(folder), *jianbao],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert Ended(0, ended.stdout, "").json == run_process("--archive", folder, *words).json


# The reader


def row_of(slug: str) -> dict[str, object]:
    return {"slug": slug, "name": slug, "kind": "category", "timezone": "Asia/Shanghai", "enabled": True}


def add_source(folder: Path, slug: str) -> None:
    with Archive.open(folder) as archive, archive.writing() as connection:
        connection.execute(insert(source).values(row_of(slug)))


def slugs(archive: Archive) -> set[str]:
    with archive.reading() as view:
        return {row.slug for row in list_sources(view)}


def replace_database(folder: Path, slug: str) -> None:
    """Bring another state of the archive back, as from a backup."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        other = Path(shutil.copytree(folder, Path(scratch) / "archive"))
        add_source(other, slug)
        with closing(sqlite3.connect(other / "archive.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("archive.db-wal", "archive.db-shm"):
            (folder / name).unlink(missing_ok=True)
        (other / "archive.db").replace(folder / "archive.db")


def test_a_reader_whose_database_was_replaced_opens_the_new_one(folder: Path) -> None:
    with Archive.open_reading(folder) as archive:
        before = slugs(archive)
        replace_database(folder, "from-a-backup")
        assert slugs(archive) == before | {"from-a-backup"}
        replace_database(folder, "and-again")
        assert slugs(archive) == before | {"from-a-backup", "and-again"}


def test_what_is_counted_once_is_counted_anew_in_another_file(folder: Path) -> None:
    with Archive.open_reading(folder) as archive:
        counted = CountedOnce(archive.engine, lambda view: len(list_sources(view)))
        with counted.reading() as view:
            before = counted.read(view)
        replace_database(folder, "from-a-backup")
        with counted.reading() as view:
            assert counted.read(view) == before + 1
        counted.close()


def test_the_reader_shows_a_replaced_archive_and_says_when_there_is_none(folder: Path) -> None:
    with open_reader(folder) as client:
        assert "from-a-backup" not in client.get("/sources").text
        replace_database(folder, "from-a-backup")
        assert "from-a-backup" in client.get("/sources").text
        (folder / "archive.db").rename(folder / "away")
        assert client.get("/healthz").status_code == 503
        (folder / "away").rename(folder / "archive.db")
        assert client.get("/healthz").status_code == 200


def test_a_reader_without_a_lock_file_sees_what_is_written_later(folder: Path) -> None:
    """Where no ``-shm`` can be made, the file is read as unwritten; once it is written, it is read anew."""
    folder.chmod(0o555)
    user = os.geteuid()
    if user != 0:
        pytest.skip("only root can become somebody else and itself again")
    (folder / "archive.db-shm").unlink(missing_ok=True)
    (folder / "archive.db-wal").unlink(missing_ok=True)
    os.seteuid(65534)
    try:
        with Archive.open_reading(folder) as archive:
            before = slugs(archive)
            os.seteuid(user)
            add_source(folder, "later")
            os.seteuid(65534)
            assert slugs(archive) == before | {"later"}
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def test_a_reading_archive_writes_nothing(folder: Path) -> None:
    with (
        Archive.open_reading(folder) as archive,
        pytest.raises(OperationalError, match="readonly"),
        archive.writing() as connection,
    ):
        connection.execute(insert(source).values(row_of("no")))


# Other schemas


@pytest.fixture
def older(folder: Path) -> Path:
    """Return an archive with the schema of an older version."""
    for path in folder.glob("archive.db*"):
        path.unlink()
    shutil.rmtree(folder / "warc")
    engine = connect_database(folder / "archive.db")
    migrate_database(engine, "0006")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO source (slug, name, kind, timezone, enabled, added_at)"
            " VALUES ('laobao', '老报', 'category', 'Asia/Shanghai', 1, '2026-03-01 00:00:00')"
        )
    engine.dispose()
    return folder


def test_an_older_schema_is_refused_with_who_must_migrate(older: Path, command: Callable[..., Ended]) -> None:
    before = snapshot(older)
    with pytest.raises(ArchiveTooOld):
        Archive.open_reading(older)
    for words in (("status",), ("list",), ("serve", "--port", "0")):
        ended = command("--archive", older, *words)
        assert ended.status == 1
        (sentence,) = ended.stderr.splitlines()
        assert f"has schema 0006, and this jianbao reads {SCHEMA_REVISION}" in sentence
        assert "whoever may write the archive migrates it, with `jianbao reindex`" in sentence
    assert snapshot(older)["archive.db"] == before["archive.db"]
    assert command("--archive", older, "reindex").status == 0
    assert command("--archive", older, "list").status == 0


def test_a_newer_schema_is_refused(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(ArchiveTooNew, match="newer than this jianbao knows"):
        Archive.open_reading(folder)


# A database that is not there, or empty


def empty(database: Path) -> None:
    database.write_bytes(b"")


def delete(database: Path) -> None:
    database.unlink()


def make_without_tables(database: Path) -> None:
    database.unlink()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def make_as_status_once_did(database: Path) -> None:
    database.unlink()
    engine = connect_database(database)
    migrate_database(engine)
    engine.dispose()


LOSSES = (delete, empty, make_without_tables, make_as_status_once_did)


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_originals_without_their_database_are_never_taken_for_a_new_archive(
    newsroom: Newsroom, lose: Callable[[Path], None]
) -> None:
    newsroom.crawl()
    database = newsroom.archive_folder / "archive.db"
    for name in ("archive.db-wal", "archive.db-shm"):
        (newsroom.archive_folder / name).unlink(missing_ok=True)
    lose(database)
    left = database.read_bytes() if database.exists() else None
    warcs = sorted((newsroom.archive_folder / "warc").glob("*.warc.gz"))
    commands = [("crawl",), ("crawl", "--due"), ("recrawl", "--state", "failed"), ("reindex",)]
    if lose is not make_as_status_once_did:  # what reads finds an archive without articles there
        commands += [("status",), ("list",), ("serve", "--port", "0")]
    for words in commands:
        ended = newsroom.run(*words)
        assert ended.status == 1, (words, ended)
        (sentence,) = ended.stderr.splitlines()
        assert str(database) in sentence
        assert f"holds {len(warcs)} WARC files" in sentence
        assert "bring archive.db back from a backup" in sentence
        assert "move these files away first" in sentence
    if left is None:
        assert not database.exists()
    elif lose is empty:
        assert database.read_bytes() == left
    assert sorted((newsroom.archive_folder / "warc").glob("*.warc.gz")) == warcs


def test_moved_away_originals_let_a_new_archive_begin(newsroom: Newsroom) -> None:
    newsroom.crawl()
    (newsroom.archive_folder / "archive.db").unlink()
    (newsroom.archive_folder / "warc").rename(newsroom.folder / "kept")
    newsroom.crawl()
    assert newsroom.states() == {"archived": 2}


def test_an_archive_that_was_begun_and_killed_before_its_first_row_goes_on(tmp_path: Path) -> None:
    """A record is on the disk before its row commits: an import's first one may be all that there is."""
    Archive.open(tmp_path).close()
    (tmp_path / "warc" / "jianbao-20260320-0-00000.warc.gz").write_bytes(b"x")
    with Archive.open(tmp_path) as archive, archive.writing() as connection:
        save_sources(connection, [Source("a", "a", "category", None, "Asia/Shanghai", None, enabled=True)])
        assert connection.execute(select(source.c.slug)).scalar_one() == "a"


def test_an_empty_file_alone_is_no_archive_and_may_become_one(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"")
    with pytest.raises(NoArchive, match=r"archive\.db is empty"):
        Archive.open_reading(tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == b""
    Archive.open(tmp_path).close()
    Archive.open_reading(tmp_path).close()


def test_what_is_lost_is_named_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "warc").mkdir()
    for number in range(3):
        path = tmp_path / "warc" / f"jianbao-20260320-0-0000{number}.warc.gz"
        path.write_bytes(bytes(500_000))
    with pytest.raises(ArchiveLost, match=r"holds 3 WARC files with 1\.5 MB of originals"):
        Archive.open(tmp_path)
    assert not (tmp_path / "archive.db").exists()


# Beginning


def schedule(newsroom: Newsroom) -> None:
    text = newsroom.config.read_text("utf-8")
    newsroom.config.write_text(text.replace('kind = "', 'schedule = "0 6 * * *"\nkind = "'), "utf-8")


BY_ITSELF = {
    "run": ("run",),
    "crawl --due": ("crawl", "--due"),
    "cron": ("crawl", "--due", "--quiet"),
    "child of the service": ("crawl", "--trigger", "schedule", "--due-at", "2026-03-20T09:00:00+08:00"),
}


@pytest.mark.parametrize("words", BY_ITSELF.values(), ids=BY_ITSELF.keys())
@pytest.mark.parametrize("mountpoint", [False, True], ids=["no folder", "an empty folder"])
def test_what_runs_by_itself_begins_no_archive(
    newsroom: Newsroom, words: tuple[str, ...], mountpoint: bool
) -> None:
    schedule(newsroom)
    if mountpoint:
        newsroom.archive_folder.mkdir()
    ended = newsroom.run(*words)
    assert ended.status == 1
    (sentence,) = ended.stderr.splitlines()
    assert f"there is no archive in {newsroom.archive_folder}" in sentence
    assert "look whether its disk is mounted" in sentence
    assert not mountpoint or list(newsroom.archive_folder.iterdir()) == []
    assert newsroom.archive_folder.exists() is mountpoint
    assert not newsroom.site.requests


@pytest.mark.parametrize("first", [("crawl",), ("init", "--archive-only")], ids=["crawl", "init"])
def test_what_a_person_begins_goes_on_by_itself(newsroom: Newsroom, first: tuple[str, ...]) -> None:
    assert newsroom.run(*first).status == 0
    newsroom.crawl("--due")
    assert newsroom.states() == {"archived": 2}
    assert newsroom.run("init", "--archive-only").status == 0, "to begin what is there changes nothing"
    assert newsroom.states() == {"archived": 2}


def test_init_begins_the_archive_that_it_names(command: Callable[..., Ended], tmp_path: Path) -> None:
    ended = command("init", tmp_path / "mine")
    assert ended.status == 0, ended.stderr
    assert command("--config", tmp_path / "mine" / "jianbao.toml", "list", "--json").json["total"] == 0


# Network disks


def test_a_disk_without_locks_is_a_sentence() -> None:
    error = foresee(OSError(errno.ENOLCK, "No locks available", "/mnt/nas/archive.migrate.lock"))
    assert error is not None
    assert status_of(error) == 1
    assert str(error) == (
        "/mnt/nas/archive.migrate.lock is on a disk without file locks, as some network disks are: move the "
        "archive to a local one"
    )
    ioerr = sqlite3.OperationalError("disk I/O error")
    ioerr.sqlite_errorcode = sqlite3.SQLITE_IOERR_LOCK
    assert "without file locks" in str(damage_of(ioerr))


def test_changes_that_cannot_be_read_are_not_passed_over(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else and itself again")
    (folder / "archive.db-shm").unlink(missing_ok=True)
    (folder / "archive.db-wal").write_bytes(b"changes")
    folder.chmod(0o555)
    os.seteuid(65534)
    try:
        with pytest.raises(ArchiveUnusable, match=r"has changes in archive\.db-wal"):
            Archive.open_reading(folder)
    finally:
        os.seteuid(0)
        folder.chmod(0o755)
