"""Polls of sources whose schedule is ``auto``: when each is next, which go together, what budgets allow."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from scheduler.adaptive.history import SAFE_PART, PollHistory
from scheduler.adaptive.next_poll import NextPoll, plan_poll
from scheduler.runs import BudgetShort, Missed
from scheduler.vocabulary.refusal import HistoryRefused

_HOUR = timedelta(hours=1)
_BLIND = timedelta(minutes=5)
"""When to look again at a source whose history can't be read."""
_POLLS_SHARE = 2
"""Half of a host's budget is for polls, the other half for what they list."""
_MOST_TOGETHER = 200
"""Polls that one child is given: 2,000 sources of one host go one portion after another."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of those that wait, which may be polled now, and which are held back by their host's budget."""

    now: tuple[str, ...]
    held: tuple[str, ...]


class AutoPolls:
    """What the service knows of these sources. Everything but ``read`` happens in memory."""

    def __init__(
        self,
        hosts: Mapping[str, str],
        read: Callable[[Collection[str]], Mapping[str, PollHistory]],
        budgets: Callable[[str], int] = lambda _: 0,
    ) -> None:
        """``hosts`` are the sources, each with its host; ``budgets`` says how many requests a host is asked
        in an hour at most, 0 for no limit."""
        self._hosts = dict(hosts)
        self._read = read
        self._budgets = budgets
        self._next: dict[str, NextPoll] = {}
        self._windows: dict[str, timedelta] = {}
        self._polled: dict[str, deque[datetime]] = {}
        self._started: dict[str, datetime] = {}

    def __contains__(self, slug: str) -> bool:
        return slug in self._hosts

    @property
    def slugs(self) -> tuple[str, ...]:
        """The sources."""
        return tuple(self._hosts)

    def plan(self, slugs: Iterable[str], now: datetime) -> dict[str, NextPoll]:
        """Read the history of these sources anew, and return when each is polled next.

        A poll that was begun and left no trace counts as one that failed: it isn't begun at once again.
        """
        wanted = [slug for slug in slugs if slug in self._hosts]
        if not wanted:
            return {}
        try:
            histories = self._read(wanted)
        except (OSError, HistoryRefused):
            histories = {}
        for slug in wanted:
            history = histories.get(slug)
            if history is None:
                self._next[slug] = NextPoll(now + _BLIND, now + _BLIND, _BLIND, "retry")
                continue
            self._windows[slug] = history.bounds.window
            self._next[slug] = plan_poll(self._with_attempt(slug, history, now), now)
        return {slug: self._next[slug] for slug in wanted}

    def next_at(self, slug: str) -> datetime:
        """Return when a source is polled next, as it was last planned."""
        return self._next[slug].at

    def due(self, slugs: Iterable[str], now: datetime) -> dict[str, datetime]:
        """Return those of the sources that are due, each with the time at which it was."""
        planned = {slug: self._next[slug].at for slug in slugs if slug in self._next}
        return {slug: at.replace(microsecond=0) for slug, at in planned.items() if at <= now}

    def missed(self, slugs: Iterable[str], now: datetime, grace: timedelta) -> list[Missed]:
        """Return what was missed while nobody could poll: whole pauses, and more than the grace."""
        found = []
        for slug in slugs:
            planned = self._next.get(slug)
            if planned is None or planned.why == "first":
                continue
            late = now - planned.at
            if late > max(grace, planned.pause):
                first = planned.at.replace(microsecond=0)
                found.append(Missed(slug, int(late / planned.pause), first, now.replace(microsecond=0)))
        return found

    def along(self, busy: Collection[str], now: datetime) -> tuple[str, ...]:
        """Return the sources that may go along with others now, though they are due only soon."""
        return tuple(
            slug for slug, planned in self._next.items() if planned.may_at <= now and slug not in busy
        )

    def choose(self, waiting: Iterable[str], now: datetime) -> Chosen:
        """Return which sources one child polls now, the most overdue first, as far as budgets reach."""
        chosen: list[str] = []
        held: list[str] = []
        left: dict[str, int] = {}
        for slug in sorted(waiting, key=lambda slug: (-self._lateness(slug, now), slug)):
            host = self._hosts[slug]
            left.setdefault(host, self._left(host, now))
            if left[host] <= 0:
                held.append(slug)
            elif len(chosen) < _MOST_TOGETHER:
                left[host] -= 1
                chosen.append(slug)
        return Chosen(tuple(chosen), tuple(held))

    def note_started(self, slugs: Iterable[str], now: datetime) -> None:
        """Note that these sources, whatever their schedule, are polled now."""
        for slug in slugs:
            if slug in self._hosts:
                self._started[slug] = now
                self._polled.setdefault(self._hosts[slug], deque()).append(now)

    def find_short(self) -> tuple[BudgetShort, ...]:
        """Return the hosts whose budget is too small to keep the windows of all their sources."""
        needed: dict[str, dict[str, float]] = {}
        for slug, window in self._windows.items():
            needed.setdefault(self._hosts[slug], {})[slug] = SAFE_PART / (window / _HOUR)
        found = []
        for host, polls in needed.items():
            budget, sum_of_polls = self._budgets(host), round(sum(polls.values()), 3)
            if budget and sum_of_polls > budget / _POLLS_SHARE:
                slugs = tuple(sorted(polls, key=lambda slug: (-polls[slug], slug)))
                found.append(BudgetShort(host, budget, ceil(sum_of_polls), slugs))
        return tuple(found)

    def _with_attempt(self, slug: str, history: PollHistory, now: datetime) -> PollHistory:
        begun = self._started.get(slug)
        if begun is None or begun > now or (history.polled_at is not None and history.polled_at >= begun):
            return history
        return replace(history, polled_at=begun)

    def _lateness(self, slug: str, now: datetime) -> float:
        """Return how many of its pauses a source is overdue."""
        planned = self._next[slug]
        return (now - planned.at) / planned.pause

    def _left(self, host: str, now: datetime) -> int:
        """Return how many more polls a host's budget allows now."""
        budget = self._budgets(host)
        if not budget:
            return sys.maxsize
        polled = self._polled.setdefault(host, deque())
        while polled and not timedelta(0) <= now - polled[0] < _HOUR:
            polled.popleft()
        return max(budget // _POLLS_SHARE, 1) - len(polled)
