"""Issues of digital newspapers: one day of a paper, its pages (版), and where each article stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from storage.records.saying import Saying

IssueState = Literal["none", "listed", "complete", "failed", "unknown"]
"""What is known of a paper's day: none was printed; its pages and articles are known; all of these are
archived too; it could not be listed, or not all of it; nobody could tell (the site did not answer)."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where an article stands on its page, by the page's image map.

    ``corners`` are x and y of each corner, in the pixels of the map's picture as the page shows it.
    """

    info_code: str
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class IssuePage:
    """One page of an issue: its number and name as printed (``A01``, ``头版``), and where its facsimile is.

    ``order`` counts the issue's pages from 1. ``picture`` is the largest known picture of the page, ``shown``
    the one that its areas measure, where that is another; ``size`` is width and height of that, in pixels,
    where the page tells.
    """

    number: str
    name: str
    url: str
    order: int
    picture: str | None = None
    shown: str | None = None
    size: tuple[int, int] | None = None
    pdf: str | None = None
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True)
class Issue:
    """What a poll found of one day of a paper. ``reason`` tells why it is ``failed`` or ``unknown``.

    Never ``complete``: that follows from what is archived. ``articles`` counts those that its pages list.
    """

    day: date
    state: IssueState
    url: str | None = None
    pages: tuple[IssuePage, ...] = ()
    articles: int = 0
    reason: Saying | None = None


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """What the archive knows of one day of a paper. ``state`` is ``complete`` too; instants are aware.

    ``pages`` and ``articles`` count what is known of it; ``attempts`` the polls in a row that could not list
    it, and ``reason`` tells why.
    """

    source: str
    day: date
    state: IssueState
    url: str | None
    pages: int
    articles: int
    reason: Saying | None
    attempts: int
    first_seen_at: datetime
    last_seen_at: datetime
