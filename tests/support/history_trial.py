"""Trials of backfills: killed at random moments, over days of outage, and the proof that nothing is amiss."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType

from sqlalchemy import Connection, func, select, update

from jianbao.demo import DemoSite, Press
from jianbao.demo.epaper import EPaper, FounderClassic, Plan
from storage.archive.folder import Archive
from storage.database.schema import article, backfill, issue, listing, wording
from support.crawl_processes import Crawling, Launch, launch_command

SLUG = "lxrb"
_OUTAGE = (3, 9)
"""How many days after the first one the site does not answer for an issue, until the kills are over."""
_AT_ANY_TIME = 0.25


@dataclass(slots=True)
class HistoryCasualties:
    """What was killed, and what was left; counts of different trials can be added up."""

    trials: int = 0
    kills: int = 0
    while_fetching: int = 0
    survived: int = 0
    issues: int = 0
    articles: int = 0
    none: int = 0
    outage: int = 0
    requests: int = 0
    needed: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, other: HistoryCasualties) -> None:
        """Add another trial's counts."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def describe(self) -> str:
        """Return the counts in a line."""
        lost = sum(problem.startswith("lost") for problem in self.problems)
        doubled = sum(problem.startswith("doubled") for problem in self.problems)
        return (
            f"{self.trials} histories, {self.kills} kills ({self.while_fetching} while fetching, "
            f"{self.survived} backfills ended first): {self.issues} issues and {self.articles} articles, "
            f"{self.none} days without an issue told from {self.outage} of outage, {self.requests} requests "
            f"for {self.needed} addresses; lost {lost}, doubled {doubled}, "
            f"other problems {len(self.problems) - lost - doubled}"
        )


