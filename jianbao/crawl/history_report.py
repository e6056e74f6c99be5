"""A backfill's report, its estimate and its progress, as people and scripts read them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from jianbao.crawl.history import HistoryPlan
from jianbao.crawl.order import CrawlReport
from jianbao.documents.history import present_day
from jianbao.terminal.output import print_line, print_note, print_table
from storage.ledger.counts import CrawlCounts
from storage.records.saying import Language, say
from storage.records.span import Span

_MOST_NAMED = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400

NOTHING_ASKED: dict[str, Any] = {
    "crawl_id": None,
    "status": "ok",
    "requests": 0,
    "sources": [],
    "errors": [],
    "interrupted": False,
}
"""The report of a backfill that had nothing to ask for."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan would ask for: its days less those that are known; None where nobody can tell."""

    days: int | None
    known: int
    requests: int | None
    seconds: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the estimate as JSON has it."""
        return {
            "days": self.days,
            "known": self.known,
            "requests": self.requests,
            "seconds": None if self.seconds is None else round(self.seconds),
        }


def estimate(plan: HistoryPlan, known: int, usual: tuple[float, float] | None, pace: float) -> Estimate:
    """Return what a plan would ask for. ``known`` days of it need not be asked for again.

    ``usual`` are pages and articles of an issue on average, ``pace`` the seconds between two requests.
    """
    if any(span.first_day == date.min for span in plan.todo):
        return Estimate(None, known, None, None)
    days = sum((span.last_day - span.first_day).days + 1 for span in plan.todo)
    if usual is None:
        return Estimate(days, known, None, None)
    requests = round(max(days - known, 0) * (1 + sum(usual)))
    return Estimate(days, known, requests, requests * pace)


def print_plan(plan: HistoryPlan, guessed: Estimate, slug: str, language: Language = "en") -> None:
    """Print what a backfill would do."""
    if not plan.todo:
        print_line(f"nothing would be asked for: {_describe_span(slug, plan.first, plan.last)} is done")
    rows = [_row(span) for span in plan.todo]
    if rows:
        print_table(("from", "to", "order", "goes on at"), rows)
    for span in plan.later:
        why = (span.reason or say("history.failed")).tell(language)
        print_line(f"{_days(span)} waits: {why}; tried again {_when(span)}")
    if guessed.days is not None and plan.todo:
        print_line(f"{guessed.days} days, of which {guessed.known} are known already")
    if guessed.requests is not None and guessed.seconds is not None:
        print_line(
            f"about {guessed.requests} requests, {say_duration(guessed.seconds)} at the configured pace"
        )
    elif plan.todo:
        print_line("how many requests that takes shows when the first issues are here")


def print_history(told: dict[str, Any], report: CrawlReport | None) -> None:
    """Print what is here of a history now, what is not, and how to go on."""
    days = told["days"]
    if sum(days.values()):
        lost = days["failed"] + days["unknown"]
        print_line(
            f"days: {days['listed']} with an issue, {days['none']} without one, {lost} could not be had"
        )
    for one in told["lost"][:_MOST_NAMED]:
        print_note(f"  {one['day']} {one['state']}: {one['reason']}")
    if len(told["lost"]) > _MOST_NAMED:
        print_note(f"  and more: jianbao backfill {told['source']} --json")
    _print_end(told, report)


def _print_end(told: dict[str, Any], report: CrawlReport | None) -> None:
    if told["waiting"]:
        print_line(f"{told['waiting']} articles of {told['source']} are still to be fetched, at their time")
    for span in told["spans"]:
        if span["state"] == "failed":
            print_line(
                f"{span['from'] or 'the beginning'} to {span['to']}: {span['reason']}; "
                f"tried again after {span['next_try_at']}"
            )
    whole = f"the history of {told['source']} from {told['from'] or 'its beginning'} to {told['to']}"
    if told["state"] == "done":
        print_line(f"{whole} is fetched" + (": nothing was asked for" if report is None else ""))
    elif report is None:
        print_line(f"nothing was asked for: the next try of {whole} is not due")
    elif report.counted.interrupted or told["state"] in ("running", "stopped"):
        print_line(f"it goes on where it stopped: jianbao backfill {told['source']}")


class Progress:
    """What a person is shown while a backfill runs: days, articles, requests, and how long it still takes."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def describe(self, counted: CrawlCounts) -> str:
        """Return where a backfill stands, in a line."""
        history = counted.history
        if history is None or (not history.steps and not counted.done):
            return "beginning"
        what = "days" if history.days else "pages"
        steps = f"{history.done} of {history.total} {what}" if history.total else f"{history.steps} steps"
        said = f"{steps}, {counted.done} articles, {counted.requests} requests"
        if history.waits:
            return f"{said}; waiting for another crawl at the same host"
        if history.total and history.gained:
            left = (time.monotonic() - self._began) / history.gained * (history.total - history.done)
            said += f", {say_duration(left)} left"
        return said


def say_duration(seconds: float) -> str:
    """Return how long something takes, in words that promise no more than an estimate can."""
    if seconds < 2 * _MINUTE:
        return f"about {max(round(seconds), 1)} s"
    if seconds < 2 * _HOUR:
        return f"about {round(seconds / _MINUTE)} min"
    if seconds < 2 * _DAY:
        return f"about {seconds / _HOUR:.0f} h"
    return f"about {seconds / _DAY:.0f} days"


def _row(span: Span) -> tuple[object, ...]:
    order = "newest first" if span.newest_first else "oldest first"
    goes_on = span.cursor or ("days that could not be had" if span.is_walked else "the beginning")
    return present_day(span.first_day) or "as far as the site goes", span.last_day, order, goes_on


def _days(span: Span) -> str:
    return f"{present_day(span.first_day) or 'the beginning'} to {span.last_day}"


def _describe_span(slug: str, first: date, last: date) -> str:
    return f"the history of {slug} from {present_day(first) or 'its beginning'} to {last}"


def _when(span: Span) -> str:
    return f"after {span.next_try_at.isoformat(timespec='minutes')}" if span.next_try_at else "next time"
