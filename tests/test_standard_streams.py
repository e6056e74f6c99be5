"""What a shell, cron or a pipe may do to stdin, stdout and stderr, and how commands end then."""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from support.command_line import PYTHON
from support.newsroom import Newsroom, small_press

CLOSED, FULL = ">&-", ">/dev/full"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, command: object) -> Path:
    """Return the configuration of an archive of two articles, one of them titled with rare characters."""
    from jianbao.demo import DemoSite

    with DemoSite(small_press()) as site:
        newsroom = Newsroom(site, tmp_path_factory.mktemp("streams"), command)  # type: ignore[arg-type]
        newsroom.site.edit(site.articles[0].code, title="周𠮷堃谈赣江水位")
        newsroom.crawl()
        return newsroom.config


def shell(
    config: Path, words: str, redirections: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a shell, with its streams as the redirections leave them."""
    line = f"{shlex.join([*PYTHON, '-m', 'jianbao', '--config', str(config)])} {words} {redirections}"
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line],
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


@pytest.mark.parametrize(
    ("words", "redirections"),
    [("list", CLOSED), ("list", FULL), ("-h", FULL), ("export jsonl -", FULL)],
    ids=["closed", "full", "help", "export"],
)
def test_an_output_that_takes_nothing_is_told(config: Path, words: str, redirections: str) -> None:
    ended = shell(config, words, redirections)
    (line,) = ended.stderr.decode().splitlines()
    assert line.startswith("jianbao: standard output cannot be written (")
    assert ended.returncode == 1


@pytest.mark.parametrize(
    "redirections", [f"{FULL} 2>/dev/full", f"{CLOSED} 2>&- <&-"], ids=["full", "closed"]
)
def test_nobody_can_be_told_and_the_status_tells(config: Path, redirections: str) -> None:
    assert shell(config, "list", redirections).returncode == 1


@pytest.mark.parametrize(("words", "status"), [("list", 0), ("list --nonsense", 2)])
def test_a_closed_stderr_changes_no_status(config: Path, words: str, status: int) -> None:
    assert shell(config, words, "2>&-").returncode == status


def test_no_file_of_the_archive_takes_the_number_of_a_closed_stream(config: Path) -> None:
    assert shell(config, "stories --rebuild", "<&- >&- 2>&-").returncode == 1
    assert json.loads(shell(config, "list --json").stdout)["total"] == 2


@pytest.mark.parametrize("words", ["list", "export csv -"])
def test_a_reader_that_goes_away_is_no_trouble(config: Path, words: str) -> None:
    ended = shell(config, words, "| true")
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_characters_that_the_output_lacks_are_escaped(config: Path) -> None:
    shown = shell(config, "list", PYTHONIOENCODING="gbk")
    assert "周\\U00020bb7堃谈赣江水位" in shown.stdout.decode("gbk")
    document = json.loads(shell(config, "list --json", PYTHONIOENCODING="ascii").stdout.decode("ascii"))
    assert "周𠮷堃谈赣江水位" in [item["title"] for item in document["items"]]


def test_csv_is_whole_or_refused(config: Path) -> None:
    statement = "sql --csv 'SELECT title FROM article ORDER BY title DESC'"
    refused = shell(config, statement, PYTHONIOENCODING="gbk")
    assert refused.returncode == 1
    assert "set PYTHONIOENCODING=utf-8" in refused.stderr.decode("gbk")
    whole = shell(config, statement, PYTHONIOENCODING="utf-8")
    assert ["周𠮷堃谈赣江水位"] in list(csv.reader(whole.stdout.decode().splitlines()))
