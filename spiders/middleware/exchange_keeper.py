"""Keeps each response as the wire carried it, before Scrapy decompresses it, for its capture."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy import Request
from scrapy.http import Headers as ScrapyHeaders
from scrapy.http import Response

from spiders.middleware.wholeness import is_whole
from storage.records import Exchange, Headers

_META_KEY = "exchange"
KEEPS_ABSENCE = "keeps_absence"
"""In the meta of a request of which also the word is kept that there is no such page."""
_ABSENT = (404, 410)
_SECRETS = frozenset({b"proxy-authorization", b"authorization", b"cookie"})


class ExchangeKeeperMiddleware:
    """Sits next to the downloader and leaves an `Exchange` in the request's meta."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Keep a response that carries content, or whose absence is of interest."""
        if is_whole(response) or (response.status in _ABSENT and request.meta.get(KEEPS_ABSENCE)):
            request.meta[_META_KEY] = Exchange(
                url=response.url,
                fetched_at=datetime.now(UTC),
                status=response.status,
                request_headers=flatten_headers(request.headers, without=_SECRETS),
                response_headers=flatten_headers(response.headers),
                body=response.body,
                method=request.method,
                protocol=response.protocol or "HTTP/1.1",
            )
        return response


def kept_exchange(request: Request | None) -> Exchange | None:
    """Return the exchange of a request that was answered with content, None for any other."""
    return None if request is None else request.meta.get(_META_KEY)


def flatten_headers(headers: ScrapyHeaders, without: frozenset[bytes] = frozenset()) -> Headers:
    """Return headers as records have them, without those of the names ``without`` (lower case)."""
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in dict.items(headers)  # Scrapy's own would normalise every name again
        if name.lower() not in without
        for value in values
    )
