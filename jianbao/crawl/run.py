"""Starting crawls: locks, the crawl's row, the spider, and the account of what it did."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from jianbao import __version__
from jianbao.configuration import Configuration
from jianbao.configuration.declared import list_declared
from jianbao.crawl.processes import is_alive
from jianbao.crawl.verdict import tell_end, tell_killed
from jianbao.crawl.voices import find_voices
from jianbao.importing.waiting_ghosts import merge_waiting_ghosts
from jianbao.terminal.logs import log_to_stderr
from jianbao.terminal.progress import Watch
from jianbao.upkeep.alarms import raise_alarms
from jianbao.upkeep.index import index_news
from jianbao.upkeep.stories import link_news
from jianbao.upkeep.texts import shrink_some_texts
from pipelines.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.captures.lost import settle_regained
from storage.events.event import resolve_events
from storage.ledger.counts import CrawlCounts
from storage.ledger.crawl import (
    finish_crawl,
    last_crawl,
    list_running_crawls,
    settle_dead_crawls,
    settle_superseded_crawls,
    start_crawl,
)
from storage.ledger.set_events import resolve_empty_sets
from storage.ledger.source import (
    INFOCODE_SOURCE,
    UnknownSource,
    list_leftovers,
    list_polled,
    save_sources,
)
from storage.ledger.source_locks import SourceBusy, hold_sources
from storage.records import Busy, Owed

if TYPE_CHECKING:
    from spiders.kinds.kind import KindContext

_ABANDONED = "the process ended without closing its crawl"


class CrawlBusy(Busy):
    """Another crawl holds one of the sources: wait for it, or stop it."""


@dataclass(frozen=True, slots=True)
class CrawlOrder:
    """What a crawl is to do.

    ``wanted`` None: poll the sources and fetch what they owe; otherwise fetch just these. ``due_only``:
    leave failed listings alone until their next try. ``due_at`` (aware) is when a scheduled run was due.
    ``leftovers``: fetch as well what sources owe that are polled no more, or never were, where no other
    crawl is at it.
    """

    trigger: str
    slugs: tuple[str, ...]
    wanted: Sequence[Owed] | None = None
    due_at: datetime | None = None
    due_only: bool = False
    leftovers: bool = False

    def tells_of_layout(self, slug: str) -> bool:
        """Return whether a source's articles, all set aside, make its layout suspect.

        Not those that somebody asked for: they are a choice, and need not even be articles.
        """
        return self.wanted is None and slug != INFOCODE_SOURCE


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl did."""

    crawl_id: int
    counted: CrawlCounts

    @property
    def succeeded(self) -> bool:
        """Nothing failed, nothing was set aside, nothing was interrupted."""
        return self.counted.status == "ok"

    def as_json(self) -> dict[str, Any]:
        """Return the report in the shape that others rely on."""
        return {
            "crawl_id": self.crawl_id,
            "status": self.counted.status,
            "requests": self.counted.requests,
            "sources": self.counted.by_source(),
            "errors": self.counted.errors,
            "interrupted": self.counted.interrupted,
        }


def open_archive(configuration: Configuration, *, polls: bool, begin: bool = True) -> Archive:
    """Open the configured archive for writing, with the configured sources entered and its captures checked.

    Without ``begin`` there must be one: what runs by itself raises `NoArchive` rather than begin another in
    the place of one whose disk is not mounted.

    Sources that the configuration does not name are switched off only when it is the archive's own: its file
    names the archive, or, for a command that ``polls``, the environment does. A configuration that is used
    with another archive on the command line enters what it polls, and says nothing of any other source.
    """
    opening = Archive.open if begin else Archive.open_existing
    archive = opening(configuration.archive, software=f"jianbao/{__version__}")
    try:
        _prepare(configuration, archive, polls=polls)
    except BaseException:
        archive.close()
        raise
    return archive


def _prepare(configuration: Configuration, archive: Archive, *, polls: bool) -> None:
    own = configuration.origin == "file" or (polls and configuration.origin == "environment")
    if own or (polls and configuration.sources):
        with archive.writing() as connection:
            save_sources(connection, list_declared(configuration), alone=own)
    archive.check_captures()


