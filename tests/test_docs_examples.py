"""Every example of README and docs runs as it stands, in a folder as their readers have it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from support.command_line import PYTHON as INTERPRETER
from support.command_line import Command
from support.newsroom import Newsroom
from support.post_files import a_post, write_posts
from support.served_archive import fill_archive

from jianbao.demo import DemoSite, Press
from jianbao.demo.epaper import EPaper, FounderClassic, Plan
from storage.records.press_days import PRESS_ZONE

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS_SHELL = re.compile(r"[|<>&;]")
NOT_OURS = {"make", "pip", "python3", ".", "cd", "$EDITOR", "sqlite3", "datasette", "wb-manager", "warcio"}
"""What prepares a machine, and other people's programs."""

ELSEWHERE = {"init", "demo", "run", "serve", "rebuild"}
"""Commands that begin an archive or want a lost one, or never end: tests of their own run them."""

JUDGES = {"gaps", "doctor"}
"""Commands whose status is their answer: 1 says that something is missing or not as it should be."""

ASKS_A_NEWSPAPER = ("jianbao source add", "jianbao source check", "jianbao source save")
"""Commands that ask a newspaper's own site: tests of their own run them."""

EPAPER = """
[[sources]]
slug = "jxrb"
name = "江西日报"
kind = "epaper"
site = "jxrb"
url = "{site}/jxrb/"
"""
"""The digital newspaper whose history the documents fetch."""

READER = "http://127.0.0.1:8765"
TEXT = "赣江水位回落\n　　本报讯（记者 方晓棠）昨日八时，赣江外洲站水位回落，堤上的巡查由六班减为三班。"


def fences(language: str) -> list[str]:
    """Return what the documents show in fences of a language, each text once."""
    texts = [
        text
        for path in DOCUMENTS
        for kind, text in FENCED.findall(path.read_text("utf-8"))
        if kind == language
    ]
    return list(dict.fromkeys(texts))


def command_lines() -> list[str]:
    """Return every command line that the documents show, without its remark, each once."""
    shown = (line for text in fences("") + fences("console") for line in text.splitlines())
    lines = (re.sub(r"\s+#\s.*", "", line[2:]).strip() for line in shown if line.startswith("$ "))
    return [line for line in dict.fromkeys(lines) if shlex.split(line)[0] not in NOT_OURS]


LINES = command_lines()
CURL = [line for line in LINES if line.startswith("curl ")]
DUCKDB = [text for text in fences("sql") if ".parquet'" in text]
PYTHON = fences("python")
JIANBAO = [
    line
    for line in LINES
    if line.startswith("jianbao ")
    and line.split()[1] not in ELSEWHERE
    and not line.startswith(ASKS_A_NEWSPAPER)
]


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Iterator[Newsroom]:
    """Return the newsroom that the documents speak of, with the files that their examples bring in."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "archive-of-mine"
    write_posts(home / "finews" / "_posts", [a_post()])
    day = datetime(2022, 4, 18, 9, 30, tzinfo=PRESS_ZONE)
    write_posts(home / "one", [a_post(2, code="202204182345810011", published_at=day)])
    folder.mkdir()
    (folder / "page.txt").write_text(TEXT, "utf-8")
    (folder / "春耕.txt").write_text(TEXT.replace("赣江", "信江"), "utf-8")
    (folder / "query.sql").write_text("SELECT info_code, title FROM article", "utf-8")
    today = datetime.now(PRESS_ZONE).date()
    paper = EPaper(
        "jxrb", FounderClassic("/jxrb/", "江西日报"), today, plan=Plan.of(pages=1, stories=1), days=2
    )
    with DemoSite(Press.daily(), rooms=[paper]) as site:
        slugs = ["shangraoribao", "nanchangribao"]
        newsroom = Newsroom(site, folder, command, slugs=slugs, sources=EPAPER)
        newsroom.crawl()
        prepare_elsewhere(newsroom)
        yield newsroom


def prepare_elsewhere(newsroom: Newsroom) -> None:
    """Make what the examples find outside of the archive: a backup on another disk, and others' files."""
    home, folder = newsroom.folder.parent, newsroom.folder
    (home / "warcs").mkdir()
    for line in (
        ["backup", str(home / "mnt" / "backup" / "jianbao")],
        ["restore", str(home / "mnt" / "backup" / "jianbao"), "--to", "drill"],
        *(["export", "warc", name] for name in ("crawl.warc.gz", "old.warc.gz", "../warcs/one.warc.gz")),
    ):
        told = newsroom.command(*line, folder=folder)
        assert told.status == 0, told.stderr
    with ZipFile(folder / "site.wacz", "w") as wacz:
        wacz.write(folder / "crawl.warc.gz", "archive/crawl.warc.gz")
    shutil.rmtree(folder / "drill", ignore_errors=not any("drill" in line for line in LINES))


