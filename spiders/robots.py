"""robots.txt, remembered for a day: a poll that finds nothing new costs one request, not two."""

from __future__ import annotations

from typing import cast

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from spiders.addresses import host_of
from spiders.desk import Desk

_LONGEST_DELAY = 60.0  # seconds; a robots.txt that asks for more would stop the archive
_OK = 200
_SERVER_ERROR = 500
_LARGEST = 512 * 1024  # bytes; RFC 9309, 2.5 asks to read at least 500 KiB


class RememberingRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware with a memory, and with Crawl-delay applied."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(self._apply_delay, signal=signals.robots_parsed)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the parser of the host's robots.txt, from memory when that is younger than a day."""
        netloc = request.url.split("/", 3)[2]
        if netloc not in self._parsers:
            remembered = self._desk.robots(host_of(request.url))
            if remembered is not None:
                self._parsers[netloc] = Deferred()
                await self._parse_robots(Response(request.url, body=remembered), netloc, request)
        return await super().robot_parser(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        body = _rules_of(response)
        if response.status < _SERVER_ERROR:
            self._desk.keep_robots(host_of(request.url), body)
        await super()._parse_robots(response.replace(body=body), netloc, request)

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.crawler.spider.desk)  # type: ignore[union-attr]

    def _apply_delay(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._default_useragent)
        if not delay:
            return
        downloader = self.crawler.engine.downloader
        _key, slot = downloader._get_slot(request)  # noqa: SLF001 - there is no public way to a host's slot
        slot.delay = max(slot.delay, min(float(delay), _LONGEST_DELAY))


def _rules_of(response: Response) -> bytes:
    """Return what a robots.txt answer means: no such page forbids nothing, a server error forbids all.

    RFC 9309, 2.3.1.3 and 2.3.1.4.
    """
    if response.status >= _SERVER_ERROR:
        return b"User-agent: *\nDisallow: /\n"
    return response.body[:_LARGEST] if response.status == _OK else b""
