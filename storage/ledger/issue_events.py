"""Events about issues that stay failed: opened and resolved with the polls that tell of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, select

from storage.database.schema import issue
from storage.events.event import open_event, resolve_events
from storage.records import Poll, StoredIssue
from storage.records.press_days import press_day
from storage.records.saying import Saying, join_first, say

ISSUES_FAILED = "issues_failed"
_PATIENCE = 2
"""Polls in a row that could not list an issue, from which on somebody should know."""
_WATCHED = timedelta(days=7)
"""For how long an issue is listed again and again; an older one that failed once may stay so for ever."""
_EXAMPLES = 3


def watch_issues(connection: Connection, poll: Poll) -> Saying | None:
    """Open or resolve the event about issues of a source that stay failed; return its sentence if it opens.

    To be called after the poll's issues are entered. One event tells of all of them; whoever resolved it is
    told again only when a poll fails with one of them once more.
    """
    if not poll.issues:
        return None
    failing = _list_failing(connection, poll)
    if not failing:
        resolve_events(connection, (ISSUES_FAILED,), poll.polled_at, source=poll.source)
        return None
    if not {one.day for one in poll.issues} & {one.day for one in failing}:
        return None
    message = _describe(poll.source, failing)
    open_event(connection, ISSUES_FAILED, message, poll.polled_at, source=poll.source)
    return message


def _list_failing(connection: Connection, poll: Poll) -> list[StoredIssue]:
    """Return the issues that could not be listed again and again, or are too old to be tried much longer."""
    rows = connection.execute(
        select(issue)
        .where(issue.c.source == poll.source, issue.c.state.in_(("failed", "unknown")))
        .order_by(issue.c.day.desc())
    )
    old = press_day(poll.polled_at) - _WATCHED
    found = (StoredIssue(**row._mapping) for row in rows)
    return [one for one in found if one.attempts >= _PATIENCE or (one.state == "failed" and one.day < old)]


def _describe(slug: str, failing: Sequence[StoredIssue]) -> Saying:
    told = [
        say("ledger.issue", day=str(one.day), why=one.reason or say("ledger.nobody_knows")) for one in failing
    ]
    return say("ledger.issues_failed", count=len(failing), source=slug, issues=join_first(told, _EXAMPLES))
