"""Undoes content codings: what is plain under a coding's name is read, what is damaged is told."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders.middleware.exchange_keeper import flatten_headers
from storage.records.content_coding import CodingBroken, TooLarge, read_body
from storage.records.remedy import saying_of

_ACCEPTED = "gzip, deflate, br, zstd"
_META_KEY = "undecodable"


class ContentDecodingMiddleware:
    """Stands where Scrapy's own stands, which takes a damaged body's whole part for the page.

    A body that can't be decoded stays as it is, and `undecodable` tells of it: its capture is kept.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the middleware with the crawl's limit of size, in bytes."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Say which codings we understand."""
        request.headers.setdefault("Accept-Encoding", _ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response decoded; raise IgnoreRequest for one larger than the limit."""
        request.meta.pop(_META_KEY, None)
        if "Content-Encoding" not in response.headers:
            return response
        limit = request.meta.get("download_maxsize", self._max_size)
        try:
            body = read_body(flatten_headers(response.headers), response.body, limit)
        except TooLarge as error:
            raise IgnoreRequest("its body is larger than DOWNLOAD_MAXSIZE when decoded") from error
        except CodingBroken as error:
            request.meta[_META_KEY] = saying_of(error)
            return response
        decoded = response.replace(body=body)
        del decoded.headers["Content-Encoding"]
        return decoded


def undecodable(response: Response) -> str | None:
    """Return why a response's body can't be decoded, None for any other."""
    reason: str | None = response.meta.get(_META_KEY)
    return reason
