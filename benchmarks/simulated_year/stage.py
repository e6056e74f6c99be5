"""The stage of a simulated year: newspapers and their archive at one moment, and what is noted of both."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from simulated_year.followed_archive import FollowedArchive
from simulated_year.press import Printed, YearOfPress


@dataclass
class Spent:
    """What the crawls of a month cost, one by one: processor and other seconds, most memory, requests."""

    processor: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    @property
    def polls(self) -> int:
        """How many crawls there were."""
        return len(self.processor)

    def sum_up(self) -> dict[str, float]:
        """Return the number of polls, the median of what they cost, and the most memory."""
        names = ("processor", "seconds", "requests")
        medians = {name: round(median(getattr(self, name)), 3) for name in names}
        return {"polls": self.polls, **medians, "memory_mb": round(max(self.memory_mb), 1)}


@dataclass
class Stage:
    """Newspapers, their archive, and what was seen. Answers of the ``spoilt`` ones are not what they seem."""

    press: YearOfPress
    archive: FollowedArchive
    chance: Random
    now: datetime
    spoilt: frozenset[str] = frozenset()
    violations: list[str] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    months: dict[str, Spent] = field(default_factory=dict)

    @property
    def backup(self) -> str:
        """The folder of backups."""
        return str(self.archive.folder / "backup")

    def violate(self, told: str) -> None:
        """Note that something is not as it has to be."""
        self.violations.append(f"{self.now:%Y-%m-%d %H:%M}: {told}")
        self.tell(f"VIOLATION {told}")

    def tell(self, told: str) -> None:
        """Tell whoever follows the year: on stderr, with its simulated time."""
        print(f"{self.now:%Y-%m-%d %H:%M} {told}", file=sys.stderr, flush=True)

    def expect(self, *kinds: str) -> None:
        """Note that one of these events has to be there after this poll."""
        self.wanted.append("|".join(kinds))

    @property
    def poll_command(self) -> tuple[str, ...]:
        """The command with which the service would poll now."""
        return ("crawl", "--trigger", "schedule", "--due-at", self.now.isoformat(), "--json")

    # -- commands ----------------------------------------------------------------------------------

    def crawl(self, prelude: str = "") -> int:
        """Poll all sources; return the exit status. ``prelude`` is code that lets something break."""
        self.press.site.requests.clear()
        ended, cost = self.archive.measure(*self.poll_command, prelude=prelude)
        spent = self.months.setdefault(f"{self.now:%Y-%m}", Spent())
        spent.processor.append(cost["processor"])
        spent.seconds.append(cost["seconds"])
        spent.memory_mb.append(cost["memory_mb"])
        spent.requests.append(len(self.press.site.requests))
        self.note_seen()
        if "Traceback" in ended.stderr and not prelude:
            self.violate(f"a crawl ended in a trace: {ended.stderr[-300:]}")
        return ended.status

    def recrawl(self, codes: list[str]) -> None:
        """Fetch articles again."""
        self.press.site.requests.clear()
        words = [word for code in codes for word in ("--code", code)]
        ended = self.archive.run("recrawl", *words, "--json")
        if "Traceback" in ended.stderr:
            self.violate(f"a recrawl ended in a trace: {ended.stderr[-300:]}")
        self.note_seen()

    def must(self, *words: str, status: int | None = 0) -> Any:
        """Run a command that has to end with that status; return the document that it printed."""
        ended = self.archive.run(*words, "--json")
        self.counts[words[0]] += 1
        if status is not None and ended.status != status:
            told = f"{ended.stdout[-400:]}{ended.stderr[-300:]}"
            self.violate(f"{' '.join(words)} ended with {ended.status} in place of {status}: {told}")
        try:
            return json.loads(ended.stdout)
        except ValueError:
            return {}

    def rebuild(self, *words: str) -> int:
        """Make the database again; return how many answers it holds now that no row told of.

        Killed crawls leave such: written, and not yet entered. Anything else that lacks is a violation.
        """
        found = self.must("rebuild", *words, status=None)
        untold = int(found.get("untold", 0))
        if not found or any(found[what] for what in ("lost", "lost_articles", "left_out", "damages")):
            self.violate(f"rebuild lacks something: {found}")
        return untold

    def note_seen(self) -> None:
        """Note which wordings of articles were answered since the requests were last cleared."""
        for request in list(self.press.site.requests):
            printed = self.press.by_path.get(request.path)
            if printed is None or request.status != 200 or printed.source in self.spoilt:
                continue
            if printed.seen[-1:] != [printed.wording]:
                printed.seen.append(printed.wording)

    # -- choices -----------------------------------------------------------------------------------

    def choose_archived(self, source: str, count: int) -> list[str]:
        """Return articles of a source that are archived by now."""
        rows = self.archive.query(
            "SELECT info_code FROM listing WHERE source = ? AND state = 'archived'", source
        )
        known = [code for (code,) in rows]
        return sorted(self.chance.sample(known, min(count, len(known))))

    def choose_originals(self) -> Path:
        """Return a WARC file that holds captures and is not the newest."""
        rows = self.archive.query("SELECT warc_file FROM capture GROUP BY warc_file ORDER BY warc_file")
        names = [str(name) for (name,) in rows]
        return self.archive.place / "warc" / self.chance.choice(names[:-1] or names)

    def count_rows(self) -> dict[str, int]:
        """Return how much of each noun the archive holds."""
        tables = ("article", "revision", "listing", "capture", "issue", "picture")
        return {name: self.archive.query(f"SELECT count(*) FROM {name}")[0][0] for name in tables}

    def printed(self, code: str) -> Printed:
        """Return an article that was printed."""
        return self.press.articles[code]
