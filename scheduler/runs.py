"""The history: what the service has to know of earlier runs, and what it has to tell about its own.

The application implements it over the archive's tables; the scheduler never sees a database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from scheduler.adaptive.history import PollHistory
from scheduler.ending import Ending
from scheduler.obstacle import Obstacle

EventKind = Literal[
    "missed_run", "overlapped_run", "killed_run", "failed_start", "failed_run", "service_stuck"
]


@dataclass(frozen=True, slots=True)
class Missed:
    """Runs of one source that should have happened and did not: how many, the first and the last due time."""

    slug: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Child:
    """One crawl as the service started it. ``pid`` is None when no process came to be; times are aware."""

    slugs: tuple[str, ...]
    due_at: datetime
    started_at: datetime
    pid: int | None


@dataclass(frozen=True, slots=True)
class BudgetShort:
    """A host whose budget (requests in an hour) is too small for the polls that its sources' windows need.

    ``needed`` is how many of them in an hour; ``slugs`` are its sources, the shortest window first.
    """

    host: str
    budget: int
    needed: int
    slugs: tuple[str, ...]


class RunHistory(Protocol):
    """What the service reads and writes. The methods may raise `OSError`, `HistoryRefused` or
    `HistoryBroken`, the first two, which open the service, whatever ends it.

    A write that raised is tried again later with the same arguments, so it should be harmless twice. Calls
    come from the service's thread, but for ``open_event("service_stuck", …)``: that is the watchdog's.
    """

    def last_due(self, slug: str) -> datetime | None:
        """Return the latest due time that any row accounts for (started, missed, …), None when none does."""

    def poll_histories(self, slugs: Collection[str]) -> Mapping[str, PollHistory]:
        """Return for each of these sources what is known of its polls; none for one that is not known."""

    def tell_budgets(self, short: Sequence[BudgetShort]) -> None:
        """Open the events of the hosts whose budget is too small; resolve those of all others."""

    def settle_abandoned(self) -> None:
        """Close the crawls still ``running`` whose processes are gone: machine or service died."""

    def crawl_status(self, child: Child) -> str | None:
        """Return the status of the crawl row that this child wrote, None when it wrote none."""

    def record_missed(self, missed: Missed, reason: str) -> None:
        """Enter one row for the runs that were missed."""

    def record_overlapped(self, slugs: tuple[str, ...], due_at: datetime, holder: str) -> None:
        """Enter a run that was not started because ``holder`` was still crawling the same sources."""

    def record_killed(self, child: Child, reason: str) -> None:
        """Settle the row that a killed child left ``running``, or enter one when it left none."""

    def record_failed_start(self, child: Child, reason: str) -> None:
        """Enter a run whose process ended before it could record itself."""

    def account_chore(self, name: str, failed: Ending | None) -> None:
        """Open the event of a chore that failed, as it ended; resolve it when it ended well."""

    def account_obstacles(self, obstacles: tuple[Obstacle, ...], at: datetime) -> None:
        """Open the events of these obstacles, and resolve those of all others: so it was at that time."""

    def open_event(self, kind: EventKind, source: str | None, message: str) -> None:
        """Open an event, or update the open one of the same kind and source."""

    def resolve_event(self, kind: EventKind, source: str | None) -> None:
        """Resolve the open event of this kind and source, if there is one."""
