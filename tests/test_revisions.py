"""`show --diff`: what a revision changed, for people and for programs."""

from __future__ import annotations

import os
import pty
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from support.command_line import PYTHON, Command
from test_articles import make

from storage.archive.folder import Archive
from storage.articles.article import insert_article, insert_revision, update_article
from storage.records import Paragraph

CODE = "NW202603200000000001"
SINGLE = "NW202603200000000002"
TEXTS = [
    ["信州区今日举行招聘会。", "到场企业60家。", "天气晴好。", "现场秩序良好。", "欢迎参加。"],
    ["信州区今日举行招聘会。", "到场企业65家。", "天气晴好。", "现场秩序良好。", "欢迎参加。"],
    [
        "信州区今日举行春季招聘会。",
        "到场企业65家。",
        "天气晴好。",
        "现场秩序良好。",
        "欢迎参加。",
        "咨询请来电。",
    ],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with an article of three revisions and one of a single revision."""
    folder = tmp_path_factory.mktemp("revisions")
    with Archive.open(folder) as archive, archive.writing() as connection:
        insert_article(connection, make(2))
        for number, lines in enumerate(TEXTS, 1):
            stored = make(1, content=f"content {number}")
            article = replace(stored.article, paragraphs=tuple(Paragraph(line) for line in lines))
            stored = replace(stored, article=article, revision=number)
            if number == 1:
                insert_article(connection, stored)
            else:
                update_article(connection, stored)
                insert_revision(connection, stored, changed={})
    return folder


def test_the_last_change_is_marked(command: Command, folder: Path) -> None:
    ended = command("--archive", folder, "show", CODE, "--diff")
    assert ended.stdout.splitlines() == [
        "revision 2 → 3",
        "第1号题目",
        "",
        "　　信州区今日举行{+春季+}招聘会。",
        "　　到场企业65家。",
        "… 2 unchanged paragraphs …",
        "　　欢迎参加。",
        "　　{+咨询请来电。+}",
    ]


def test_the_change_of_one_revision_is_marked(command: Command, folder: Path) -> None:
    printed = command("--archive", folder, "show", CODE, "--diff", "--revision", "2").stdout
    assert "revision 1 → 2" in printed
    assert "到场企业[-60-]{+65+}家。" in printed


def test_pieces_are_structured_in_json(command: Command, folder: Path) -> None:
    shown = command("--archive", folder, "show", CODE, "--diff", "--json").json
    assert shown["revision"] == 3
    difference = shown["diff"]
    assert (difference["from"], difference["to"]) == (2, 3)
    assert difference["title"] == [{"kind": "same", "pieces": [{"text": "第1号题目", "change": "same"}]}]
    assert difference["paragraphs"][0] == {
        "kind": "changed",
        "pieces": [
            {"text": "信州区今日举行", "change": "same"},
            {"text": "春季", "change": "added"},
            {"text": "招聘会。", "change": "same"},
        ],
    }
    assert "diff" not in command("--archive", folder, "show", CODE, "--json").json


@pytest.mark.parametrize(("code", "options"), [(SINGLE, ()), (CODE, ("--revision", "1"))])
def test_a_first_revision_changed_nothing(
    code: str, options: tuple[str, ...], command: Command, folder: Path
) -> None:
    ended = command("--archive", folder, "show", code, "--diff", *options)
    assert ended.status == 0
    assert "there is nothing to compare" in ended.stdout
    assert command("--archive", folder, "show", code, "--diff", "--json", *options).json["diff"] is None


def test_a_revision_that_is_not_there_is_named(command: Command, folder: Path) -> None:
    ended = command("--archive", folder, "show", CODE, "--diff", "--revision", "4")
    assert ended.status == 1
    assert "has no revision 4" in ended.stderr


def on_a_terminal(folder: Path, **environment: str) -> str:
    """Return what `show --diff` prints on a terminal."""
    mine, theirs = pty.openpty()
    arguments = [*PYTHON, "-m", "jianbao", "--archive", str(folder), "show", CODE, "--diff"]
    subprocess.run(
        arguments, stdout=theirs, check=True, timeout=60, env={**os.environ, "TERM": "xterm", **environment}
    )
    os.close(theirs)
    printed = os.read(mine, 100_000).decode()
    os.close(mine)
    return printed


def test_a_terminal_shows_changes_in_colour(folder: Path) -> None:
    assert "\x1b[4;32m春季\x1b[0m" in on_a_terminal(folder)
    assert "{+春季+}" in on_a_terminal(folder, NO_COLOR="1")
