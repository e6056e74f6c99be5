"""The account of a crawl: its row, opened and closed, and what follows when it is over."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from jianbao import __version__
from jianbao.crawl.failed_run import tell_end, tell_killed
from jianbao.crawl.order import CrawlOrder
from jianbao.crawl.processes import is_alive
from jianbao.importing.waiting_ghosts import merge_waiting_ghosts
from jianbao.upkeep.alarms import raise_alarms
from jianbao.upkeep.contracts import watch_contracts
from jianbao.upkeep.index import index_news
from jianbao.upkeep.stories import link_news
from jianbao.upkeep.texts import shrink_some_texts
from pipelines.compare.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.captures.lost import settle_regained
from storage.events.event import resolve_events
from storage.ledger.checks import resolve_gone
from storage.ledger.contract import accept_what_was_seen
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import (
    find_backfill,
    finish_crawl,
    last_crawl,
    list_running_crawls,
    settle_dead_backfills,
    settle_dead_crawls,
    settle_superseded_crawls,
    start_crawl,
)
from storage.ledger.holes.look import Seen, look_for_gaps, tell_gaps
from storage.ledger.set_events import resolve_empty_sets
from storage.records.contract import Terms
from storage.records.saying import say

_ABANDONED = say("crawl.abandoned")


def enter_crawl(connection: Connection, order: CrawlOrder) -> int:
    """Close the crawls that died without a word, and enter this one; return its id."""
    now = datetime.now(UTC)
    running = list_running_crawls(connection)
    settle_dead_crawls(connection, [pid for _, pid in running if not is_alive(pid)], now, _ABANDONED)
    settle_superseded_crawls(connection, order.slugs, os.getpid(), now, _ABANDONED)
    killed = {*running} - {*list_running_crawls(connection)}
    tell_killed(connection, [identity for identity, _ in killed], _ABANDONED, now)
    if order.history is not None:
        settle_dead_backfills(connection, order.history.source, now, _ABANDONED)
    accept_what_was_seen(connection, order.slugs)
    return start_crawl(
        connection,
        order.trigger,
        order.slugs,
        now,
        version=__version__,
        pid=os.getpid(),
        due_at=order.due_at,
        about=order.about,
    )


def close_crawl(
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    began: datetime,
    terms: Mapping[str, Terms],
) -> None:
    """Close a crawl's row with what it counted, and settle the events that it opens or ends."""
    merge_waiting_ghosts(archive)
    now = datetime.now(UTC)
    slugs = (*order.slugs, *leftovers)
    missed = _look_for_gaps(archive, order, counted, now)
    with archive.writing() as connection:
        polled, tells = order.polls, order.may_doubt_layout
        resolve_empty_sets(connection, now, FILE_SCHEME)
        resolve_gone(connection, now)
        settle_regained(connection, archive.warc_folder, now)
        if order.tells_of_today:  # pages of years ago tell nothing of that
            broken = watch_contracts(connection, counted, now, terms, may_doubt_layout=tells)
            raise_alarms(
                connection,
                slugs,
                counted,
                now,
                polled=polled,
                may_doubt_layout=lambda slug: tells(slug) and slug not in broken,
            )
        tell_gaps(connection, missed, now)
        finish_crawl(connection, crawl_id, counted, now, "interrupted" if counted.interrupted else None)
        if order.trigger == "schedule" and not counted.broken:
            resolve_events(connection, ("service_stuck",), now)
        if counted.status == "failed":
            tell_end(connection, order.slugs, counted, began, now, asked=not order.polls)


def _look_for_gaps(archive: Archive, order: CrawlOrder, counted: CrawlCounts, now: datetime) -> list[Seen]:
    """Return which sources miss days; nothing after a crawl that leaves its articles for the next."""
    if counted.interrupted or counted.broken:
        return []
    slugs = order.slugs if order.history is None else (order.history.source,)
    with archive.reading() as view:
        return look_for_gaps(view, slugs, now)


def follow_crawl(
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    began: datetime,
    terms: Mapping[str, Terms],
) -> None:
    """Do what follows a crawl; only when that went well did the crawl end well."""
    try:
        index_news(archive)
        link_news(archive)
        shrink_some_texts(archive)
    except Exception as error:
        note_break(counted, error)
        close_crawl(archive, order, leftovers, crawl_id, counted, began, terms)
        raise
    if counted.status != "failed":
        _tell_end(archive, order, counted, began)


def _tell_end(archive: Archive, order: CrawlOrder, counted: CrawlCounts, began: datetime) -> None:
    with archive.writing() as connection:
        tell_end(connection, order.slugs, counted, began, datetime.now(UTC), asked=not order.polls)


def describe_backfill(archive: Archive, slug: str) -> str:
    """Return a sentence that tells that a source's history is being fetched, and what to do about it."""
    with archive.reading() as connection:
        pid = find_backfill(connection, slug)
    who = f"process {pid}" if pid else "another process"
    return f"the history of {slug} is being fetched by {who}: wait until it ends, or stop it"


def note_break(counted: CrawlCounts, error: BaseException) -> None:
    """Count that something unforeseen ended the crawl."""
    counted.broken = True
    said = str(getattr(error, "orig", None) or error)
    counted.note(say("crawl.broke", type=type(error).__name__, error=said))


def describe_holder(archive: Archive, slug: str) -> str:
    """Return a sentence that tells who crawls a source now, and what to do about it."""
    with archive.reading() as connection:
        row = last_crawl(connection, slug)
    if row is None or row.status != "running":
        return f"source {slug} is being crawled by another process: wait until it ends"
    since = row.started_at.isoformat(timespec="seconds")
    return (
        f"source {slug} is being crawled by process {row.pid} (crawl {row.id}, {row.trigger}, "
        f"since {since}): wait until it ends, or stop it"
    )
