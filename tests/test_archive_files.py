"""No command writes over a file of an archive, by whatever path somebody names it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.command_line import Command
from support.post_files import a_post, write_posts

from jianbao.configuration import ConfigurationError
from jianbao.demo.run import MARK, clear_folder
from jianbao.exporting.destination import DestinationUnusable, check_destination
from jianbao.importing.counts import ImportCounts
from jianbao.importing.posts import import_posts
from storage.archive.files import describe_archive_file
from storage.archive.folder import Archive

FORMS = ("jsonl", "csv", "parquet", "atom", "warc")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive with one article."""
    folder = tmp_path_factory.mktemp("archive")
    write_posts(folder / "site" / "_posts", [a_post(1)])
    with Archive.open(folder / "archive") as archive:
        import_posts(archive, [folder / "site"], 1_000_000, ImportCounts())
    (folder / "archive" / "service.lock").touch()
    return folder / "archive"


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """Return a copy of that archive, with the database open in write-ahead mode."""
    shutil.copytree(filled, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def bystander(filled: Path, tmp_path: Path) -> Path:
    """Return another archive, which no command is told of."""
    shutil.copytree(filled, tmp_path / "other")
    return tmp_path / "other"


def the_warc(folder: Path) -> Path:
    return next((folder / "warc").glob("*.warc.gz"))


def linked(folder: Path, target: Path) -> Path:
    link = folder.parent / "link.jsonl"
    link.symlink_to(target)
    return link


def hard_linked(folder: Path, target: Path) -> Path:
    link = folder.parent / "hard.jsonl"
    link.hardlink_to(target)
    return link


def by_linked_folder(folder: Path, name: str) -> Path:
    link = folder.parent / "linked"
    link.symlink_to(folder)
    return link / name


def chain_of_links(folder: Path) -> Path:
    first, second = folder.parent / "first", folder.parent / "second"
    first.symlink_to(folder / "archive.db")
    second.symlink_to("first")
    return second


def moved_database(folder: Path) -> Path:
    """Keep the database elsewhere, as people do with large ones, and name it as the archive does."""
    (folder / "archive.db").rename(folder.parent / "big.sqlite")
    (folder / "archive.db").symlink_to(folder.parent / "big.sqlite")
    return folder / "archive.db"


def moved_warc(folder: Path) -> Path:
    (folder / "warc").rename(folder.parent / "records")
    (folder / "warc").symlink_to(folder.parent / "records")
    return folder.parent / "records" / "new.warc.gz"


PLACES: dict[str, Callable[[Path], Path]] = {
    "the database": lambda folder: folder / "archive.db",
    "its log": lambda folder: folder / "archive.db-wal",
    "its shared memory": lambda folder: folder / "archive.db-shm",
    "a journal that is not there": lambda folder: folder / "archive.db-journal",
    "a WARC file": the_warc,
    "a new WARC file": lambda folder: folder / "warc" / "new.warc.gz",
    "in a folder below the WARC files": lambda folder: folder / "warc" / "a" / "b.jsonl",
    "the lock of the service": lambda folder: folder / "service.lock",
    "the lock of the sources": lambda folder: folder / "sources.lock",
    "the lock of migrations": lambda folder: folder / "archive.migrate.lock",
    "the heartbeat": lambda folder: folder / "service.json",
    "dots": lambda folder: folder / ".." / folder.name / "." / "warc" / ".." / "archive.db",
    "relative": lambda folder: Path(os.path.relpath(folder / "archive.db")),
    "in capitals": lambda folder: folder / "ARCHIVE.DB",
    "a link to the database": lambda folder: linked(folder, folder / "archive.db"),
    "a link to a WARC file": lambda folder: linked(folder, the_warc(folder)),
    "a link to a file that is not there": lambda folder: linked(folder, folder / "archive.db-journal"),
    "a hard link to the database": lambda folder: hard_linked(folder, folder / "archive.db"),
    "a hard link to a WARC file": lambda folder: hard_linked(folder, the_warc(folder)),
    "a hard link to a lock": lambda folder: hard_linked(folder, folder / "service.lock"),
    "by a linked folder": lambda folder: by_linked_folder(folder, "archive.db"),
    "WARC files by a linked folder": lambda folder: by_linked_folder(folder, "warc/x.warc.gz"),
    "a chain of links": chain_of_links,
    "a database kept elsewhere": moved_database,
    "that database's own place": lambda folder: Path(os.path.realpath(moved_database(folder))),
    "WARC files kept elsewhere": moved_warc,
}
HARD_ONLY_OWN = {"a hard link to a lock"}


@pytest.mark.parametrize("place", PLACES)
def test_a_file_of_the_archive_is_refused(place: str, folder: Path) -> None:
    path = PLACES[place](folder)
    if path.parent.name != "a":
        with pytest.raises(DestinationUnusable, match="nothing is written there, name another place"):
            check_destination(path, force=True, archive=folder)
    assert describe_archive_file(path, folder)


@pytest.mark.parametrize("place", sorted(PLACES.keys() - HARD_ONLY_OWN))
def test_a_file_of_another_archive_is_refused(place: str, folder: Path, bystander: Path) -> None:
    assert describe_archive_file(PLACES[place](bystander), folder)


def test_where_the_database_is_lost_its_place_is_kept(folder: Path) -> None:
    (folder / "archive.db").unlink()
    assert describe_archive_file(folder / "archive.db")


@pytest.mark.parametrize(
    "name", ["articles.jsonl", "exports/articles.csv", "archive.jsonl", "warcs/x.warc.gz", "../x.warc.gz"]
)
def test_other_files_may_stand_beside_an_archives(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    check_destination(folder / name, force=False, archive=folder)
    (folder / name).write_text("an earlier export")
    check_destination(folder / name, force=True, archive=folder)


@pytest.fixture
def kept(folder: Path) -> Iterator[Path]:
    """Return an archive whose files must be the same after the test."""
    before = {path: path.read_bytes() for path in (folder / "archive.db", the_warc(folder))}
    yield folder
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", ["the database", "a WARC file", "a hard link to the database"])
def test_every_format_refuses(form: str, place: str, kept: Path, command: Command) -> None:
    ended = command("--archive", kept, "export", form, PLACES[place](kept), "--force")
    assert ended.status == 2
    assert "of the archive" in ended.stderr


def test_no_manifest_is_written_over_an_archive(kept: Path, command: Command) -> None:
    """A manifest's name follows from the file's, and may be a link that somebody laid."""
    (kept.parent / "out.jsonl.manifest.json").hardlink_to(kept / "archive.db")
    ended = command("--archive", kept, "export", "jsonl", kept.parent / "out.jsonl", "--force")
    assert ended.status == 2
    assert not (kept.parent / "out.jsonl").exists()


@pytest.mark.parametrize("dest", ["warc", "archive.db"])
def test_no_posts_go_among_the_files_of_an_archive(dest: str, kept: Path, command: Command) -> None:
    ended = command("--archive", kept, "export", "posts", kept / dest, "--force")
    assert ended.status != 0
    assert sorted(path.name for path in (kept / "warc").iterdir() if path.is_dir()) == ["journal"]


def test_an_earlier_warc_export_may_be_replaced(folder: Path, command: Command) -> None:
    order = ("--archive", folder, "export", "warc", folder.parent / "floods.warc.gz")
    assert command(*order).status == 0
    assert command(*order, "--force").status == 0


# What the demo replaces.


@pytest.mark.parametrize("name", ["archive", "jianbao.toml", "archive/warc"])
def test_the_demo_follows_no_link_to_what_is_not_its_own(name: str, folder: Path, tmp_path: Path) -> None:
    stage = tmp_path / "stage"
    (stage / name).parent.mkdir(parents=True)
    if name != "jianbao.toml":
        (stage / "jianbao.toml").write_text(MARK)
    (stage / name).symlink_to(folder / "archive.db" if name == "jianbao.toml" else folder)
    with pytest.raises(ConfigurationError, match="is a link"):
        clear_folder(stage)
    assert (folder / "archive.db").stat().st_size


def test_a_file_in_the_demos_place_that_is_no_text_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "jianbao.toml").hardlink_to(folder / "archive.db")
    with pytest.raises(ConfigurationError, match="is not a demo's"):
        clear_folder(tmp_path / "stage")
