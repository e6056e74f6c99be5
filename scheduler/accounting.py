"""Accounting: the one place that decides what a child's end means, and tells the history."""

from __future__ import annotations

import signal

from scheduler.ending import Ending
from scheduler.runs import Child, EventKind, RunHistory

BUSY = 3
"""The exit status of a crawl whose sources somebody else is crawling."""

_WELL = ("ok", "partial")
_OVERCOME: tuple[EventKind, ...] = ("missed_run", "overlapped_run", "killed_run", "failed_start")


def account(history: RunHistory, child: Child, ending: Ending) -> str | None:
    """Enter what is owed for a child that ended; return the sentence that was entered, None when all is well.

    A child is judged by the row it wrote: the exit status only explains a row that is missing or unfinished.
    """
    status = history.crawl_status(child)
    if ending.how == "timed_out" or (ending.how != "not_started" and status == "running"):
        return _enter_killed(history, child, ending)
    if status is None:
        return _enter_missing(history, child, ending)
    if status in _WELL:
        for slug in child.slugs:
            for kind in _OVERCOME:
                history.resolve_event(kind, slug)
    return None


def _enter_killed(history: RunHistory, child: Child, ending: Ending) -> str:
    reason = _why_killed(child, ending)
    history.record_killed(child, reason)
    if ending.how != "stopped":
        _open(history, "killed_run", child, reason)
    return reason


def _enter_missing(history: RunHistory, child: Child, ending: Ending) -> str | None:
    if ending.how == "stopped":
        return None  # nothing accounts for its due time, so the next start finds it missed and catches up
    words = ending.tail[-1] if ending.tail else "it printed nothing"
    if ending.status == BUSY:
        reason = f"the crawl of {_names(child)} was not started: {words}"
        history.record_overlapped(child.slugs, child.due_at, words)
        _open(history, "overlapped_run", child, reason)
        return reason
    reason = f"the crawl of {_names(child)} {_ended_with(ending)} before it recorded anything: {words}"
    history.record_failed_start(child, reason)
    _open(history, "failed_start", child, reason)
    return reason


def _open(history: RunHistory, kind: EventKind, child: Child, message: str) -> None:
    for slug in child.slugs:
        history.open_event(kind, slug, message)


def _why_killed(child: Child, ending: Ending) -> str:
    crawl, after = f"the crawl of {_names(child)}", f"after {ending.seconds:.0f} s"
    ignored = ", and ignored SIGTERM" if ending.forced else ""
    if ending.how == "timed_out":
        return f"{crawl} was killed at its time limit {after}{ignored}"
    if ending.how == "stopped":
        return f"{crawl} was stopped with the service {after}{ignored}"
    return f"{crawl} {_ended_with(ending)} {after} without finishing"


def _ended_with(ending: Ending) -> str:
    if ending.status is None:
        return "could not be started" if ending.how == "not_started" else "could not be killed"
    if ending.status < 0:
        return f"was ended by {signal.Signals(-ending.status).name}"
    return f"ended with status {ending.status}"


def _names(child: Child) -> str:
    shown = ", ".join(child.slugs[:3])
    more = len(child.slugs) - 3
    return f"{shown} and {more} more" if more > 0 else shown
