"""`jianbao verify`: a whole archive is said to be whole, and every fault of its files and rows is named."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.command_line import Command
from support.served_archive import fill_archive

from jianbao.upkeep.verify import Found, verify_quickly
from jianbao.upkeep.verify_full import verify_fully
from storage.archive.folder import Archive, NoArchive
from storage.custody.looks import find_look
from storage.database.opening import ArchiveUnusable
from storage.events.event import list_open_events

CODE = "(SELECT info_code FROM article ORDER BY id LIMIT 1)"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an archive; copies of it are damaged."""
    folder = tmp_path_factory.mktemp("whole")
    fill_archive(folder).archive.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """Return a copy of that archive."""
    shutil.copytree(whole, tmp_path / "archive")
    return tmp_path / "archive"


def change(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "archive.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def ask(folder: Path, statement: str) -> tuple[int, ...]:
    with closing(sqlite3.connect(folder / "archive.db")) as connection:
        row: tuple[int, ...] = connection.execute(statement).fetchone()
    return row


def warc(folder: Path) -> Path:
    (path,) = (folder / "warc").glob("*.warc.gz")
    return path


def flip(path: Path, offset: int, mask: int = 0x55) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= mask
    path.write_bytes(data)


def kinds(found: Found) -> set[str]:
    return {problem.kind for problem in found.problems}


def event_kinds(folder: Path) -> list[str]:
    with Archive.open_reading(folder) as archive, archive.reading() as connection:
        return [event.kind for event in list_open_events(connection) if event.kind == "verify_failed"]


def test_a_whole_archive_is_whole(folder: Path) -> None:
    for found in (verify_quickly(folder), verify_fully(folder)):
        assert found.is_ok, found.problems
        assert found.notes == []
        assert found.checked["ledger"]["holds"]
    assert found.checked["records"] > found.checked["capture"]
    assert found.checked["texts"] == found.checked["indexed"] == found.checked["article"] == 31
    assert event_kinds(folder) == []


ROWS = {
    "article_missing": [f"UPDATE listing SET info_code = 'NW200001010000000001' WHERE info_code = {CODE}"],
    "state_unknown": ["UPDATE listing SET state = 'somehow' WHERE rowid = 1"],
    "original_unknown": [f"UPDATE article SET capture_id = NULL WHERE info_code = {CODE}"],
    "wording_gap": [f"UPDATE wording SET number = 4 WHERE info_code = {CODE}"],
    "copy_of_nothing": [f"UPDATE article SET duplicate_of = 'NW200001010000000001' WHERE info_code = {CODE}"],
    "revisit_broken": ["UPDATE capture SET refers_to = 1 WHERE id = 2"],
    "reference_broken": [f"UPDATE article SET capture_id = 999999 WHERE info_code = {CODE}"],
    "days_miscounted": ["UPDATE ledger_day SET listings = listings + 1"],
    "index_not_built": ["UPDATE search_state SET built_to = 5"],
    "index_incomplete": ["INSERT INTO search (rowid, tokens) VALUES (5, '村')"],
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_cannot_be_is_named(folder: Path, kind: str) -> None:
    change(folder, *ROWS[kind])
    found = verify_quickly(folder)
    assert kind in kinds(found)
    assert all(problem.command for problem in found.problems)
    assert event_kinds(folder) == ["verify_failed"]


def test_a_text_that_was_changed_is_named_and_so_is_the_index(folder: Path) -> None:
    change(folder, f"UPDATE article SET text = replace(text, '。', '！') WHERE info_code = {CODE}")
    assert verify_quickly(folder).is_ok
    found = verify_fully(folder)
    assert kinds(found) == {"text_damaged", "index_differs"}
    assert len({problem.info_code for problem in found.problems}) == 1
    assert found.problems[0].command == f"jianbao reparse --code {found.problems[0].info_code} --apply"


def cut(folder: Path) -> None:
    os.truncate(warc(folder), warc(folder).stat().st_size - 5)


def journal(folder: Path) -> Path:
    (path,) = (folder / "warc" / "journal").glob("*.warc.gz")
    return path


FILES: dict[str, Callable[[Path], object]] = {
    "file_lost": lambda folder: warc(folder).unlink(),
    "file_short": cut,
    "journal_lost": lambda folder: os.truncate(journal(folder), 700),
    "database_lost": lambda folder: (folder / "archive.db").unlink(),
    "database_damaged": lambda folder: (folder / "archive.db").write_bytes(bytes(range(256)) * 4000),
    "service_file_damaged": lambda folder: (folder / "service.json").write_bytes(b"\x80{"),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_lost_cut_or_damaged_is_named(folder: Path, kind: str) -> None:
    FILES[kind](folder)
    found = verify_quickly(folder)
    assert kind in kinds(found)
    (problem, *_) = [one for one in found.problems if one.kind == kind]
    assert problem.command is not None
    assert problem.command.split()[0] == "jianbao"
    assert problem.said.tell("zh") != problem.said.tell("en")


def test_a_page_of_the_database_that_was_overwritten_is_named(folder: Path) -> None:
    (size,) = ask(folder, "PRAGMA page_size")
    (root,) = ask(folder, "SELECT rootpage FROM sqlite_master WHERE name = 'listing'")
    with (folder / "archive.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes([7]) * size)
    assert "database_damaged" in kinds(verify_quickly(folder))


@pytest.mark.parametrize("where", ["response", "request", "first byte"])
def test_a_flipped_byte_of_a_record_is_named_by_its_place(folder: Path, where: str) -> None:
    offset, length = ask(folder, "SELECT warc_offset, warc_length FROM capture WHERE id = 7")
    place = {"response": offset + length // 2, "request": offset - 30, "first byte": offset}[where]
    flip(warc(folder), place)
    assert verify_quickly(folder).is_ok
    found = verify_fully(folder)
    if where == "request":
        assert (kinds(found), [note.kind for note in found.notes]) == (set(), ["request_damaged"])
        return
    (problem,) = found.problems
    assert (problem.kind, problem.offset) == ("record_damaged", offset)
    assert problem.file == f"warc/{warc(folder).name}"
    assert problem.command == f"jianbao recrawl --code {problem.info_code}"
    assert event_kinds(folder) == ["verify_failed"]


def test_a_flipped_byte_of_the_journal_is_named(folder: Path) -> None:
    flip(journal(folder), journal(folder).stat().st_size - 100)
    assert verify_quickly(folder).is_ok
    found = verify_fully(folder)
    assert [problem.kind for problem in found.problems] == ["journal_damaged"]
    assert found.problems[0].command == "jianbao rebuild --prepare"


def test_a_row_that_points_elsewhere_is_named(folder: Path) -> None:
    change(
        folder,
        "UPDATE capture SET payload_digest = 'sha256:00' WHERE id = 3",
        "UPDATE capture SET url = 'http://127.0.0.1/else.html' WHERE id = 5",
        "UPDATE capture SET warc_offset = warc_offset + 1 WHERE id = 9",
    )
    assert kinds(verify_fully(folder)) == {"record_differs"}
    assert len(verify_fully(folder).problems) == 3


def test_every_flipped_byte_is_found_or_does_no_harm(folder: Path) -> None:
    """Whatever byte of a record is flipped: something is said of it."""
    path, data = warc(folder), warc(folder).read_bytes()
    offset, length = ask(folder, "SELECT warc_offset, warc_length FROM capture WHERE id = 8")
    for place in range(offset + 11, offset + length, max(1, length // 8)):
        flip(path, place)
        found = verify_fully(folder)
        assert [problem.offset for problem in found.problems] == [offset], place
        path.write_bytes(data)


def test_what_does_not_belong_there_is_noted_and_no_problem(folder: Path) -> None:
    (folder / "archive.db.new").write_bytes(b"")
    (folder / "备忘.txt").write_text("记着")
    (folder / "warc" / "notes.txt").write_text("记着")
    found = verify_quickly(folder)
    assert found.is_ok
    assert [note.kind for note in found.notes] == ["stray_file", "leftover", "stray_file"]


def test_a_database_of_something_else_is_none_and_stays_as_it_is(tmp_path: Path) -> None:
    change(tmp_path, "CREATE TABLE book (name)")
    before = (tmp_path / "archive.db").read_bytes()
    for look in (verify_quickly, verify_fully):
        with pytest.raises(NoArchive):
            look(tmp_path)
    for opening in (Archive.open_existing, Archive.open):
        with pytest.raises(ArchiveUnusable):
            opening(tmp_path)
    assert (tmp_path / "archive.db").read_bytes() == before


def test_an_unfinished_tail_is_noted(folder: Path) -> None:
    with warc(folder).open("ab") as file:
        file.write(warc(folder).read_bytes()[:40])
    found = verify_fully(folder)
    assert found.is_ok
    assert [note.kind for note in found.notes] == ["beyond_captures", "tail_unfinished"]


def test_changes_that_the_database_lost_are_named(folder: Path) -> None:
    """As after a power cut, or a damaged write-ahead file: the records are there, the rows are not."""
    change(
        folder,
        "DELETE FROM wording",
        "DELETE FROM listing",
        "DELETE FROM story_owed",
        "DELETE FROM article",
        "DELETE FROM capture",
    )
    change(folder, "UPDATE search_state SET built_to = 5")
    found = verify_fully(folder)
    assert "records_unknown" in {one.kind for one in (*found.problems, *found.notes)}


def test_a_clean_look_ends_the_event(folder: Path) -> None:
    change(folder, "UPDATE search_state SET built_to = 5")
    verify_quickly(folder)
    change(folder, f"UPDATE search_state SET built_to = {1 << 62}")
    assert event_kinds(folder) == ["verify_failed"]
    assert verify_quickly(folder).is_ok
    assert event_kinds(folder) == []


def test_an_interrupted_look_goes_on(folder: Path) -> None:
    def interrupt(said: str) -> None:
        if "texts" in said:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify_fully(folder, interrupt)
    with Archive.open_reading(folder) as archive, archive.reading() as connection:
        before = find_look(connection, "full", finished=False)
    assert before is not None
    assert before.cursor == {"file": warc(folder).name}
    went_on = verify_fully(folder)
    assert went_on.continued
    assert went_on.checked["records"] == before.checked["records"]
    assert went_on.is_ok
    assert not verify_fully(folder).continued


def test_the_command_says_what_is_wrong_and_what_mends_it(folder: Path, command: Command) -> None:
    assert command("--archive", folder, "verify").status == 0
    flip(warc(folder), 3_000)
    ended = command("--archive", folder, "verify", "--full", "--json")
    assert ended.status == 1
    assert not ended.json["ok"]
    assert {problem["kind"] for problem in ended.json["problems"]} == {"record_damaged", "reread_lost"}
    problem = next(one for one in ended.json["problems"] if one["kind"] == "record_damaged")
    assert problem["command"].startswith("jianbao recrawl --code ")
    assert problem["file"] == f"warc/{warc(folder).name}"
    told = command("--archive", folder, "verify", "--full").stdout
    assert problem["command"] in told
    (folder / "archive.db").write_bytes(b"SQLite format 3\x00" + bytes(5000))
    ended = command("--archive", folder, "verify", "--json")
    assert (ended.status, ended.json["problems"][0]["kind"]) == (1, "database_damaged")
    assert command("--archive", folder, "verify", "--restart").status == 2


def test_a_folder_that_takes_nothing_is_looked_at_all_the_same(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        assert verify_quickly(folder).is_ok
    finally:
        folder.chmod(0o700)
