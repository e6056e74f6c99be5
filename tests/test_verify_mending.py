"""`jianbao verify` names commands that mend: each fault is planted, its command run, and it is gone."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from support.command_line import Command
from support.newsroom import Newsroom, small_press

from jianbao.demo import DemoSite

PAPER = """\
[[sources]]
slug = "lxrb"
name = "芦溪日报"
kind = "epaper"
site = "lxrb"
url = "{site}/lxrb/"
images = true
facsimile = "image"
[[sources]]
slug = "di1xianribao"
name = "di1xianribao"
kind = "category"
url = "{site}/category/di1xianribao.html"
"""
CODE = "(SELECT info_code FROM article WHERE info_code LIKE 'NW%')"
RECORD = "SELECT warc_file, warc_offset, warc_length FROM capture WHERE id = {}"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Iterator[Newsroom]:
    """A newsroom that keeps pictures and facsimiles; ``whole`` beside it is a copy of its archive."""
    folder = tmp_path_factory.mktemp("room")
    with DemoSite(small_press()) as site:
        room = Newsroom(site, folder, command, sources=PAPER)
        assert room.run("crawl").status == 0
        shutil.copytree(room.archive_folder, folder / "whole")
        yield room


@pytest.fixture
def damaged(room: Newsroom) -> Newsroom:
    """The newsroom, its archive whole again and ready to be damaged."""
    shutil.rmtree(room.archive_folder)
    shutil.copytree(room.folder / "whole", room.archive_folder)
    return room


def change(room: Newsroom, *statements: str) -> None:
    with closing(sqlite3.connect(room.archive_folder / "archive.db")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def flip(room: Newsroom, capture: str) -> None:
    """Flip a byte in a capture's record."""
    ((file, offset, length),) = room.rows(RECORD.format(capture))
    path = room.archive_folder / "warc" / file
    data = bytearray(path.read_bytes())
    data[offset + length // 2] ^= 0x55
    path.write_bytes(data)


def look(room: Newsroom) -> dict[str, Any]:
    found: dict[str, Any] = room.ask("verify", "--full")
    return found


def mend(room: Newsroom, *kinds: str) -> None:
    """Look, run every command that is named, and look again: all of it is well."""
    found = look(room)
    assert {one["kind"] for one in found["problems"]} >= {*kinds}, found["problems"]
    for command in dict.fromkeys(one["command"] for one in found["problems"]):
        program, *arguments = shlex.split(command)
        assert program == "jianbao"
        assert room.run(*arguments).status in (0, 1), command
    assert look(room)["problems"] == []


def test_what_the_site_still_has_is_fetched_without_a_backup(damaged: Newsroom) -> None:
    first, last = damaged.rows("SELECT min(capture_id) AS a, max(capture_id) AS b FROM picture")[0]
    change(
        damaged,
        f"UPDATE picture SET capture_id = NULL WHERE capture_id = {first}",
        "UPDATE facsimile SET capture_id = NULL WHERE rowid = (SELECT min(rowid) FROM facsimile)",
        f"UPDATE listing SET state = 'somehow' WHERE info_code = {CODE}",
    )
    page = f"(SELECT capture_id FROM article WHERE info_code = {CODE})"
    for capture in (f"{last}", "(SELECT max(capture_id) FROM facsimile)", page):
        flip(damaged, capture)
    mend(damaged, "picture_lost", "facsimile_lost", "state_unknown", "record_damaged", "reread_lost")
    kept = "SELECT DISTINCT state FROM picture UNION SELECT DISTINCT state FROM facsimile"
    assert damaged.rows(kept) == ["archived"]


def test_what_the_archive_itself_can_tell_is_mended_without_the_site(damaged: Newsroom) -> None:
    change(
        damaged,
        f"UPDATE article SET duplicate_of = 'NW200001010000000001', author = '某人' WHERE info_code = {CODE}",
        f"UPDATE article SET text = replace(text, '。', '！') WHERE info_code = {CODE}",
        f"DELETE FROM story_sketch WHERE info_code = {CODE}",
        "DELETE FROM story_owed",
    )
    asked = len(damaged.site.requests)
    mend(damaged, "copy_of_nothing", "text_damaged", "not_reproduced", "story_unseen", "index_differs")
    assert len(damaged.site.requests) == asked


def test_what_only_the_journal_has_is_mended_by_a_rebuild(damaged: Newsroom) -> None:
    change(damaged, f"UPDATE wording SET number = 4 WHERE info_code = {CODE}")
    mend(damaged, "wording_gap")


def test_what_nothing_brings_back_is_said_truthfully(damaged: Newsroom) -> None:
    change(damaged, f"UPDATE listing SET info_code = 'NW200001010000000001' WHERE info_code = {CODE}")
    (page,) = damaged.rows("SELECT max(id) FROM capture WHERE url LIKE '%/category/%'")
    flip(damaged, f"{page}")
    found = {one["kind"]: one["command"] for one in look(damaged)["problems"]}
    assert found["record_damaged"] == "jianbao restore BACKUP --originals"
    for command in {*found.values()} - {found["record_damaged"]}:
        damaged.run(*shlex.split(command)[1:])
    assert {one["kind"] for one in look(damaged)["problems"]} <= {"record_damaged", "days_miscounted"}
    assert damaged.listing("NW200001010000000001")["state"] in ("failed", "quarantined")
