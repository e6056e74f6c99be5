"""How the issues of a source stand, as `status --json`, `sources --json` and the API have it."""

from __future__ import annotations

from jianbao.documents.document import Document
from storage.ledger.issue_sums import IssueSums


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


def describe_issues(issues: Document) -> str:
    """Return in a line how a source's issues stand, from what `present_issue_sums` says."""
    newest, counts, window = issues["newest"], issues["counts"], issues["window"]
    said = f"{newest['day']} {newest['state']}, {newest['pages']} pages, {newest['articles']} articles"
    parts = [f"newest issue {said}" if newest else "no issue yet"]
    parts += [
        f"{counts[state]} {state}" for state in ("complete", "listed", "failed", "none") if counts[state]
    ]
    if window["unknown"]:
        parts.append(f"{window['unknown']} of the last {window['days']} days unknown")
    return "; ".join(parts)
