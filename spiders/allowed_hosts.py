"""No request, and no redirect, leaves the hosts that the sources and the endpoint name."""

from __future__ import annotations

from typing import Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from spiders.addresses import host_of, is_allowed


class OffHost(IgnoreRequest):
    """A redirect leads to a host that no source names: do not follow it."""


class AllowedHostsMiddleware:
    """Refuses every request to a host that the spider does not name in ``allowed_hosts``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise `OffHost` for a request that leaves the allowed hosts."""
        allowed = cast(frozenset[str], getattr(self._crawler.spider, "allowed_hosts", frozenset()))
        host = host_of(request.url)
        if not is_allowed(request.url, allowed):
            raise OffHost(f"was redirected to {host}, which is none of its source's hosts")
        # A redirect inherits the slot of the host that it left: politeness is owed to the one it goes to. And
        # a port is part of a host here, as it is for robots.txt.
        request.meta["download_slot"] = host
