"""A newsroom for tests: the demo site, a configuration for it, an archive, and the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from jianbao.demo import DemoSite, Press
from storage.archive.folder import Archive
from storage.articles.article import find_article
from storage.database.column_types import UtcDateTime
from storage.database.schema import host, listing, source
from storage.ledger.host_places import end_rests
from storage.records import StoredArticle
from storage.records.saying import read_saying
from support.command_line import Command, Ended

HTTP: dict[str, Any] = {"delay": 0, "timeout": 20, "retries": 0, "max_size": 1_000_000}

_IMPATIENT = """
from scrapy.downloadermiddlewares.downloadtimeout import DownloadTimeoutMiddleware
whole = DownloadTimeoutMiddleware.process_request
def process_request(self, request):
    if {part!r} in request.url:
        request.meta.setdefault("download_timeout", {seconds})
    return whole(self, request)
DownloadTimeoutMiddleware.process_request = process_request
"""


@dataclass
class Newsroom:
    """A site and an archive of it. ``http`` are keys of the configuration's table of that name.

    ``sources`` is TOML that declares sources in place of the category pages, ``{site}`` in it the site's
    address. ``prelude`` is code that every command runs first: see `warm_command_line`. ``floor``
    is how many bytes the disk must have free.
    """

    site: DemoSite
    folder: Path
    command: Command
    slugs: Sequence[str] = ()
    http: dict[str, Any] = field(default_factory=dict)
    sources: str = ""
    prelude: str = ""
    floor: int = 0

    def __post_init__(self) -> None:
        self.configure()

    @property
    def config(self) -> Path:
        """The configuration's file."""
        return self.folder / "jianbao.toml"

    @property
    def archive_folder(self) -> Path:
        """The archive's folder."""
        return self.folder / "archive"

    def configure(self, **http: Any) -> None:
        """Write the configuration."""
        slugs = self.slugs or (() if self.sources else self.site.slugs)
        rules = {"contact": "mailto:desk@example.org", **HTTP, **self.http, **http}
        tables = [
            f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\n'
            f'url = "{self.site.category_url(slug)}"\n'
            for slug in slugs
        ]
        tables.append(self.sources.replace("{site}", self.site.url))
        lines = [f"{key} = {_toml(value)}" for key, value in rules.items()]
        tables += ["[http]", *lines, "[infocode]"]
        tables += [f'url = "{self.site.json_url}"', f'page = "{self.site.finance_url}"']
        tables += ["[guards]", f"free_bytes = {self.floor}"]
        self.config.write_text("\n".join(tables) + "\n", "utf-8")

    def lose_patience(self, part: str, seconds: float = 0.3) -> None:
        """Wait only so long for addresses that hold ``part`` from now on, and as configured for others."""
        self.prelude = _IMPATIENT.format(part=part, seconds=seconds)

    def run(self, *arguments: str) -> Ended:
        """Run a command; nothing that it does may end in a trace."""
        ended = self.command("--config", self.config, *arguments, prelude=self.prelude)
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended

    def ask(self, *arguments: str) -> Any:
        """Run a command with --json; return its document."""
        return self.run(*arguments, "--json").json

    def crawl(self, *arguments: str, status: int = 0) -> Crawled:
        """Crawl, and expect an exit status."""
        return self._crawled("crawl", arguments, status)

    def recrawl(self, *arguments: str, status: int = 0) -> Crawled:
        """Fetch again, and expect an exit status."""
        return self._crawled("recrawl", arguments, status)

    def show(self, code: str) -> dict[str, Any]:
        """Return an article as `show --json` has it."""
        shown: dict[str, Any] = self.ask("show", code)
        return shown

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """Open the archive."""
        with Archive.open_existing(self.archive_folder) as archive:
            yield archive

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Return the rows of a statement, sayings in English; a row of one column is that column."""
        with self.archive() as archive, archive.reading() as connection:
            rows = [[_said(cell) for cell in row] for row in connection.execute(text(statement), values)]
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    def stored(self, code: str) -> StoredArticle | None:
        """Return an article as it is archived."""
        with self.archive() as archive, archive.reading() as connection:
            return find_article(connection, code)

    def listing(self, code: str, slug: str | None = None) -> dict[str, Any]:
        """Return one listing's row."""
        statement = "SELECT * FROM listing WHERE info_code = :code AND source = coalesce(:slug, source)"
        with self.archive() as archive, archive.reading() as connection:
            row = connection.execute(text(statement), {"code": code, "slug": slug}).mappings().one()
        return {name: _said(cell) for name, cell in row.items()}

    def states(self) -> dict[str, int]:
        """Return how many listings are in each state."""
        return dict(self.rows("SELECT state, count(*) FROM listing GROUP BY state"))

    def events(self, *, resolved: bool = False) -> list[str]:
        """Return the kinds of the open events, or of the resolved ones, in the order of their opening."""
        wanted = "NOT NULL" if resolved else "NULL"
        return self.rows(f"SELECT kind FROM event WHERE resolved_at IS {wanted} ORDER BY id")

    def warc_bytes(self) -> int:
        """Return the size of all WARC files."""
        return sum(file.stat().st_size for file in (self.archive_folder / "warc").iterdir())

    def let_time_pass(self, distance: timedelta) -> None:
        """Make everything that the archive remembers of its sources and listings so much older."""
        with self.archive() as archive, archive.writing() as connection:
            for table in (listing, source, host):
                times = [column for column in table.c if isinstance(column.type, UtcDateTime)]
                for row in connection.execute(table.select()).mappings().all():
                    aged = {c.name: row[c.name] - distance for c in times if row[c.name] is not None}
                    same = [column == row[column.name] for column in table.primary_key]
                    if aged:
                        connection.execute(table.update().where(*same).values(aged))
            over = host.c.rests_until.is_(None) | (host.c.rests_until <= datetime.now(UTC))
            rested = set(connection.execute(select(host.c.name).where(over)).scalars())
        end_rests(self.archive_folder, rested)

    def _crawled(self, command: str, arguments: Sequence[str], status: int) -> Crawled:
        self.site.requests.clear()
        ended = self.run(command, *arguments, "--json")
        assert ended.status == status, f"{ended.status}: {ended.stdout}{ended.stderr}"
        return Crawled(ended.json, [request.path for request in self.site.requests], ended.stderr)


@dataclass(frozen=True, slots=True)
class Crawled:
    """A crawl's report, the paths it asked for, and what it said on stderr."""

    report: dict[str, Any]
    paths: list[str]
    stderr: str

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """The counts of each source."""
        return {counts["slug"]: counts for counts in self.report["sources"]}

    @property
    def errors(self) -> str:
        """Everything that went wrong, in one text."""
        return "\n".join(self.report["errors"])

    def total(self, count: str) -> int:
        """Return a count over all sources."""
        return sum(counts[count] for counts in self.report["sources"])


def small_press(articles: int = 2, papers: int = 1) -> Press:
    """Return a press with few articles, all of one day's window."""
    return Press.of(articles, papers)


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _said(cell: Any) -> Any:
    return str(read_saying(cell)) if isinstance(cell, str) else cell