def choose_slugs(
    configuration: Configuration, wanted: Iterable[str], *, skip_unknown: bool = False
) -> tuple[str, ...]:
    """Return the sources to poll: those named, or every enabled one; raise `UnknownSource`.

    ``skip_unknown`` passes over names that the configuration no longer has, as long as one is left: a service
    goes on with the sources of the day it was started.
    """
    known = {source.slug: source for source in configuration.sources if source.is_polled}
    named = tuple(dict.fromkeys(wanted))
    if skip_unknown:
        named = tuple(slug for slug in named if slug in known) or named
    for slug in named:
        if slug not in known:
            raise UnknownSource(
                f"the configuration has no source {slug!r} to poll: it has {', '.join(known) or 'none'}"
            )
    chosen = named or tuple(slug for slug, source in known.items() if source.enabled)
    if not chosen:
        raise UnknownSource("the configuration has no enabled source to poll: add one under [[sources]]")
    return chosen


def run_crawl(
    configuration: Configuration, archive: Archive, order: CrawlOrder, watch: Watch | None = None
) -> CrawlReport:
    """Run one crawl in this process to its end; raise `CrawlBusy` when another holds one of its sources."""
    try:
        with hold_sources(archive.folder, order.slugs, _find_leftovers(archive, order)) as leftovers:
            return _run_held(configuration, archive, order, leftovers, watch)
    except SourceBusy as busy:
        raise CrawlBusy(_describe_holder(archive, busy.slug)) from busy


def _run_held(
    configuration: Configuration,
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    watch: Watch | None,
) -> CrawlReport:
    counted, began = CrawlCounts(), datetime.now(UTC)
    crawl_id = 0
    try:
        # A signal may come as soon as the row is there, so the row is entered where it is sure to be closed.
        with archive.writing() as connection:
            crawl_id = _enter(connection, order)
        _crawl(configuration, archive, order, leftovers, crawl_id, counted, watch)
    except KeyboardInterrupt:
        counted.interrupted = True
        raise
    except BaseException as error:
        _break(counted, error)
        raise
    finally:
        if crawl_id:
            _close(archive, order, leftovers, crawl_id, counted, began)
    if not (counted.interrupted or counted.broken):
        _follow(archive, order, leftovers, crawl_id, counted, began)
    return CrawlReport(crawl_id, counted)


def _follow(
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    began: datetime,
) -> None:
    """Do what follows a crawl; only when that went well did the crawl end well."""
    try:
        index_news(archive)
        link_news(archive)
        shrink_some_texts(archive)
    except Exception as error:
        _break(counted, error)
        _close(archive, order, leftovers, crawl_id, counted, began)
        raise
    if counted.status != "failed":
        _tell_end(archive, order, counted, began)


def _tell_end(archive: Archive, order: CrawlOrder, counted: CrawlCounts, began: datetime) -> None:
    with archive.writing() as connection:
        tell_end(connection, order.slugs, counted, began, datetime.now(UTC), asked=order.wanted is not None)


def _break(counted: CrawlCounts, error: BaseException) -> None:
    counted.broken = True
    counted.note(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}")


def _enter(connection: Connection, order: CrawlOrder) -> int:
    """Close the crawls that died without a word, and enter this one; return its id."""
    now = datetime.now(UTC)
    running = list_running_crawls(connection)
    settle_dead_crawls(connection, [pid for _, pid in running if not is_alive(pid)], now, _ABANDONED)
    settle_superseded_crawls(connection, order.slugs, os.getpid(), now, _ABANDONED)
    killed = {*running} - {*list_running_crawls(connection)}
    tell_killed(connection, [identity for identity, _ in killed], _ABANDONED, now)
    return start_crawl(
        connection,
        order.trigger,
        order.slugs,
        now,
        version=__version__,
        pid=os.getpid(),
        due_at=order.due_at,
    )


