"""The plan: which runs were missed, and which sources are due now. Pure: the clock is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.cron.schedule import Schedule
from scheduler.runs import Missed


@dataclass(frozen=True, slots=True)
class Source:
    """A source as the service sees it: its slug, when it is due, and whether it is crawled at all.

    Without a ``schedule`` its own habit decides; ``host`` is who is asked then.
    """

    slug: str
    schedule: Schedule | None
    enabled: bool = True
    host: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Sources that one child process crawls, and the time at which they were due."""

    slugs: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What was missed, and what is due: each source at most once, with the latest time it was due."""

    missed: tuple[Missed, ...]
    due: dict[str, datetime]


def make_plan(
    now: datetime, sources: Iterable[Source], last_due: Mapping[str, datetime | None], grace: timedelta
) -> Plan:
    """Compare what should have run until ``now`` (aware) with what did.

    A run that is late by more than ``grace`` counts as missed, and however many a source missed, it is due
    once. A source that never ran missed nothing and is due now.
    """
    missed: list[Missed] = []
    due: dict[str, datetime] = {}
    for source in sources:
        if not source.enabled or source.schedule is None:
            continue
        since = last_due.get(source.slug)
        if since is None:
            due[source.slug] = now.replace(microsecond=0)
            continue
        latest = source.schedule.last_until(now)
        if latest > since:
            due[source.slug] = latest
            missed += _missed(source.slug, source.schedule, since, latest, punctual=now - latest <= grace)
    return Plan(tuple(missed), due)


def gather_batch(due: Mapping[str, datetime]) -> Batch:
    """Return one batch of all that is due, under the latest of its due times.

    That time accounts for every source in it: none has a time of its own between its due time and the latest,
    or it would be due at that one.
    """
    return Batch(tuple(sorted(due)), max(due.values()))


def _missed(
    slug: str, schedule: Schedule, since: datetime, latest: datetime, *, punctual: bool
) -> list[Missed]:
    """Return what was missed after ``since``: all until ``latest``, without it when it is still punctual."""
    last = schedule.last_until(latest - timedelta(seconds=1)) if punctual else latest
    if last <= since:
        return []
    count = schedule.count_between(since, last)
    return [Missed(slug, count, schedule.next_after(since), last)]
