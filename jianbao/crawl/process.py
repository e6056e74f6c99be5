"""Running one spider in this process, once: Twisted's reactor cannot start twice."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler

from spiders.middleware.transport import request_sent
from storage.ledger.counts import CrawlCounts

_GRACE = 2.0  # seconds that downloads in flight get after a signal; the whole stop takes less than five
_PROGRESS_EVERY = 0.2  # seconds
_COLLECT_AFTER = (10_000, 20, 20)  # new objects; collections of the youngest; collections of the middle ones


class CrawlProcess:
    """A crawl in this process: ends early on SIGINT, SIGTERM, or an archive that cannot be written."""

    def __init__(self, spider: type[Spider], settings: dict[str, Any], counted: CrawlCounts) -> None:
        self._process = AsyncCrawlerProcess(settings)
        self._crawler: Crawler = self._process.create_crawler(spider)
        self._crawler.signals.connect(self._count_request, signal=request_sent)
        self._counted = counted
        self._watch: Callable[[CrawlCounts], None] | None = None
        self._stopping = False
        # Scrapy hands every record to its handler, which drops those below the level it was given.
        logging.getLogger("scrapy").setLevel(self._crawler.settings["LOG_LEVEL"])

    def run(self, watch: Callable[[CrawlCounts], None] | None = None, **carried: Any) -> None:
        """Run the spider to its end and count its requests; ``watch`` is shown the counted as it grows."""
        self._watch = watch
        crawling = self._process.crawl(self._crawler, **carried)
        before = {number: signal.signal(number, self._interrupt) for number in _SIGNALS}
        if watch is not None:
            self._show_progress()
        _spare_collector()
        try:
            self._process.start(install_signal_handlers=False)
        finally:
            self._stopping = True  # there is nothing left to stop
            for number, handler in before.items():
                signal.signal(number, handler)
        self._count(crawling)

    def halt(self, reason: str) -> None:
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
            self._counted.broken = True
            self._counted.note(f"the crawl itself failed ({raised} unexpected errors): see the log")

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
