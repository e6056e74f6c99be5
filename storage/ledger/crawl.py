"""Crawls: one row for every run that happened, and for every one that should have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.database.batches import batches
from storage.database.schema import crawl, source
from storage.ledger.counts import CrawlCounts
from storage.records import Crawl
from storage.records.saying import Saying

Trigger = str
"""``schedule``, ``manual``, ``recrawl``, ``backfill`` or ``demo``."""
BACKFILL = "backfill"
"""What starts a crawl that goes back into a source's history, whoever asked for it."""


def start_crawl(  # noqa: PLR0913 - a row has that many sides
    connection: Connection,
    trigger: Trigger,
    slugs: Sequence[str],
    started_at: datetime,
    *,
    version: str,
    pid: int = 0,
    due_at: datetime | None = None,
    about: Sequence[str] = (),
) -> int:
    """Enter a crawl that begins now; return its id.

    It is the last crawl of ``slugs``; of the sources that it is only ``about`` it is none.
    """
    result = connection.execute(
        insert(crawl).values(
            trigger=trigger,
            due_at=due_at,
            started_at=started_at,
            status="running",
            pid=pid,
            sources=[{"slug": slug} for slug in about],
            errors=[],
            version=version,
        )
    )
    identity: int = (result.inserted_primary_key or (0,))[0]
    for part in batches(slugs):
        connection.execute(update(source).where(source.c.slug.in_(part)).values(last_crawl_id=identity))
    return identity


def record_unrun(
    connection: Connection, status: str, slugs: Sequence[str], due_at: datetime, now: datetime, reason: Saying
) -> int:
    """Enter a scheduled crawl that never ran (``missed``, ``overlapped``); return its id."""
    result = connection.execute(
        insert(crawl).values(
            trigger="schedule",
            due_at=due_at,
            started_at=now,
            finished_at=now,
            status=status,
            pid=0,
            sources=[{"slug": slug} for slug in slugs],
            errors=[reason],
            version="",
        )
    )
    for part in batches(slugs):
        connection.execute(update(source).where(source.c.slug.in_(part)).values(last_due_at=due_at))
    identity: int = (result.inserted_primary_key or (0,))[0]
    return identity


def finish_crawl(
    connection: Connection,
    crawl_id: int,
    counted: CrawlCounts,
    finished_at: datetime,
    status: str | None = None,
) -> None:
    """Close a crawl with what it counted.

    Unless it was interrupted, that accounts for the run of its sources that was due; an interrupted one is
    caught up with.
    """
    ended = status or counted.status
    if ended != "interrupted":
        account_for_due(connection, crawl_id)
    connection.execute(
        update(crawl)
        .where(crawl.c.id == crawl_id)
        .values(
            status=ended,
            finished_at=finished_at,
            requests=counted.requests,
            polls=len(counted.sources),
            sources=counted.with_news(),
            errors=counted.errors,
        )
    )


def account_for_due(connection: Connection, crawl_id: int) -> int:
    """Record that the run which was due is accounted for by this crawl; return for how many sources."""
    due_at = connection.execute(select(crawl.c.due_at).where(crawl.c.id == crawl_id)).scalar()
    if due_at is None:
        return 0
    return connection.execute(
        update(source).where(source.c.last_crawl_id == crawl_id).values(last_due_at=due_at)
    ).rowcount


def settle_dead_crawls(
    connection: Connection, pids: Sequence[int], finished_at: datetime, reason: Saying
) -> list[int]:
    """Close as ``killed`` the crawls still ``running`` under these process ids; return their ids."""
    rows = connection.execute(select(crawl.c.id).where(crawl.c.status == "running", crawl.c.pid.in_(pids)))
    identities = [row.id for row in rows]
    connection.execute(
        update(crawl)
        .where(crawl.c.id.in_(identities))
        .values(status="killed", finished_at=finished_at, errors=[reason])
    )
    return identities