def _crawl(
    configuration: Configuration,
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    watch: Watch | None,
) -> None:
    from jianbao.crawl.port import ArchivePort  # noqa: PLC0415
    from jianbao.crawl.process import CrawlProcess  # noqa: PLC0415 - Scrapy takes half a second to import
    from spiders.archive_spider import ArchiveSpider  # noqa: PLC0415

    process = CrawlProcess(ArchiveSpider, _settings(configuration), counted)
    log_to_stderr()  # after Scrapy, which sets the levels of its loggers anew
    with archive.reading() as connection:
        voices = find_voices(configuration, list_polled(connection))
    port = ArchivePort(
        archive,
        order.slugs,
        counted,
        leftovers=leftovers,
        crawl_id=crawl_id,
        due_only=order.due_only,
        halt=process.halt,
        later=process.later,
        voices=voices,
    )
    try:
        process.run(
            watch,
            port=port,
            allowed_hosts=_allowed_hosts(configuration),
            context=_kind_context(configuration),
            wanted=order.wanted,
            voices=voices,
            deliveries=port.deliveries,
        )
    finally:
        port.deliveries.end()  # what a crawl left that was stopped in the middle of its own ending


def _kind_context(configuration: Configuration) -> KindContext:
    """Return what kinds are told of the configuration."""
    from spiders.kinds.kind import Declaration, KindContext  # noqa: PLC0415

    sources = {
        source.slug: Declaration(source.slug, source.name, source.kind, source.url, source.site)
        for source in configuration.sources
    }
    return KindContext(sources, configuration.infocode.url, configuration.infocode.page)


def _find_leftovers(archive: Archive, order: CrawlOrder) -> tuple[str, ...]:
    if not order.leftovers:
        return ()
    with archive.reading() as connection:
        return tuple(slug for slug in list_leftovers(connection) if slug not in order.slugs)


def _settings(configuration: Configuration) -> dict[str, Any]:
    from spiders.settings import HttpRules, crawl_settings  # noqa: PLC0415

    http = configuration.http
    rules = HttpRules(
        user_agent=f"jianbao/{__version__} (newspaper archive; +{http.contact})",
        obey_robots=http.obey_robots,
        delay=http.delay,
        concurrency=http.concurrency,
        timeout=http.timeout,
        retries=http.retries,
        max_size=http.max_size,
    )
    return crawl_settings(rules) | {
        "ITEM_PIPELINES": {"jianbao.crawl.deliveries.DeliveryPipeline": 100},
    }


def _allowed_hosts(configuration: Configuration) -> frozenset[str]:
    from storage.records.hosts import host_of  # noqa: PLC0415

    infocode = configuration.infocode
    addresses = [*(source.url for source in configuration.sources), infocode.url, infocode.page]
    further = [f"//{host}" for source in configuration.sources for host in source.hosts]
    hosts = {host_of(host) if urlsplit(host).port else f"{host_of(host)}:*" for host in further}
    return frozenset(hosts | {host_of(address) for address in addresses})


def _close(
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    began: datetime,
) -> None:
    merge_waiting_ghosts(archive)
    now = datetime.now(UTC)
    with archive.writing() as connection:
        slugs = (*order.slugs, *leftovers)
        polled, tells = order.wanted is None, order.tells_of_layout
        resolve_empty_sets(connection, now, FILE_SCHEME)
        settle_regained(connection, archive.warc_folder, now)
        raise_alarms(connection, slugs, counted, now, polled=polled, tells_of_layout=tells)
        finish_crawl(connection, crawl_id, counted, now, "interrupted" if counted.interrupted else None)
        if order.trigger == "schedule" and not counted.broken:
            resolve_events(connection, ("service_stuck",), now)
        if counted.status == "failed":
            tell_end(connection, order.slugs, counted, began, now, asked=order.wanted is not None)


def _describe_holder(archive: Archive, slug: str) -> str:
    with archive.reading() as connection:
        row = last_crawl(connection, slug)
    if row is None or row.status != "running":
        return f"source {slug} is being crawled by another process: wait until it ends"
    since = row.started_at.isoformat(timespec="seconds")
    return (
        f"source {slug} is being crawled by process {row.pid} (crawl {row.id}, {row.trigger}, "
        f"since {since}): wait until it ends, or stop it"
    )
