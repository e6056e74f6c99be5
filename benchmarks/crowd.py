"""How the reader holds when fifty people read at once, while a crawl and an import write.

``python benchmarks/crowd.py [--quick] [--articles N] [--readers N] [--seconds S] [--archive DIR]``: an
archive is made (or the one that is named is used), `jianbao serve` shows it from a process of its own,
and readers ask it for pages of every kind, each one as soon as the last has come, while a crawl of new
articles and an import of posts go on. Whether the reader lives is asked twice a second. Prints what
each kind of page took by the clock, and one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory

import aiohttp
from child import PYTHON
from import_posts import write_files
from newspapers import Newspapers
from reader import Address, choose_addresses, make_archive

from storage.archive.folder import Archive

GOAL = 1.5  # seconds, 95 of a hundred pages
_HEALTH = "/healthz"
_LONGEST = 120.0  # seconds, of one answer


@dataclass
class Trial:
    """What the readers met: seconds by kind of page, and answers that were none."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    @property
    def pages(self) -> list[float]:
        """The times of all pages that people asked for."""
        return [took for page, times in self.times.items() if page != _HEALTH for took in times]


def main() -> None:
    """Make an archive, let the crowd in, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--articles", type=int, default=60_000)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    if options.quick:
        options.articles, options.readers, options.seconds = 500, 8, 3.0
    with TemporaryDirectory(prefix="jianbao-crowd-") as folder:
        archive = options.archive or Path(folder) / "archive"
        if not options.archive:
            make_archive(archive, options.articles)
        found = measure(Path(folder), archive, options)
    print_found(found)
    sys.stdout.write(json.dumps(summarise(found)) + "\n")


def measure(folder: Path, archive: Path, options: argparse.Namespace) -> Trial:
    """Return what readers met while a crawl and an import went on."""
    with Archive.open_existing(archive) as opened:
        addresses = choose_addresses(opened)
    new = 60 if options.quick else 5_000
    with ExitStack() as stack:
        address = stack.enter_context(serving(archive))
        stack.enter_context(crawling(folder, archive, new))
        stack.enter_context(importing(folder, archive, new))
        return asyncio.run(crowd(address, addresses, options.readers, options.seconds))


@contextmanager
def serving(archive: Path) -> Iterator[str]:
    """Serve an archive in a process of its own; give its address."""
    line = [PYTHON, "-P", "-m", "jianbao", "--archive", str(archive), "serve", "--port", "0"]
    with Popen(line, stderr=PIPE, text=True) as server:
        assert server.stderr is not None
        said = re.search(r"http://[\d.:]+", server.stderr.readline())
        assert said
        yield said[0]
        server.send_signal(signal.SIGTERM)


@contextmanager
def crawling(folder: Path, archive: Path, articles: int) -> Iterator[None]:
    """Crawl new articles into an archive while the block runs."""
    with Newspapers(articles, 20) as site:
        tables = [
            f'[[sources]]\nslug = "{slug}"\nname = "{slug}"\nkind = "category"\nurl = "{url}"\n'
            for slug, url in site.category_urls.items()
        ]
        http = '[http]\ncontact = "mailto:bench@example.org"\ndelay = 0\n'
        config = folder / "jianbao.toml"
        config.write_text("\n".join((f'archive = "{archive}"', *tables, http)), "utf-8")
        with running("--config", str(config), "crawl", "--quiet"):
            yield


@contextmanager
def importing(folder: Path, archive: Path, posts: int) -> Iterator[None]:
    """Import posts into an archive while the block runs."""
    write_files(folder / "posts", posts)
    with running("--archive", str(archive), "import", "posts", str(folder / "posts")):
        yield


@contextmanager
def running(*arguments: str) -> Iterator[None]:
    """Run a command while the block runs."""
    child = Popen([PYTHON, "-P", "-m", "jianbao", *arguments], stdout=DEVNULL, stderr=DEVNULL)
    try:
        yield
    finally:
        child.send_signal(signal.SIGINT)
        child.wait()


async def crowd(address: str, addresses: dict[str, Address], readers: int, seconds: float) -> Trial:
    """Let readers read for so long; return what they met."""
    trial, until = Trial(), time.monotonic() + seconds
    timeout = aiohttp.ClientTimeout(total=_LONGEST)
    async with aiohttp.ClientSession(
        address, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)
    ) as session:
        await asyncio.gather(
            *(read(session, addresses, random.Random(number), trial, until) for number in range(readers)),
            watch(session, trial, until),
        )
    return trial


async def read(
    session: aiohttp.ClientSession,
    addresses: dict[str, Address],
    chosen: random.Random,
    trial: Trial,
    until: float,
) -> None:
    """Ask for one page after the other."""
    pages = list(addresses)
    while time.monotonic() < until:
        page = chosen.choice(pages)
        await ask(session, page, addresses[page](), trial)


async def watch(session: aiohttp.ClientSession, trial: Trial, until: float) -> None:
    """Ask twice a second whether the reader lives."""
    while time.monotonic() < until:
        await ask(session, _HEALTH, _HEALTH, trial)
        await asyncio.sleep(0.5)


async def ask(session: aiohttp.ClientSession, page: str, address: str, trial: Trial) -> None:
    """Ask for a page, and note how long that took."""
    began = time.monotonic()
    try:
        async with session.get(address) as answer:
            await answer.read()
            if answer.status != 200:
                trial.errors.append(f"{address} answered {answer.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        trial.errors.append(f"{address} failed: {type(error).__name__}")
    trial.times[page].append(time.monotonic() - began)


def summarise(trial: Trial) -> dict[str, float]:
    """Return what is to be told in one line."""
    return {
        "pages": len(trial.pages),
        "errors": len(trial.errors),
        "p50_s": round(median(trial.pages), 3),
        "p95_s": round(most(trial.pages), 3),
        "longest_s": round(max(trial.pages), 3),
        "health_longest_s": round(max(trial.times[_HEALTH]), 3),
    }


def most(times: list[float]) -> float:
    """Return the time that 95 of a hundred stay below."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


def print_found(trial: Trial) -> None:
    """Print what each kind of page took, and the first errors."""
    print(f"{'page':28}{'asked':>8}{'p50 s':>9}{'p95 s':>9}{'longest':>9}")
    for page, times in sorted(trial.times.items(), key=lambda entry: -most(entry[1])):
        print(f"{page:28}{len(times):8}{median(times):9.3f}{most(times):9.3f}{max(times):9.3f}")
    print(*trial.errors[:10], sep="\n")
    told = "met" if most(trial.pages) <= GOAL else "missed"
    print(f"95 of a hundred pages within {most(trial.pages):.2f} s: the goal of {GOAL} s is {told}")


if __name__ == "__main__":
    main()
