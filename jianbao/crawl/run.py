"""Running a crawl: its locks, its row, and one spider in this process, once, as reactors start only once."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from jianbao import __version__
from jianbao.configuration import Configuration
from jianbao.crawl.account import (
    close_crawl,
    describe_backfill,
    describe_holder,
    enter_crawl,
    follow_crawl,
    note_break,
)
from jianbao.crawl.contracts import read_terms
from jianbao.crawl.host_limits import limits_of
from jianbao.crawl.hosts import find_private_hosts, list_hosts
from jianbao.crawl.obstacles import refuse_obstacles
from jianbao.crawl.order import CrawlOrder, CrawlReport
from jianbao.crawl.voices import find_voices
from jianbao.terminal.logs import log_to_stderr
from jianbao.terminal.progress import Watch
from storage.archive.folder import Archive
from storage.ledger.counts import CrawlCounts
from storage.ledger.host_places import HostPlaces, open_host_places
from storage.ledger.source import list_leftovers, list_polled
from storage.ledger.source_locks import HistoryLock, SourceBusy, hold_check, hold_history, hold_sources
from storage.records import Busy
from storage.records.host_limits import Rank
from storage.records.saying import Saying, say

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.crawler import Crawler

    from spiders.kinds.kind import KindContext

_ERRORS = "scrapy.core.scraper"
"""Whose log has the traces of what callbacks of the spider raise."""
_GRACE = 2.0  # seconds that downloads in flight get after a signal; the whole stop takes less than five
_PROGRESS_EVERY = 0.2  # seconds
_COLLECT_AFTER = (10_000, 20, 20)  # new objects; collections of the youngest; collections of the middle ones


class CrawlBusy(Busy):
    """Another crawl holds one of the sources: wait for it, or stop it."""


def run_crawl(
    configuration: Configuration, archive: Archive, order: CrawlOrder, watch: Watch | None = None
) -> CrawlReport:
    """Run one crawl in this process to its end.

    Raises `CrawlBusy` when another holds one of its sources, `CrawlPaused` while nothing is to be crawled.
    """
    refuse_obstacles(configuration, archive)
    try:
        with hold_sources(archive.folder, order.slugs, _find_leftovers(archive, order)) as leftovers:
            return _run_held(configuration, archive, order, leftovers, watch)
    except SourceBusy as busy:
        raise CrawlBusy(describe_holder(archive, busy.slug)) from busy


def run_backfill(
    configuration: Configuration, archive: Archive, order: CrawlOrder, watch: Watch | None = None
) -> CrawlReport:
    """Go back into a source's history in this process; raise `CrawlBusy` when another process does so.

    A crawl of the source keeps nobody out: the backfill waits while there is one.
    """
    assert order.history is not None
    refuse_obstacles(configuration, archive)
    try:
        with hold_history(archive.folder, order.history.source) as lock:
            return _run_held(configuration, archive, order, (), watch, lock)
    except SourceBusy as busy:
        raise CrawlBusy(describe_backfill(archive, busy.slug)) from busy


def run_check(
    configuration: Configuration, archive: Archive, order: CrawlOrder, watch: Watch | None = None
) -> CrawlReport:
    """Look at archived pages again in this process; raise `CheckBusy` when another process does so.

    It keeps out no crawl: at each host it comes after them.
    """
    refuse_obstacles(configuration, archive)
    with hold_check(archive.folder):
        return _run_held(configuration, archive, order, (), watch)


def _run_held(
    configuration: Configuration,
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    watch: Watch | None,
    lock: HistoryLock | None = None,
) -> CrawlReport:
    counted, began = CrawlCounts(), datetime.now(UTC)
    crawl_id = 0
    try:
        # A signal may come as soon as the row is there, so the row is entered where it is sure to be closed.
        with archive.writing() as connection:
            crawl_id = enter_crawl(connection, order)
        with open_host_places(archive.folder, limits_of(configuration)) as places:
            _crawl(configuration, archive, order, leftovers, crawl_id, counted, watch, lock, places)
    except KeyboardInterrupt:
        counted.interrupted = True
        raise
    except BaseException as error:
        note_break(counted, error)
        raise
    finally:
        if crawl_id:
            close_crawl(archive, order, leftovers, crawl_id, counted, began, read_terms(configuration))
    if not (counted.interrupted or counted.broken):
        follow_crawl(archive, order, leftovers, crawl_id, counted, began, read_terms(configuration))
    return CrawlReport(crawl_id, counted)


def _crawl(  # noqa: PLR0913, PLR0917
    configuration: Configuration,
    archive: Archive,
    order: CrawlOrder,
    leftovers: Sequence[str],
    crawl_id: int,
    counted: CrawlCounts,
    watch: Watch | None,
    lock: HistoryLock | None,
    places: HostPlaces,
) -> None:
    from jianbao.crawl.check_port import ArchiveCheckPort  # noqa: PLC0415
    from jianbao.crawl.history_port import HistoryPort  # noqa: PLC0415
    from jianbao.crawl.pictures import read_wishes  # noqa: PLC0415
    from jianbao.crawl.port import ArchivePort, RunOfPort  # noqa: PLC0415
    from spiders.archive_spider import ArchiveSpider  # noqa: PLC0415
    from spiders.checking import CheckSpider  # noqa: PLC0415
    from spiders.middleware.places import PlaceLines  # noqa: PLC0415

    process = CrawlProcess(
        CheckSpider if order.is_check else ArchiveSpider, settings_of(configuration), counted
    )
    log_to_stderr()  # after Scrapy, which sets the levels of its loggers anew
    with archive.reading() as connection:
        voices = find_voices(configuration, list_polled(connection))
    wishes = read_wishes(configuration)
    if order.history is not None and order.history.seconds is None:
        wishes = replace(wishes, max_time=math.inf)  # nobody waits for its end to poll
    rest = RunOfPort(
        crawl_id=crawl_id,
        due_only=order.due_only,
        halt=process.halt,
        later=process.later,
        voices=voices,
        wishes=wishes,
        places=places,
        terms=read_terms(configuration) if order.tells_of_today else None,
    )
    port: ArchivePort
    if order.history is not None and lock is not None:
        port = HistoryPort(archive, order.history, lock, counted, **rest)
    elif order.is_check:
        port = ArchiveCheckPort(archive, (), counted, **rest)
    else:
        port = ArchivePort(archive, order.slugs, counted, leftovers=leftovers, **rest)
    try:
        process.run(
            watch,
            port=port,
            places=PlaceLines(places, Rank.ARTICLE if order.tells_of_today else Rank.HISTORY),
            allowed_hosts=list_hosts(configuration),
            context=context_of(configuration),
            wanted=order.wanted,
            voices=voices,
            deliveries=port.deliveries,
            kept_pictures=port.kept_pictures,
            largest_picture=wishes.max_size,
        )
    finally:
        port.end()  # what a crawl left that was stopped in the middle of its own ending


def context_of(configuration: Configuration) -> KindContext:
    """Return what kinds are told of the configuration."""
    from jianbao.configuration.kind_keys import rules_of  # noqa: PLC0415
    from spiders.kinds.kind import Declaration, KindContext  # noqa: PLC0415

    sources = {
        source.slug: Declaration(
            source.slug, source.name, source.kind, source.url, source.site, rules_of(source)
        )
        for source in configuration.sources
    }
    return KindContext(sources, configuration.infocode.url, configuration.infocode.page)


def _find_leftovers(archive: Archive, order: CrawlOrder) -> tuple[str, ...]:
    if not order.leftovers:
        return ()
    with archive.reading() as connection:
        return tuple(slug for slug in list_leftovers(connection) if slug not in order.slugs)


def settings_of(configuration: Configuration, wished: Sequence[str] = ()) -> dict[str, Any]:
    """Return how every crawl of a configuration behaves. ``wished`` are addresses that somebody typed."""
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
        private_hosts=find_private_hosts(configuration, wished),
    )
    return crawl_settings(rules) | {
        "ITEM_PIPELINES": {"jianbao.crawl.deliveries.DeliveryPipeline": 100},
    }


class CrawlProcess:
    """A crawl in this process: ends early on SIGINT, SIGTERM, or an archive that cannot be written."""

    def __init__(self, spider: type[Spider], settings: dict[str, Any], counted: CrawlCounts) -> None:
        from scrapy.crawler import AsyncCrawlerProcess  # noqa: PLC0415 - half a second

        from spiders.middleware.transport import request_sent  # noqa: PLC0415

        self._process = AsyncCrawlerProcess(settings)
        self._crawler: Crawler = self._process.create_crawler(spider)
        self._crawler.signals.connect(self._count_request, signal=request_sent)
        self._counted = counted
        self._watch: Callable[[CrawlCounts], None] | None = None
        self._stopping = False
        # Scrapy hands every record to its handler, which drops those below the level it was given.
        logging.getLogger("scrapy").setLevel(self._crawler.settings["LOG_LEVEL"])

    def run(self, watch: Callable[[CrawlCounts], None] | None = None, **carried: Any) -> None:
        """Run the spider to its end and count its requests; ``watch`` is shown the counts as they grow."""
        self._watch = watch
        crawling = self._process.crawl(self._crawler, **carried)
        before = {number: signal.signal(number, self._interrupt) for number in _SIGNALS}
        logging.getLogger(_ERRORS).addFilter(self._is_news)
        if watch is not None:
            self._show_progress()
        _spare_collector()
        try:
            self._process.start(install_signal_handlers=False)
        finally:
            self._stopping = True  # there is nothing left to stop
            logging.getLogger(_ERRORS).removeFilter(self._is_news)
            for number, handler in before.items():
                signal.signal(number, handler)
        self._count(crawling)

    def halt(self, reason: Saying) -> None:
        """End the crawl because it cannot go on; what is not stored stays owed."""
        self._counted.broken = True
        self._counted.note(reason)
        self._stop()

    def later(self, seconds: float, function: Callable[[], None]) -> asyncio.TimerHandle:
        """Have something done in the crawl's loop after some seconds."""
        return asyncio.get_running_loop().call_later(seconds, function)

    def _count_request(self) -> None:
        self._counted.requests += 1

    def _count(self, crawling: asyncio.Task[None]) -> None:
        stats = self._crawler.stats
        raised = int(stats.get_value("spider_exceptions/count", 0) or 0)
        if raised or (crawling.done() and not crawling.cancelled() and crawling.exception()):
            if not self._counted.broken:  # else what broke it has been told, and is the error that was raised
                self._counted.note(say("crawl.unexpected", errors=raised))
            self._counted.broken = True

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Return whether an error's trace tells something: not that of an archive told to be unwritable."""
        error = record.exc_info[1] if record.exc_info else None
        return not (self._counted.broken and isinstance(error, OSError | SQLAlchemyError))

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        # A signal may arrive anywhere, even in the middle of a commit: only leave word for the loop.
        self._counted.interrupted = True
        _reactor().callFromThread(self._stop)

    def _stop(self) -> None:
        """Let the crawl end, once: two that give up in one turn of the loop would stop it twice."""
        if self._stopping:
            return
        self._stopping = True
        asyncio.ensure_future(self._crawler.stop_async())  # noqa: RUF006 - the process waits for it
        _reactor().callLater(_GRACE, self._give_up)

    def _give_up(self) -> None:
        if _reactor().running:
            _reactor().stop()

    def _show_progress(self) -> None:
        assert self._watch is not None
        self._watch(self._counted)
        _reactor().callLater(_PROGRESS_EVERY, self._show_progress)


def _spare_collector() -> None:
    """Leave what was imported out of every collection, and collect less often: parsed pages are cyclic."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _reactor() -> Any:
    # Importing it installs it, so nobody may before Scrapy has chosen asyncio's.
    from twisted.internet import reactor  # noqa: PLC0415

    return reactor