def make_paper(today: date, days: int = 40, pages: int = 3, stories: int = 4) -> EPaper:
    """Return a digital newspaper of so many days, two of them without an issue."""
    silent = {today - timedelta(days=days // 4), today - timedelta(days=days // 2)}
    plan = Plan.of(pages, stories, seed=1)
    return EPaper(SLUG, FounderClassic(f"/{SLUG}/", "灵溪日报"), today, plan=plan, days=days, silent=silent)


class HistoryTrial:
    """One archive whose backfills are killed. The same seed takes the same decisions."""

    def __init__(
        self,
        folder: Path,
        seed: str,
        launch: Launch = launch_command,
        startup: float = 2.0,
        **paper: int,
    ) -> None:
        """``startup`` is about how many seconds a backfill takes until its first request; ``paper``: see
        `make_paper`."""
        self._folder = folder
        self._random = Random(seed)
        self._launch = launch
        self._startup = startup
        self._counts = HistoryCasualties(trials=1)
        self._paper = make_paper(Press.of(1, 1).today, **paper)
        self._asked: Counter[str] = Counter()

    def run(self, kills: int) -> HistoryCasualties:
        """Kill that many backfills, backfill to the end, and return the counts with every problem found."""
        with DemoSite(Press.of(1, 1), rooms=[self._paper]) as site:
            configure(self._folder, site)
            outage = [self._paper.days[number] for number in _OUTAGE]
            for day in outage:
                site.black_out(SLUG, day)
            while self._counts.kills < kills and self._counts.survived < kills:
                self._kill_one(site, kills)
            self._run(site)
            self._prove_outage(outage)
            site.behave()
            self._let_wait_no_longer()
            if (status := self._run(site)) != 0:
                self._counts.problems.append(f"the backfill to the end exited with {status}")
            self._prove(site)
        return self._counts

    def _kill_one(self, site: DemoSite, kills: int) -> None:
        site.requests.clear()
        running = self._start()
        self._wait_for_moment(site, running, kills)
        with suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGKILL)
        if running.wait() == -signal.SIGKILL:
            self._counts.kills += 1
            self._counts.while_fetching += bool(site.requests)
        else:
            self._counts.survived += 1
            self._let_wait_no_longer()
        self._note_requests(site)

    def _wait_for_moment(self, site: DemoSite, running: Crawling, kills: int) -> None:
        if self._random.random() < _AT_ANY_TIME:
            _wait(running, self._random.uniform(0, self._startup))
            return
        whole = sum(
            len(page.articles) + 1 for day in self._paper.days for page in self._paper.issue(day).pages
        )
        moment = self._random.randint(1, max(2 * whole // (kills + 1), 2))
        while len(site.requests) < moment and running.poll() is None:
            time.sleep(0.0005)
        _wait(running, self._random.uniform(0, 0.02))

    def _start(self) -> Crawling:
        arguments = ["--config", str(self._folder / "jianbao.toml"), "backfill", SLUG]
        return self._launch(arguments, self._folder / "stderr")

    def _run(self, site: DemoSite) -> int:
        site.requests.clear()
        status = self._start().wait(timeout=600)
        self._note_requests(site)
        return status

    def _note_requests(self, site: DemoSite) -> None:
        self._asked.update(request.path for request in site.requests if request.status == 200)

    def _let_wait_no_longer(self) -> None:
        """Make spans that were put off for the days of outage due again, and articles too."""
        with self._open() as archive, archive.writing() as connection:
            connection.execute(update(backfill).values(next_try_at=None))
            waits = listing.c.next_try_at.is_not(None)
            connection.execute(update(listing).where(waits).values(next_try_at=listing.c.first_listed_at))

    def _open(self) -> Archive:
        return Archive.open_existing(self._folder / "archive")

    def _prove_outage(self, outage: list[date]) -> None:
        """The days of outage are none of those without an issue."""
        with self._open() as archive, archive.reading() as connection:
            states = _states(connection)
        told = {day for day, state in states.items() if state in ("failed", "unknown")}
        self._counts.outage += len(told)
        if told != set(outage):
            self._counts.problems.append(f"days of outage: {sorted(told)} instead of {sorted(outage)}")
        self._prove_silent_days(states)

    def _prove_silent_days(self, states: dict[date, str]) -> None:
        none = {day for day, state in states.items() if state == "none"}
        if none != set(self._paper.silent_days):
            self._counts.problems.append(f"days without an issue: {sorted(none)}")

    def _prove(self, site: DemoSite) -> None:
        if self._run(site) != 0 or site.requests:
            asked = [request.path for request in site.requests]
            self._counts.problems.append(f"a second run asked for {asked}")
        self._counts.requests += self._asked.total()
        self._counts.needed += len(self._asked)
        with self._open() as archive, archive.reading() as connection:
            states = _states(connection)
            self._prove_silent_days(states)
            self._counts.none += sum(state == "none" for state in states.values())
            self._prove_issues(states)
            self._prove_articles(connection)

    def _prove_issues(self, states: dict[date, str]) -> None:
        listed = {day for day, state in states.items() if state == "listed"}
        self._counts.issues += len(listed)
        for day in sorted(set(self._paper.days) ^ listed):
            self._counts.problems.append(f"lost: the issue of {day} is {states.get(day)}")

    def _prove_articles(self, connection: Connection) -> None:
        """Every article is archived once, in one wording, as it was printed; no other is."""
        printed = {
            f"{SLUG}-{day:%Y%m%d}.{one.id}": one
            for day in self._paper.days
            for one in self._paper.issue(day).articles
        }
        listed = connection.execute(select(listing.c.info_code, listing.c.state)).all()
        if {row.info_code for row in listed} != printed.keys():
            self._counts.problems.append("lost: the ledger has not just what was printed")
        waiting = [row.info_code for row in listed if row.state not in ("archived", "furniture")]
        self._counts.problems += [f"lost: {code} waits" for code in waiting]
        rows = connection.execute(select(article.c.info_code, article.c.title, article.c.text)).all()
        texts = {row.info_code: (row.title, row.text) for row in rows}
        self._counts.articles += len(texts)
        for code, one in printed.items():
            if one.is_furniture is (code in texts):
                self._counts.problems.append(f"lost: {code}")
            elif not one.is_furniture and not _is_as_printed(one.title, one.paragraphs, *texts[code]):
                self._counts.problems.append(f"another text: {code}")
        several = select(wording.c.info_code).group_by(wording.c.info_code).having(func.count() > 1)
        self._counts.problems += [f"doubled: {code}" for code in connection.execute(several).scalars()]


def configure(folder: Path, site: DemoSite, http: Mapping[str, object] = MappingProxyType({})) -> Path:
    """Write the configuration of a paper's archive into a folder; return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    paper = site.epaper(SLUG)
    lines = [
        "[[sources]]",
        f'slug = "{SLUG}"',
        f'name = "{paper.name}"',
        'kind = "epaper"',
        f'site = "{SLUG}"',
        f'url = "{site.epaper_url(SLUG)}"',
        f"since = {paper.first}",
        "images = false",
        'facsimile = "none"',
        "[http]",
        *(f"{key} = {value}" for key, value in http.items()),
        'contact = "mailto:desk@example.org"',
        "delay = 0",
        "retries = 0",
        "timeout = 600",
    ]
    file = folder / "jianbao.toml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def _is_as_printed(title: str, paragraphs: tuple[str, ...], stored: str, text: str) -> bool:
    return title in stored and all(one.strip() in text for one in (paragraphs[0], paragraphs[-1]))


def _states(connection: Connection) -> dict[date, str]:
    return {row.day: row.state for row in connection.execute(select(issue.c.day, issue.c.state))}


def _wait(running: Crawling, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and running.poll() is None:
        time.sleep(0.0005)
