"""A bench for the service: real child processes, a history in memory, a scenario beside it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.adaptive.history import PollHistory
from scheduler.chore import Chore
from scheduler.cron.line import parse_schedule
from scheduler.ending import Ending
from scheduler.obstacle import Obstacle
from scheduler.plan import Source
from scheduler.runs import BudgetShort, Child, EventKind, Missed
from scheduler.service import Service
from scheduler.settings import Limits, ServiceSettings
from scheduler.slice import Slice
from scheduler.vocabulary.refusal import HistoryRefused

HOST = "news.example.org"
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, 12, 0, 30, tzinfo=SHANGHAI)
QUICK = Limits(time_limit=300, stop_grace=0.3, jitter=0, collect=0.02, beat=0.05, stuck_after=300)

# What a crawl does as far as the service sees: it writes its row, and ends with a status.
CHILD = """
import json, os, sys, time
folder, behave, due, *slugs = sys.argv[1:]
row = os.path.join(folder, f"{os.getpid()}.row")
def write(status):
    with open(row + ".new", "w") as file:
        json.dump({"status": status, "due": due, "slugs": slugs}, file)
    os.replace(row + ".new", row)
if behave == "hang":
    import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)
if behave != "mute":
    write("running")
if behave in ("hang", "slow"):
    time.sleep(600)
if behave == "mute":
    sys.exit("no such option: --due")
if behave == "crash":
    os.abort()
write("ok")
"""


@dataclass
class Notebook:
    """A history in memory; the children's rows are files."""

    folder: Path
    due: dict[str, datetime] = field(default_factory=dict)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    events: dict[tuple[str, str | None], str] = field(default_factory=dict)
    failing: int = 0
    chores: list[tuple[str, Ending | None]] = field(default_factory=list)
    polls: dict[str, Callable[[], PollHistory]] = field(default_factory=dict)
    short: tuple[BudgetShort, ...] = ()

    def last_due(self, slug: str) -> datetime | None:
        return self.due.get(slug)

    def poll_histories(self, slugs: Collection[str]) -> Mapping[str, PollHistory]:
        return {slug: self.polls[slug]() for slug in slugs if slug in self.polls}

    def tell_budgets(self, short: Sequence[BudgetShort]) -> None:
        self.short = tuple(short)

    def settle_abandoned(self) -> None:
        self.rows.append(("settled",))

    def crawl_status(self, child: Child) -> str | None:
        row = self.folder / f"{child.pid}.row"
        return json.loads(row.read_text())["status"] if row.exists() else None

    def record_missed(self, missed: Missed, reason: str) -> None:
        self._write("missed", missed.slug, missed.count, reason)

    def record_overlapped(self, slugs: tuple[str, ...], due_at: datetime, holder: str) -> None:
        self._write("overlapped", slugs, due_at, holder)

    def record_killed(self, child: Child, reason: str) -> None:
        self._write("killed", child.slugs, reason)

    def record_failed_start(self, child: Child, reason: str) -> None:
        self._write("failed start", child.slugs, reason)

    def account_chore(self, name: str, failed: Ending | None) -> None:
        self.chores.append((name, failed))

    def account_obstacles(self, obstacles: tuple[Obstacle, ...], at: datetime) -> None:
        self._write("obstacles", [one.kind for one in obstacles])

    def open_event(self, kind: EventKind, source: str | None, message: str) -> None:
        self.events[kind, source] = message

    def resolve_event(self, kind: EventKind, source: str | None) -> None:
        self.events.pop((kind, source), None)

    def _write(self, *row: Any) -> None:
        if self.failing:
            self.failing -= 1
            raise HistoryRefused("database is locked")
        self.rows.append(row)

    def of(self, kind: str) -> list[tuple[Any, ...]]:
        return [row[1:] for row in self.rows if row[0] == kind]


@dataclass
class Bench:
    """A service with its sources and children; ``started`` lists what was started, in order."""

    folder: Path
    schedules: dict[str, str]
    behave: str = "well"
    limits: Limits = QUICK
    idle: Callable[[], Slice | None] | None = None
    chores: tuple[Chore, ...] = ()
    budget: int = 0
    obstacles: Callable[[], list[Obstacle]] | None = None
    started: list[tuple[tuple[str, ...], datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notebook = Notebook(self.folder)

    def argv(self, slugs: Sequence[str], due_at: datetime) -> list[str]:
        self.started.append((tuple(slugs), due_at))
        command = [sys.executable, "-S", "-c", CHILD, str(self.folder), self.behave]
        return [*command, due_at.isoformat(), *slugs]

    @property
    def settings(self) -> ServiceSettings:
        sources = tuple(
            Source(slug, None if line == "auto" else parse_schedule(line, SHANGHAI), host=HOST)
            for slug, line in self.schedules.items()
        )
        return ServiceSettings(
            self.folder,
            sources,
            self.argv,
            self.limits,
            self.idle,
            self.chores,
            lambda _: self.budget,
            self.obstacles,
        )

    def up_to_date(self, until: datetime = START) -> Bench:
        """Pretend that everything ran until now."""
        self.notebook.due = {
            s.slug: s.schedule.last_until(until) for s in self.settings.sources if s.schedule is not None
        }
        return self

    def run(self, scenario: Callable[[Service], Coroutine[Any, Any, None]]) -> int:
        """Run the service beside a scenario, and stop it when the scenario is over."""

        async def both() -> int:
            service = Service(self.settings, self.notebook)
            running = asyncio.create_task(service.run())
            await asyncio.sleep(0)
            try:
                await asyncio.wait_for(scenario(service), 120)
            finally:
                service.stop()
                status = await running
            return status

        return asyncio.run(both())


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true; the bench ends a scenario that waits in vain."""
    while not true():
        await asyncio.sleep(0.01)


def idle(service: Service) -> bool:
    """Tell whether no child runs and none waits its turn."""
    return not service._tasks and not service._waiting
