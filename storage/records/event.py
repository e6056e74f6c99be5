"""Events: what somebody should know, open until it is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records.saying import Saying, quote, read_phrases, say

Severity = Literal["alarm", "warning", "notice"]
"""``alarm``: articles are or soon will be lost; ``warning``: somebody should look; ``notice``: no more."""

SEVERITIES: dict[str, Severity] = {
    "missed_run": "warning",
    "overlapped_run": "notice",
    "killed_run": "warning",
    "failed_start": "alarm",
    "failed_run": "warning",
    "service_stuck": "alarm",
    "budget_short": "warning",
    "poll_failed": "warning",
    "layout_broken": "alarm",
    "article_layout_broken": "alarm",
    "source_silent": "warning",
    "articles_failing": "warning",
    "articles_overdue": "alarm",
    "unread_links": "warning",
    "contract_broken": "alarm",
    "issues_failed": "warning",
    "gap_found": "warning",
    "page_missing": "warning",
    "page_moved": "warning",
    "quarantine": "notice",
    "page_gone": "notice",
    "page_back": "notice",
    "chore_failed": "warning",
    "polling_stopped": "alarm",
    "source_overdue": "warning",
    "disk_low": "alarm",
    "clock_wrong": "alarm",
    "archive_unreachable": "alarm",
    "alerts_undelivered": "warning",
    "captures_lost": "alarm",
    "warc_damaged": "alarm",
    "journal_unwritten": "warning",
    "database_older": "alarm",
    "verify_failed": "alarm",
    "backup_failed": "alarm",
    "backup_old": "warning",
    "article_vanished": "notice",
    "foreign_claim": "notice",
    "reparse_refused": "alarm",
    "rebuild_incomplete": "notice",
}
"""The kinds of events, and how grave each is."""


def severity_of(kind: str) -> Severity:
    """Return how grave a kind of event is; one of a newer version is a warning."""
    return SEVERITIES.get(kind, "warning")


def title_of(kind: str) -> Saying:
    """Return what a kind of event is called; the kind itself when it is of a newer version."""
    key = f"events.{kind}"
    return say(key) if key in read_phrases("en") else quote(kind)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody should know: about a source, an article, or neither.

    ``times`` counts how often it was seen; ``resolved_at`` is None while it is open. Instants are aware.
    ``about`` names what it is about where that is neither source nor article: a chore, a channel.
    ``examples`` are some of what it is about: info codes or addresses.
    """

    id: int
    kind: str
    source: str | None
    info_code: str | None
    message: Saying
    opened_at: datetime
    last_seen_at: datetime
    times: int = 1
    resolved_at: datetime | None = None
    examples: tuple[str, ...] = ()
    about: str | None = None

    @property
    def title(self) -> Saying:
        """What its kind is called."""
        return title_of(self.kind)

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return severity_of(self.kind)
