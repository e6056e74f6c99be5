"""No request, and no redirect, leaves the hosts that the sources and `[infocode]` name."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Self, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from spiders.middleware.resolver import SETTING
from storage.records.host import host_of, is_allowed
from storage.records.private_hosts import PrivateHosts, is_public_address
from storage.records.saying import say


class OffHost(IgnoreRequest):
    """A redirect leads to a host that no source names: do not follow it."""


class AllowedHostsMiddleware:
    """Refuses every request to a host that the spider does not name in ``allowed_hosts``."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._private: PrivateHosts = crawler.settings.get(SETTING) or PrivateHosts()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise `OffHost` for a request that leaves the allowed hosts, or leads into a private network.

        A host's robots.txt may stand on any other (RFC 9309, 2.3.1.2), though not inside of our own network.
        """
        allowed = cast(frozenset[str], getattr(self._crawler.spider, "allowed_hosts", frozenset()))
        host = host_of(request.url)
        if not (
            is_allowed(request.url, allowed)
            or await _is_robots_elsewhere(request)
            or await self._is_for_pictures(request, host)
        ):
            raise OffHost(say("cause.off_host", host=host))
        came_from = next(iter(request.meta.get("redirect_urls", ())), None)
        if not self._private.may_lead(request.url, _source_of(request), came_from):
            raise OffHost(say("cause.led_inside", host=host))
        # A redirect inherits the slot of the host that it left: politeness is owed to the one it goes to. And
        # a port is part of a host here, as it is for robots.txt.
        request.meta["download_slot"] = host

    async def _is_for_pictures(self, request: Request, host: str) -> bool:
        """Return whether this is a picture, or robots.txt before one, of a public host that may be asked."""
        if not ("picture" in request.meta or request.meta.get("dont_obey_robotstxt")):
            return False
        related = cast(Collection[str], getattr(self._crawler.spider, "picture_hosts", ()))
        return host in related and await _is_public(request.url)


async def _is_robots_elsewhere(request: Request) -> bool:
    """Return whether a host's robots.txt led here, and not from the internet into a private network."""
    if not request.meta.get("dont_obey_robotstxt") or not request.meta.get("redirect_urls"):
        return False
    return await _is_public(request.url) or not await _is_public(request.meta["redirect_urls"][0])


async def _is_public(url: str) -> bool:
    """Return whether a URL's host has public addresses only; where no name can be resolved, as it looks."""
    name = urlsplit(url).hostname or ""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(name, None)
    except OSError:
        return "." in name and not name.endswith((".localhost", ".local", ".internal"))
    return all(is_public_address(str(place[0])) for *_, place in found)


def _source_of(request: Request) -> str | None:
    """Return the source for which a request is made, where it is for one."""
    search, picture, polling = (request.meta.get(key) for key in ("search", "picture", "polling"))
    source: str | None
    if search is not None:
        source = search.owed.source
    elif picture is not None:
        source = picture.source
    else:
        source = polling.order.source if polling is not None else None
    return source
