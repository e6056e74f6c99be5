"""Kill trials: crawls of one archive that die at random moments, and the proof that nothing came of it."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from random import Random

from sqlalchemy import Connection, func, inspect, select

from jianbao.demo import DemoSite, Press
from storage.archive.folder import DATABASE_FILE, WARC_FOLDER, Archive
from storage.captures.capture import committed_end
from storage.database.opening import connect_database, reading
from storage.database.schema import article, capture, revision
from storage.ledger.listing import count_states
from storage.warc import mend_tail
from support.archive_checks import prove_archive
from support.crawl_processes import Crawling, Launch, Stage, is_article, launch_command

_AT_ANY_TIME = 0.25
"""The share of kills at any time from the start; the others fall among the requests."""

_LONGEST_STORING = 0.02  # seconds from a request's arrival until its article is stored, about
_TORN = 0.3
_FEW_OWED = 15


@dataclass(slots=True)
class Casualties:
    """What was killed, and in the middle of what; counts of different trials can be added up."""

    archives: int = 0
    kills: int = 0
    before_storing: int = 0
    while_fetching: int = 0
    survived: int = 0
    untold_records: int = 0
    torn_tails: int = 0
    torn_by_hand: int = 0
    articles: int = 0
    revisions: int = 0
    captures: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: Casualties) -> None:
        """Add another trial's counts."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def describe(self) -> str:
        """Return the counts in a line."""
        lost = sum(problem.startswith("lost") for problem in self.problems)
        doubled = sum(problem.startswith("doubled") for problem in self.problems)
        return (
            f"{self.archives} archives, {self.kills} kills: {self.while_fetching} while fetching, "
            f"{self.before_storing} before, {self.survived} crawls ended first. Left: {self.torn_tails} torn "
            f"tails ({self.torn_by_hand} of them torn by hand), {self.untold_records} tails of whole records "
            f"that no row tells of. In the end: {self.articles} articles, {self.revisions} revisions, "
            f"{self.captures} captures; lost {lost}, doubled {doubled}, "
            f"other problems {len(self.problems) - lost - doubled}"
        )


class KillTrial:
    """One archive whose crawls are killed. The same seed takes the same decisions."""

    def __init__(
        self, folder: Path, seed: str, launch: Launch = launch_command, startup: float = 2.0
    ) -> None:
        """``startup`` is about how many seconds a crawl takes until its first request."""
        self._folder = folder
        self._random = Random(seed)
        self._launch = launch
        self._startup = startup
        self._edits: Counter[str] = Counter()
        self._counts = Casualties(archives=1)
        self._seen_size = 0

    def run(self, kills: int) -> Casualties:
        """Kill that many crawls, crawl to the end, and return the counts with every problem found."""
        with DemoSite(Press.daily()) as site:
            stage = Stage(self._folder, site)
            while self._counts.kills < kills:
                self._print_news(stage)
                self._kill_one(stage)
            self._prove(stage)
        return self._counts

    def _print_news(self, stage: Stage) -> None:
        """Publish, relist and change articles when little is owed: a crawl needs something to do."""
        if self._count_owed(stage) > _FEW_OWED:
            return
        site, slugs = stage.site, [slug for slug in stage.site.slugs if " " not in slug]
        for _ in range(self._random.randint(10, 40)):
            site.publish(slug=self._random.choice(slugs))
        for post in self._random.sample(site.articles, 5):
            site.edit(post.code, title=f"{post.title}（更新）", append=f"第{self._random.random()}次补记。")
            self._edits[post.info_code] += 1
        for post in self._random.sample(site.articles, 3):
            if not post.rolling and not any(q.rolling and q.digits == post.digits for q in site.articles):
                site.twin(post.code)

    def _kill_one(self, stage: Stage) -> None:
        owed = self._count_owed(stage)
        crawling = stage.start(self._launch)
        self._wait_for_moment(stage, crawling, owed)
        with suppress(ProcessLookupError):
            os.kill(crawling.pid, signal.SIGKILL)
        if crawling.wait() != -signal.SIGKILL:
            self._counts.survived += 1
            return
        self._counts.kills += 1
        fetching = any(is_article(request.path) for request in stage.site.requests)
        self._counts.while_fetching += fetching
        self._counts.before_storing += not fetching
        self._look_at_tail(stage)

    def _wait_for_moment(self, stage: Stage, crawling: Crawling, owed: int) -> None:
        if self._counts.kills == 0 or self._random.random() < _AT_ANY_TIME:
            _wait(crawling, self._random.uniform(0, self._startup))
            return
        moment = self._random.randint(1, owed + len(stage.site.slugs))
        while len(stage.site.requests) < moment and crawling.poll() is None:
            time.sleep(0.0005)
        _wait(crawling, self._random.uniform(0, _LONGEST_STORING))

    def _count_owed(self, stage: Stage) -> int:
        listed = sum(len(stage.site.listed(slug)) for slug in stage.site.slugs)
        with _peek(stage.archive_folder) as connection:
            if connection is None:
                return listed
            return listed - sum(states.get("archived", 0) for states in count_states(connection).values())

    def _look_at_tail(self, stage: Stage) -> None:
        """See what the kill left after the last committed capture; sometimes tear it as a power cut may."""
        newest = max((stage.archive_folder / WARC_FOLDER).glob("*.warc.gz"), default=None)
        if newest is None or newest.stat().st_size == self._seen_size:
            return
        if self._random.random() < _TORN:
            self._counts.torn_by_hand += 1
            _tear(newest, self._random.randint(1, 3000))
        self._seen_size = newest.stat().st_size
        with _peek(stage.archive_folder) as connection:
            assert connection is not None, "captures come after the tables"
            end = committed_end(connection, newest.name)
        copy = shutil.copy(newest, self._folder / "tail.warc.gz")
        mended = mend_tail(Path(copy), end)
        self._counts.torn_tails += mended.cut_bytes > 0
        self._counts.untold_records += mended.kept_records > 0

    def _prove(self, stage: Stage) -> None:
        stage.site.publish()
        statuses = [stage.crawl(self._launch)]
        with stage.open() as archive:
            self._counts.problems += prove_archive(archive, stage.site, self._edits)
        statuses.append(stage.crawl(self._launch))
        if statuses != [0, 0]:
            self._counts.problems.append(f"the crawls to the end exited with {statuses}")
        paths = sorted(request.path for request in stage.site.requests)
        if paths != sorted(stage.site.category_path(slug) for slug in stage.site.slugs):
            self._counts.problems.append(f"a crawl with nothing to do asked for {paths}")
        with stage.open() as archive:
            self._count_archive(archive)

    def _count_archive(self, archive: Archive) -> None:
        with archive.reading() as connection:
            for table in (article, revision, capture):
                count = connection.execute(select(func.count()).select_from(table)).scalar_one()
                setattr(self._counts, f"{table.name}s", count)


@contextmanager
def _peek(folder: Path) -> Iterator[Connection | None]:
    """Look into a database without making or migrating it; None before it has tables."""
    if not (folder / DATABASE_FILE).exists():
        yield None
        return
    engine = connect_database(folder / DATABASE_FILE)
    with reading(engine) as connection:
        yield connection if inspect(connection).has_table("listing") else None
    engine.dispose()


def _wait(crawling: Crawling, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and crawling.poll() is None:
        time.sleep(0.0005)


def _tear(path: Path, size: int) -> None:
    """Leave the beginning of a record at the end of a file that nobody is writing."""
    head = f"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: {size}\r\n\r\n"
    with path.open("ab") as file:
        file.write(gzip.compress(head.encode() + os.urandom(size))[:size])
