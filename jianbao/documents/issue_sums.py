"""How the issues of a source stand, as `status --json`, `sources --json` and the API have it."""

from __future__ import annotations

from jianbao.documents.document import Document
from storage.ledger.issue_sums import IssueSums
from storage.records.saying import Saying, join_sayings, say

_TOLD = ("complete", "listed", "failed", "none")


def present_issue_sums(sums: IssueSums | None) -> Document | None:
    """Return how a source's issues stand; None for one without any."""
    if sums is None:
        return None
    newest = sums.newest
    return {
        "newest": None
        if newest is None
        else {
            "day": newest.day.isoformat(),
            "state": newest.state,
            "pages": newest.pages,
            "articles": newest.articles,
        },
        "first_day": sums.first.isoformat(),
        "counts": dict(sums.counts),
        "window": {"days": sums.window_days, "unknown": sums.unknown, "failed": sums.failing},
    }


def describe_issues(issues: Document) -> Saying:
    """Return in a line how a source's issues stand, from what `present_issue_sums` says."""
    counts, window = issues["counts"], issues["window"]
    parts = [_describe_newest(issues["newest"])]
    parts += [say(f"status.issues_{state}", count=counts[state]) for state in _TOLD if counts[state]]
    if window["unknown"]:
        parts.append(say("status.issues_unknown", count=window["unknown"], days=window["days"]))
    return join_sayings(parts)


def _describe_newest(newest: Document | None) -> Saying:
    if newest is None:
        return say("status.issue_none_yet")
    state = say(f"status.issue_{newest['state']}")
    return say(
        "status.issue_newest",
        day=newest["day"],
        state=state,
        pages=newest["pages"],
        articles=newest["articles"],
    )
