"""robots.txt, remembered for a day: a poll that finds nothing new costs one request, not two."""

from __future__ import annotations

from typing import cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from spiders.middleware.causes import name_cause
from spiders.middleware.manners import HostMemory
from spiders.middleware.retry_after import HostRests
from spiders.middleware.wholeness import is_whole
from spiders.readers.robots_txt import TOKEN, is_robots_txt, name_only_us
from storage.records.host import host_of
from storage.records.saying import say

_LONGEST_DELAY = 60.0  # seconds; a robots.txt that asks for more would stop the archive
_NOT_THERE, _SERVER_ERROR = 400, 500
_LARGEST = 512 * 1024  # bytes; RFC 9309, 2.5 asks to read at least 500 KiB


class RobotsUnavailable(IgnoreRequest):
    """A host's robots.txt could not be had, so nothing may be fetched there for now."""


class RememberingRobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware with a memory, Crawl-delay applied, and groups found by our token.

    What is no robots.txt never replaces one: while a host answers with an error, a portal's page or not at
    all, its last good robots.txt stands for another day. Without one, an error forbids everything for now
    (RFC 9309, 2.3.1.4), and a page that is no robots.txt nothing.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._failing: dict[str, str] = {}
        self._delays: dict[str, float] = {}
        self._led_away: set[str] = set()

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Let a request pass that robots.txt allows; note where robots.txt itself was led to another host."""
        if request.meta.get("dont_obey_robotstxt"):
            for url in request.meta.get("redirect_urls", ())[:1]:
                if host_of(url) != host_of(request.url):
                    self._led_away.add(_netloc(url))
            return
        await super().process_request(request)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the parser of the host's robots.txt, from memory when that is younger than a day."""
        netloc = _netloc(request.url)
        if netloc not in self._parsers:
            remembered = self._port.robots(host_of(request.url))
            if remembered is not None:
                self._parsers[netloc] = Deferred()
                self._follow(remembered, netloc)
        return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let a request pass that robots.txt allows; raise `RobotsUnavailable`, or Scrapy's IgnoreRequest."""
        failing = self._failing.get(_netloc(request.url))
        if failing is not None:
            raise RobotsUnavailable(say("cause.robots_failing", failing=failing))
        super().process_request_2(rp, request)
        self._keep_delay(request)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        host = host_of(request.url)
        body = b"" if response.status >= _NOT_THERE else response.body[:_LARGEST]
        if response.status < _SERVER_ERROR and (response.status >= _NOT_THERE or _has_rules(response, body)):
            self._port.keep_robots(host, body)
            self._follow(body, netloc)
            return
        last = self._port.last_robots(host)
        if last is None and response.status >= _SERVER_ERROR:
            self._failing[netloc] = f"answers {response.status}"
        self._follow(last or b"", netloc)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        """Follow the last good robots.txt; without one, out of reach forbids all (RFC 9309, 2.3.1.4).

        One that led elsewhere, in circles, or on and on is as good as not there (2.3.1.2).
        """
        last = self._port.last_robots(host_of(f"//{netloc}"))
        ignored = isinstance(exc, IgnoreRequest | DownloadCancelledError) and not isinstance(exc, HostRests)
        if last is None and not ignored and netloc not in self._led_away:
            said = str(exc) if isinstance(exc, HostRests) else f"it {name_cause(exc)}"
            self._failing[netloc] = f"is out of reach: {said}"
        self._follow(last or b"", netloc)

    def _follow(self, body: bytes, netloc: str) -> None:
        """Go by these rules from now on, whoever waits for them."""
        parser = self._parserimpl.from_crawler(self.crawler, name_only_us(body))
        delay = parser.crawl_delay(TOKEN)
        if delay:
            self._delays[netloc] = min(float(delay), _LONGEST_DELAY)
        waiting = self._parsers[netloc]
        assert isinstance(waiting, Deferred)
        self._parsers[netloc] = parser
        waiting.callback(parser)

    @property
    def _port(self) -> HostMemory:
        return cast(HostMemory, self.crawler.spider.port)  # type: ignore[union-attr]

    def _keep_delay(self, request: Request) -> None:
        """Slow the host's slot down to its Crawl-delay at every request: slots come and go."""
        delay = self._delays.get(_netloc(request.url))
        if delay is None:
            return
        downloader = self.crawler.engine.downloader
        _key, slot = downloader._get_slot(request)  # noqa: SLF001 - there is no public way to a host's slot
        slot.delay = max(slot.delay, delay)
        slot.jitter = 0.0  # it would make some of the pauses shorter than asked for
        request.meta["autothrottle_dont_adjust_delay"] = True


def _has_rules(response: Response, body: bytes) -> bool:
    return is_whole(response) and is_robots_txt(body)


def _netloc(url: str) -> str:
    return url.split("/", 3)[2]
