"""A stage for real crawls: the demo site, a configuration for it, and processes that fill an archive."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from jianbao.demo import DemoSite
from jianbao.demo.run import configure
from storage.archive.folder import Archive


class Crawling(Protocol):
    """A crawl in a process of its own."""

    @property
    def pid(self) -> int:
        """Its process id."""

    def poll(self) -> int | None:
        """Return its exit status as `subprocess` has it (negative: the signal), None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status once it has ended."""


PATIENCE = 600  # seconds: who waits for an answer that hangs is found out by everybody's time limit

Launch = Callable[[list[str], Path], Crawling]


def launch_command(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start the command line as a shell does, with stderr going into a file."""
    command = [sys.executable, "-P", "-m", "jianbao", *arguments]
    with log.open("wb") as errors:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)


class Stage:
    """A demo site that is open, and the archive in ``folder`` that its crawls fill."""

    def __init__(self, folder: Path, site: DemoSite) -> None:
        self.site = site
        self.archive_folder = folder / "archive"
        self.log = folder / "stderr"
        self._configuration = folder / "jianbao.toml"
        folder.mkdir(parents=True, exist_ok=True)
        self._configuration.write_text(
            configure(site).replace("[http]\n", f"[http]\ntimeout = {PATIENCE}\n"), "utf-8"
        )

    def start(self, launch: Launch = launch_command) -> Crawling:
        """Start a crawl of every source; the site's log of requests begins anew."""
        self.site.requests.clear()
        return launch(["--config", str(self._configuration), "crawl"], self.log)

    def crawl(self, launch: Launch = launch_command) -> int:
        """Crawl to the end and return the exit status."""
        return self.start(launch).wait(timeout=300)

    def open(self) -> Archive:
        """Open the archive."""
        return Archive.open_existing(self.archive_folder)

    @property
    def article_requests(self) -> int:
        """How many articles' pages the site was asked for."""
        return sum(is_article(request.path) for request in list(self.site.requests))


def is_article(path: str) -> bool:
    """Tell an article's address from a category page's and robots.txt's."""
    return not path.startswith("/category/") and path != "/robots.txt"


def wait_until(true: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    """Wait until something is so; raise TimeoutError that says what it was."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds} seconds for {what}")
        time.sleep(0.005)
