"""A jianbao of its own for one measurement: its configuration, its archive, its crawls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from child import PYTHON, Cost, run_child

CONCURRENCY = 8
"""Scrapy's default for one host, so that both sides fetch alike."""

_POLLED = {
    "last_outcome",
    "last_polled_at",
    "last_succeeded_at",
    "last_whole_at",
    "etag",
    "last_modified",
    "body_hash",
}


class Crawler:
    """Crawls category pages into an archive in ``folder``, without delay between requests."""

    def __init__(self, folder: Path, category_urls: Mapping[str, str], site: str) -> None:
        folder.mkdir(parents=True)
        self.archive = folder / "archive"
        self._config = folder / "jianbao.toml"
        self._log = folder / "log"
        self._config.write_text(_configuration(category_urls, site), "utf-8")

    def crawl(self) -> Cost:
        """Crawl every source once."""
        command = [PYTHON, "-P", "-m", "jianbao", "--config", str(self._config), "crawl", "--json"]
        return run_child(command, log=self._log)

    def crawl_with(self, script: Path) -> Cost:
        """Crawl every source once, through a script that takes the configuration's path."""
        return run_child([PYTHON, str(script), str(self._config)], log=self._log)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        with closing(self._connect()) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table; of sources, without what a poll may write."""
        with closing(self._connect()) as connection:
            # The index itself has no rows to show; what it holds is in its own tables.
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            names = [row[0] for row in connection.execute(tables)]
            return {name: self._rows(connection, name) for name in names}

    def warc_bytes(self) -> int:
        """Return the bytes of all WARC files."""
        return sum(file.stat().st_size for file in (self.archive / "warc").glob("*.warc.gz"))

    def _rows(self, connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        kept = [name for name in columns if table != "source" or name not in _POLLED | {"last_crawl_id"}]
        return connection.execute(
            f"SELECT {', '.join(kept)} FROM {table} ORDER BY 1, {min(2, len(kept))}"
        ).fetchall()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.archive / "archive.db")


def report_of(cost: Cost) -> dict[str, Any]:
    """Return what `jianbao crawl --json` printed."""
    report: dict[str, Any] = json.loads(cost.output)
    return report


def _configuration(category_urls: Mapping[str, str], site: str) -> str:
    head = (
        'archive = "archive"\n'
        f"[http]\ndelay = 0\nconcurrency = {CONCURRENCY}\n"
        f'[infocode]\nurl = "{site}/NewsData/GetNewsText.do?id={{code}}"\n'
    )
    return head + "".join(
        f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\nurl = "{url}"\n'
        for slug, url in category_urls.items()
    )
