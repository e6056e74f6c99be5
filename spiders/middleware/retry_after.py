"""A host that asks for rest gets it: Retry-After (RFC 9110, 10.2.3) is obeyed, across crawls too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self, cast

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders.middleware.manners import HostMemory
from storage.records.host import host_of
from storage.records.saying import say

_TOO_MANY = 429
_UNAVAILABLE = 503
_UNSTATED = timedelta(seconds=60)
_WORTH_WAITING = timedelta(seconds=10)
_LONGEST = timedelta(days=1)  # also what `storage.records.instants.LONGEST_REST` believes
_MOST_DIGITS = 9


class HostRests(IgnoreRequest):
    """The host asked to be left alone: try again later. ``until`` is aware."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(say("fetch.host_rests", host=host, until=until.isoformat(timespec="seconds")))
        self.until = until


class RetryAfterMiddleware:
    """Holds back requests to a resting host: a short rest is waited out, a long one ends the request."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait out a short rest; raise `HostRests` for a long one."""
        host = host_of(request.url)
        until = self._port.rests_until(host)
        if until is None:
            return
        rest = until - datetime.now(UTC)
        if rest > _WORTH_WAITING:
            raise HostRests(host, until)
        if rest > timedelta(0):
            await asyncio.sleep(rest.total_seconds())

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Note a host's wish for rest; ask again when it is short and the request has tries left."""
        rest = _rest_asked(response)
        if rest is None:
            return response
        host, until = host_of(request.url), datetime.now(UTC) + rest
        self._port.let_rest(host, until)
        assert self._crawler.spider is not None
        again = get_retry_request(request, spider=self._crawler.spider, reason="asked to wait")
        if again is None or rest > _WORTH_WAITING:
            raise HostRests(host, until)
        return again

    @property
    def _port(self) -> HostMemory:
        return cast(HostMemory, self._crawler.spider.port)  # type: ignore[union-attr]


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Return how long a Retry-After header (seconds, or a date) asks to wait, a day at most.

    None when it is malformed.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value)), _LONGEST) if len(value) <= _MOST_DIGITS else _LONGEST
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment - now, timedelta(0)), _LONGEST)


def _rest_asked(response: Response) -> timedelta | None:
    header = response.headers.get("Retry-After")
    if response.status == _UNAVAILABLE and header is None:
        return None
    if response.status not in (_TOO_MANY, _UNAVAILABLE):
        return None
    stated = parse_retry_after(header.decode("latin-1"), datetime.now(UTC)) if header else None
    return stated if stated is not None else _UNSTATED
