"""Holes: what an archive should have and lacks, each with its days, its kind and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from storage.records.saying import Saying

HoleKind = Literal[
    "owed",
    "failed",
    "quarantined",
    "absent",
    "unlisted",
    "captured",
    "silent",
    "unwatched",
    "history",
    "issue",
    "mentioned",
    "twin",
    "part",
    "picture",
    "facsimile",
]
"""Kinds of holes.

``owed``, ``failed``, ``quarantined``: listed articles that are not archived, by the state of their listing.
``absent``: the ledger says archived, and there is no article. ``unlisted``: an article that no source listed.
``captured``: an answer was kept for an info code that neither an article nor a listing has.
``silent``: days without an article against the source's habit. ``unwatched``: days that nobody watched for
longer than the site keeps articles listed. ``history``: days of a backfill that is not done.
``issue``: a digital newspaper's issue that is failed, unknown, incomplete or not known of at all.
``mentioned``: articles that archived ones link to. ``twin``: the article whose copy an archived one is.
``part``: the part of a story that stands before or behind an archived one (上接, 下转).
``picture``, ``facsimile``: those owed or failed.
"""
HOLE_KINDS: tuple[HoleKind, ...] = get_args(HoleKind)
ARTICLE_KINDS: tuple[HoleKind, ...] = (
    "owed",
    "failed",
    "quarantined",
    "absent",
    "captured",
    "mentioned",
    "twin",
    "part",
)
"""Kinds of holes whose ``codes`` are those of articles that are missing."""
CONTRADICTIONS: tuple[HoleKind, ...] = ("absent", "unlisted", "captured")
"""Kinds of holes where listings, articles and captures contradict each other: the ledger does not hold."""
DAY_KINDS: tuple[HoleKind, ...] = ("silent", "unwatched", "history", "issue")
"""Kinds of holes that are days of which something, and nobody knows how much, is missing."""


@dataclass(frozen=True, slots=True)
class Hole:
    """What is missing of one source, for one reason, on days that follow each other.

    ``first`` and ``last`` are days in UTC+8, both included. ``count`` is how many are missing (articles,
    pictures, issues or days, as the kind says); ``codes`` are their info codes or addresses, a few or all as
    was asked for. ``repairable``: `jianbao gaps --repair` can try to fetch it.
    """

    source: str
    first: date
    last: date
    kind: HoleKind
    reason: Saying
    count: int = 1
    codes: tuple[str, ...] = ()
    repairable: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """What is missing of one source and need not be missed, for one reason that somebody gave.

    ``first`` and ``last`` are the first and the last of its days in UTC+8, between which may be others;
    ``count`` is how many articles, pictures or days; ``accepted_at`` is aware.
    """

    source: str
    first: date
    last: date
    kind: HoleKind
    reason: str
    accepted_at: datetime
    count: int
    codes: tuple[str, ...] = ()
