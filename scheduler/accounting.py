"""Accounting: the one place that decides what a child's end means, and tells the history."""

from __future__ import annotations

import signal

from scheduler.ending import Ending
from scheduler.runs import Child, EventKind, RunHistory
from scheduler.vocabulary.sentence import Sentence

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
    words = ending.tail[-1] if ending.tail else Sentence("printed_nothing", "it printed nothing")
    if ending.status == BUSY:
        reason = Sentence(
            "crawl_not_started",
            "the crawl of {sources} was not started: {words}",
            sources=_names(child),
            words=words,
        )
        history.record_overlapped(child.slugs, child.due_at, words)
        _open(history, "overlapped_run", child, reason)
        return reason
    reason = Sentence(
        "crawl_ended_early",
        "the crawl of {sources} {end} before it recorded anything: {words}",
        sources=_names(child),
        end=_ended_with(ending),
        words=words,
    )
    history.record_failed_start(child, reason)
    _open(history, "failed_start", child, reason)
    return reason


def _open(history: RunHistory, kind: EventKind, child: Child, message: str) -> None:
    for slug in child.slugs:
        history.open_event(kind, slug, message)


def _why_killed(child: Child, ending: Ending) -> Sentence:
    told: dict[str, str | float] = {"sources": _names(child), "seconds": ending.seconds}
    ignored = Sentence("ignored_sigterm", ", and ignored SIGTERM") if ending.forced else ""
    if ending.how == "timed_out":
        return Sentence(
            "crawl_timed_out",
            "the crawl of {sources} was killed at its time limit after {seconds:.0f} s{ignored}",
            **told,
            ignored=ignored,
        )
    if ending.how == "stopped":
        return Sentence(
            "crawl_stopped",
            "the crawl of {sources} was stopped with the service after {seconds:.0f} s{ignored}",
            **told,
            ignored=ignored,
        )
    return Sentence(
        "crawl_unfinished",
        "the crawl of {sources} {end} after {seconds:.0f} s without finishing",
        **told,
        end=_ended_with(ending),
    )


def _ended_with(ending: Ending) -> Sentence:
    if ending.status is None and ending.how == "not_started":
        return Sentence("could_not_start", "could not be started")
    if ending.status is None:
        return Sentence("could_not_kill", "could not be killed")
    if ending.status < 0:
        name = signal.Signals(-ending.status).name
        return Sentence("ended_by_signal", "was ended by {signal}", signal=name)
    return Sentence("ended_with", "ended with status {status}", status=ending.status)


def _names(child: Child) -> str:
    shown = ", ".join(child.slugs[:3])
    more = len(child.slugs) - 3
    return (
        Sentence("names_and_more", "{names} and {more} more", names=shown, more=more) if more > 0 else shown
    )
