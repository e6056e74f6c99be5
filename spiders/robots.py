"""robots.txt, remembered for a day: a poll that finds nothing new costs one request, not two."""

from __future__ import annotations

from typing import cast

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from spiders.addresses import host_of
from spiders.causes import name_cause
from spiders.desk import Desk

_LONGEST_DELAY = 60.0  # seconds; a robots.txt that asks for more would stop the archive
_OK = 200
_SERVER_ERROR = 500
_LARGEST = 512 * 1024  # bytes; RFC 9309, 2.5 asks to read at least 500 KiB


class RobotsUnavailable(IgnoreRequest):
    """A host's robots.txt answered with a server error, so nothing may be fetched there for now."""


class RememberingRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware with a memory, and with Crawl-delay applied."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._failing: dict[str, str] = {}
        self._delays: dict[str, float] = {}
        crawler.signals.connect(self._note_delay, signal=signals.robots_parsed)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the parser of the host's robots.txt, from memory when that is younger than a day."""
        netloc = _netloc(request)
        if netloc not in self._parsers:
            remembered = self._desk.robots(host_of(request.url))
            if remembered is not None:
                self._parsers[netloc] = Deferred()
                await self._parse_robots(Response(request.url, body=remembered), netloc, request)
        return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let a request pass that robots.txt allows; raise `RobotsUnavailable`, or Scrapy's IgnoreRequest."""
        failing = self._failing.get(_netloc(request))
        if failing is not None:
            raise RobotsUnavailable(f"may not be fetched while its host's robots.txt {failing}")
        super().process_request_2(rp, request)
        self._keep_delay(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        # A page that is not there forbids nothing, a server error everything (RFC 9309, 2.3.1.3 and 2.3.1.4).
        body = response.body[:_LARGEST] if response.status == _OK else b""
        if response.status >= _SERVER_ERROR:
            self._failing[netloc] = f"answers {response.status}"
        else:
            self._desk.keep_robots(host_of(request.url), body)
        await super()._parse_robots(response.replace(body=body), netloc, request)

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.crawler.spider.desk)  # type: ignore[union-attr]

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        # Out of reach forbids all (RFC 9309, 2.3.1.4); led elsewhere is as good as not there (2.3.1.2).
        if not isinstance(exc, IgnoreRequest | DownloadCancelledError):
            self._failing[netloc] = f"is out of reach: it {name_cause(exc)}"
        super()._robots_error(exc, netloc)

    def _note_delay(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._default_useragent)
        if delay:
            self._delays[_netloc(request)] = min(float(delay), _LONGEST_DELAY)

    def _keep_delay(self, request: Request) -> None:
        """Slow the host's slot down to its Crawl-delay at every request: slots come and go."""
        delay = self._delays.get(_netloc(request))
        if delay is None:
            return
        downloader = self.crawler.engine.downloader
        _key, slot = downloader._get_slot(request)  # noqa: SLF001 - there is no public way to a host's slot
        slot.delay = max(slot.delay, delay)
        slot.jitter = 0.0  # it would make some of the pauses shorter than asked for
        request.meta["autothrottle_dont_adjust_delay"] = True


def _netloc(request: Request) -> str:
    return request.url.split("/", 3)[2]
