"""What is loaded for what: the reader knows no crawl, and a command that reads loads nothing that writes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from support.delivered_articles import DeliveredArticles

OURS = ("jianbao", "scheduler", "spiders", "pipelines", "storage")
NOT_FOR_READERS = (
    "jianbao.commands",
    "jianbao.configuration",
    "jianbao.crawl",
    "jianbao.demo",
    "jianbao.importing",
    "jianbao.service",
    "jianbao.terminal",
    "jianbao.upkeep",
    "pipelines",
    "spiders",
    "alembic",
    "apscheduler",
    "filelock",
    "rich",
    "scrapy",
    "twisted",
    "typer",
    "storage.warc",
)
NOT_FOR_QUESTIONS = (
    "alembic",
    "apscheduler",
    "fastapi",
    "filelock",
    "pipelines",
    "rich",
    "scrapy",
    "sqlalchemy.dialects.postgresql",
    "storage.warc",
    "twisted",
)
_READER = """
from pathlib import Path
from jianbao.web.application import create_app
create_app(Path({folder!r}))
"""
_COMMAND = """
from jianbao.cli import main
sys.argv = ["jianbao", *{arguments!r}]
try:
    main()
except SystemExit as end:
    assert end.code in (None, 0, 1)  # that an event is open is no failure here
"""


def loaded(script: str) -> set[str]:
    """Return the names of the modules that a process of its own has loaded at the end of a script."""
    told = "\nimport json\nprint('loaded', json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-P", "-c", f"import sys\n{script}{told}"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(ended.stdout.rpartition("loaded ")[2]))


def within(names: set[str], parts: tuple[str, ...]) -> list[str]:
    """Return the modules that are one of these parts, or inside one."""
    return sorted(name for name in names if any(f"{name}.".startswith(f"{part}.") for part in parts))


def test_the_reader_loads_nothing_that_crawls_imports_or_prints(delivered: DeliveredArticles) -> None:
    names = loaded(_READER.format(folder=str(delivered.archive.folder)))
    assert within(names, NOT_FOR_READERS) == []
    assert len(within(names, OURS)) < 240, (
        "233 with holes, coverage, later looks, habits and what stands still"
    )


@pytest.mark.parametrize("name", ["list", "search", "show", "status", "sources"])
def test_a_command_that_reads_loads_nothing_that_writes(delivered: DeliveredArticles, name: str) -> None:
    code = delivered.offer.articles[0].info_code
    asked = {"search": ("search", "报"), "show": ("show", code)}.get(name, (name,))
    names = loaded(_COMMAND.format(arguments=["--archive", str(delivered.archive.folder), *asked, "--json"]))
    assert within(names, NOT_FOR_QUESTIONS) == []


def test_the_services_own_process_loads_no_crawl() -> None:
    names = loaded("import jianbao.service.__main__\n")
    assert within(names, ("jianbao.commands", "jianbao.web", "scrapy", "spiders.middleware", "typer")) == []