def settle_superseded_crawls(
    connection: Connection, slugs: Sequence[str], pid: int, finished_at: datetime, reason: Saying
) -> int:
    """Close as ``killed`` what still says that it crawls these sources, or is this process; return how many.

    For a process that holds the sources' locks and has no row yet: after a restart the process id of a dead
    crawl may belong to anybody, and inside a container often to its successor.
    """
    closed = 0
    for part in list(batches(slugs)) or [[]]:
        last = select(source.c.last_crawl_id).where(source.c.slug.in_(part))
        closed += connection.execute(
            update(crawl)
            .where(crawl.c.status == "running", crawl.c.id.in_(last) | (crawl.c.pid == pid))
            .values(status="killed", finished_at=finished_at, errors=[reason])
        ).rowcount
    return closed


def settle_dead_backfills(connection: Connection, slug: str, finished_at: datetime, reason: Saying) -> int:
    """Close as ``killed`` the backfills of a source that still say that they run; return how many.

    For a process that holds the lock of the source's backfill and has no row yet.
    """
    dead = [row.id for row in _running_backfills(connection, slug)]
    ended = update(crawl).where(crawl.c.id.in_(dead))
    return connection.execute(
        ended.values(status="killed", finished_at=finished_at, errors=[reason])
    ).rowcount


def find_backfill(connection: Connection, slug: str) -> int | None:
    """Return the process that says that it fetches the history of a source; None when none does."""
    return next((row.pid for row in _running_backfills(connection, slug)), None)


def _running_backfills(connection: Connection, slug: str) -> list[Any]:
    rows = connection.execute(
        select(crawl.c.id, crawl.c.pid, crawl.c.sources).where(
            crawl.c.status == "running", crawl.c.trigger == BACKFILL
        )
    )
    return [row for row in rows if any(told["slug"] == slug for told in row.sources)]


def list_sources_of(connection: Connection, identities: Collection[int]) -> list[str]:
    """Return the sources whose last crawl is one of these, by slug."""
    rows = connection.execute(
        select(source.c.slug).where(source.c.last_crawl_id.in_(identities)).order_by(source.c.slug)
    )
    return [row.slug for row in rows]


def find_scheduled_crawl(
    connection: Connection, pid: int | None, since: datetime, due_at: datetime | None = None
) -> str | None:
    """Return the status of the crawl that a process began since then, None when it began none.

    The time that it was due at tells it too: the clock may have been set back meanwhile.
    """
    return connection.execute(
        select(crawl.c.status)
        .where(crawl.c.pid == pid, (crawl.c.started_at >= since) | (crawl.c.due_at == due_at))
        .order_by(crawl.c.id.desc())
        .limit(1)
    ).scalar()


def list_running_crawls(connection: Connection) -> list[tuple[int, int]]:
    """Return id and process id of every crawl that says it is running."""
    rows = connection.execute(select(crawl.c.id, crawl.c.pid).where(crawl.c.status == "running"))
    return [(row.id, row.pid) for row in rows]


def last_due(connection: Connection, slug: str) -> datetime | None:
    """Return the latest time for which a source's scheduled run is accounted for, however it ended."""
    return connection.execute(select(source.c.last_due_at).where(source.c.slug == slug)).scalar()


def last_crawl(connection: Connection, slug: str) -> Crawl | None:
    """Return the newest crawl that included a source."""
    row = connection.execute(
        select(crawl).join(source, source.c.last_crawl_id == crawl.c.id).where(source.c.slug == slug)
    ).first()
    return Crawl(**row._mapping) if row else None


def find_newest_start(connection: Connection) -> datetime | None:
    """Return when the crawl began that was entered last, None where there was none."""
    newest = select(crawl.c.started_at).order_by(crawl.c.id.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def count_new_since(connection: Connection, since: datetime) -> int:
    """Return how many articles were new in the crawls that began since then."""
    counted = connection.execute(select(crawl.c.sources).where(crawl.c.started_at >= since))
    return sum(int(one.get("new", 0)) for sources in counted.scalars() for one in sources)


def read_crawl(connection: Connection, crawl_id: int) -> Crawl | None:
    """Return one crawl."""
    row = connection.execute(select(crawl).where(crawl.c.id == crawl_id)).first()
    return Crawl(**row._mapping) if row else None


def list_crawls(connection: Connection, before: int | None = None, limit: int = 50) -> list[Crawl]:
    """Return crawls, the latest first: from the newest, or from the one before the given id."""
    query = select(crawl).order_by(crawl.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(crawl.c.id < before)
    return [Crawl(**row._mapping) for row in connection.execute(query)]