def test_the_documents_have_examples() -> None:
    assert (len(JIANBAO) > 25, len(CURL) > 8, len(DUCKDB), len(PYTHON)) == (True, True, 2, 2)
    assert [line for line in LINES if not line.startswith(("jianbao ", "curl ", "python benchmarks/"))] == []


@pytest.mark.parametrize("line", JIANBAO)
def test_a_command_of_the_documents(delivered: Newsroom, line: str) -> None:
    home, folder = delivered.folder.parent, delivered.folder
    for leftover in ("articles.jsonl", "articles.csv", "site"):
        shutil.rmtree(folder / leftover, ignore_errors=True)
    if NEEDS_SHELL.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", line)):
        tools = {word for word in re.findall(r"\|\s*(\w+)", line) if shutil.which(word) is None}
        if tools:
            pytest.skip(f"{', '.join(tools)} is not on this machine")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        ended = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line],
            cwd=folder,
            env=os.environ | {"PATH": path, "HOME": str(home)},
            capture_output=True,
            check=False,
            timeout=120,
        )
        status, stderr = ended.returncode, ended.stderr.decode()
    else:
        words = [re.sub(r"^(~|(?=/mnt/))", str(home), word) for word in shlex.split(line)[1:]]
        told = delivered.command(*words, folder=folder)
        status, stderr = told.status, told.stderr
    assert status == 0 or (status == 1 and line.split()[1] in JUDGES), stderr


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address at which `jianbao serve` shows the archive that docs/api.md speaks of."""
    folder = tmp_path_factory.mktemp("served") / "archive"
    fill_archive(folder).archive.close()
    line = [*INTERPRETER, "-m", "jianbao", "--archive", str(folder), "serve", "--port", "0"]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
        assert found
        yield found[0]
        server.terminate()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
@pytest.mark.parametrize("line", CURL)
def test_a_request_of_the_documents(reader: str, line: str) -> None:
    assert READER in line
    asked = [*shlex.split(line.replace(READER, reader)), "-w", "\n%{http_code}"]
    answer, status = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.rsplit("\n", 1)
    told = json.loads(answer)
    assert int(status) == (told["status"] if "type" in told else 200), "only the example of an error is one"


@pytest.fixture(scope="module")
def exported(delivered: Newsroom) -> Path:
    """Return a folder with the files that the examples of other programs read."""
    for form, name in (("parquet", "articles.parquet"), ("csv", "articles.csv"), ("jsonl", "articles.jsonl")):
        assert delivered.command("export", form, name, "--force", folder=delivered.folder).status == 0
    return delivered.folder


@pytest.mark.parametrize("statements", DUCKDB)
def test_duckdb_answers_the_statements_of_the_documents(
    exported: Path, statements: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(exported)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        for statement in filter(str.strip, statements.split(";")):
            last = connection.execute(statement)
            if "SELECT" in statement:
                assert last.fetchall() or "光伏" in statement
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("Asia/Shanghai",)


@pytest.mark.parametrize("source", PYTHON)
def test_python_runs_the_examples_of_the_documents(
    exported: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(exported)
    names: dict[str, Any] = {}
    exec(compile(source, "documentation", "exec"), names)
    assert len(names["articles"]) > 30
    if "archive" in names:
        names["archive"].close()
