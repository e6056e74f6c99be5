"""A host that stopped answering is left alone: what waits for it is not asked for any more."""

from __future__ import annotations

from typing import Protocol, Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from storage.records.host import host_of
from storage.records.saying import say


class HostSilent(IgnoreRequest):
    """The host was out of reach so often in a row that this crawl leaves it alone."""


class PatientSpider(Protocol):
    """What the middleware needs of a spider."""

    def is_given_up(self, url: str) -> bool:
        """Return whether the host of this address is left alone."""


class SilentHostsMiddleware:
    """Refuses requests for articles and pictures, retries included, to hosts that are given up."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise `HostSilent` for an article or picture at a host that does not answer; polls always pass."""
        spider = cast(PatientSpider, self._crawler.spider)
        is_of_many = "search" in request.meta or "picture" in request.meta
        if is_of_many and spider.is_given_up(request.url):
            raise HostSilent(say("fetch.host_silent", host=host_of(request.url)))
