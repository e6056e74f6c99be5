"""What a source's page lists, and what the ledger owes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from storage.records.article import Precision
from storage.records.forms import Form
from storage.records.issue import Issue, IssueState
from storage.records.saying import Saying

ListingState = Literal["owed", "archived", "failed", "quarantined", "gone", "furniture"]
"""``furniture``: a picture or an advertisement of a page, which has a place of its own and no text."""
UNARCHIVED: tuple[ListingState, ...] = ("owed", "failed", "quarantined")
"""The states of a listing whose article is not archived."""
PollOutcome = Literal["changed", "unchanged", "empty", "failed"]


@dataclass(frozen=True, slots=True)
class Told:
    """What a list tells of an article beside address and title, for where its own page is silent.

    ``page`` and ``page_name`` are number and name of an issue's page, ``order`` is the article's place on it,
    from 1. ``published_at`` is aware, resolved against the moment of the poll where the list is relative.
    ``listed_on`` is the address of the page that listed it; ``continues`` is the info code of the part of the
    story that stands before it, on another page of the issue.
    """

    published_at: datetime | None = None
    precision: Precision = "second"
    media: str | None = None
    author: str | None = None
    summary: str | None = None
    page: str | None = None
    page_name: str | None = None
    order: int | None = None
    listed_on: str | None = None
    continues: str | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Listed:
    """One article that a page lists: canonical info code, absolute address, title as printed there."""

    info_code: str
    form: Form
    url: str
    title: str
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of the ledger: what a source listed, under which title, and what became of it.

    ``published_at`` is its article's, None while that is not archived; ``next_try_at`` is None unless it is
    to be fetched, ``capture_id`` while no answer is kept. Instants are aware.
    """

    source: str
    info_code: str
    form: Form
    url: str
    title: str
    state: ListingState
    first_listed_at: datetime
    last_listed_at: datetime
    published_at: datetime | None
    attempts: int
    next_try_at: datetime | None
    last_error: Saying | None
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A listing to be fetched: new, or failed before and due again.

    ``attempts`` counts the fetches that failed. ``title`` is as listed. ``elsewhere`` are the addresses
    at which other sources list the same article. A listing that is already archived is due again when its
    page announced another title.
    """

    source: str
    info_code: str
    form: Form
    url: str
    title: str
    state: ListingState = "owed"
    attempts: int = 0
    elsewhere: tuple[str, ...] = ()
    told: Told = NOTHING_TOLD


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of a page's version, to be sent back with the next poll."""

    etag: str | None = None
    last_modified: str | None = None


def _know_none(_codes: Sequence[str]) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class PollOrder:
    """A source to poll: its page, and what the last whole answer said of its version.

    ``may_ask`` tells that the last whole page is recent enough to ask only whether it changed. ``name`` is
    the source's, ``heading`` stood above its list last time; ``others`` are the names of its site's sources.
    ``kind`` knows how to poll it. ``now`` is the moment of the poll, aware, in the source's zone; ``issues``
    are the known ones of its last weeks, and ``known`` tells which of some info codes it has listed before.
    ``has_failed``: the last poll failed, so that what it listed need not be all up to what was known then.
    """

    source: str
    url: str
    kind: str
    validators: Validators | None = None
    body_hash: str | None = None
    may_ask: bool = False
    name: str = ""
    heading: str | None = None
    others: frozenset[str] = frozenset()
    now: datetime | None = None
    issues: Mapping[date, IssueState] = field(default_factory=dict)
    known: Callable[[Sequence[str]], frozenset[str]] = _know_none
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class BackOrder(PollOrder):
    """One step back into a source's history: from ``last`` to ``first``, both included, or the other way.

    ``cursor`` is where the last step ended, in the kind's own words; None at the beginning. ``issues`` are
    the known ones of the span.
    """

    first: date = date.min
    last: date = date.max
    newest_first: bool = True
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Headway:
    """How far a step back has come: where the next one begins, and what is done of all that there is.

    ``cursor`` None: the end of the span, or of what the site still has, is reached. ``done`` and ``of`` count
    what the kind counts (days, pages); ``of`` None: nobody knows yet.
    """

    cursor: str | None
    done: int = 0
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One fetch of a source's listing page, and what came of it.

    ``listed`` is empty unless the outcome is ``changed``, or ``failed`` after some of it was seen;
    ``body_hash`` is None unless a body came.
    ``error`` is a sentence when the outcome is ``failed``; ``layout_broken`` tells that the page
    answered but is no listing. ``lost`` counts the characters of the page that were cut or broken, and stand
    in its titles as U+FFFD. ``polled_at`` is aware. ``links`` are those of the list, ``unread`` those of
    them without an info code; ``heading`` stands above it. ``missing`` tells that there is no such page;
    ``moved_to`` is the address to which it has moved for good. ``issues`` are what it found of an e-paper's
    days. ``span`` (its first and last day) and ``headway`` are there of a step back into the history alone;
    one that failed has no headway. ``unanswered`` counts its requests to which no answer came.
    """

    source: str
    outcome: PollOutcome
    polled_at: datetime
    listed: tuple[Listed, ...] = ()
    validators: Validators | None = None
    body_hash: str | None = None
    error: Saying | None = None
    layout_broken: bool = False
    lost: int = 0
    links: int = 0
    unread: int = 0
    heading: str | None = None
    missing: bool = False
    moved_to: str | None = None
    issues: tuple[Issue, ...] = ()
    span: tuple[date, date] | None = None
    headway: Headway | None = None
    unanswered: int = 0
