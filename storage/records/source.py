"""Sources: what the configuration says of one, and what the archive knows of its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.listing import PollOutcome


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it is declared. ``schedule`` is standard cron in ``timezone``; None: only polled by hand.

    ``window_days`` is for how long its site keeps an article listed. Where ``schedule`` is ``auto``, the
    interval lies between ``poll_floor`` and ``poll_ceiling`` (seconds).
    """

    slug: str
    name: str
    kind: str
    url: str | None
    timezone: str
    schedule: str | None
    enabled: bool
    window_days: int = 3
    poll_floor: int = 300
    poll_ceiling: int = 7200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource(Source):
    """A source as it is archived: as it was declared, and where its page stands.

    ``etag``, ``last_modified`` and ``body_hash`` are those of the last whole answer, ``last_outcome`` and
    ``last_polled_at`` of the last poll, ``listed_count``, ``links``, ``unread`` (those without an info code)
    and ``heading`` of the last list; ``usual_unread`` is the usual share of links without one.
    ``last_due_at`` is the scheduled time that is accounted for. Instants are aware.
    """

    added_at: datetime
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    listed_count: int = 0
    last_outcome: PollOutcome | None = None
    last_polled_at: datetime | None = None
    last_succeeded_at: datetime | None = None
    last_changed_at: datetime | None = None
    last_whole_at: datetime | None = None
    last_due_at: datetime | None = None
    last_crawl_id: int | None = None
    links: int = 0
    unread: int = 0
    usual_unread: float | None = None
    heading: str | None = None
