"""What came of a request, as kinds read it."""

from __future__ import annotations

from datetime import UTC, datetime

from scrapy.http import Response

from spiders.kinds.kind import Answer
from spiders.middleware.content_decoding import undecodable
from spiders.middleware.exchange_keeper import kept_exchange
from storage.records import Validators

_FOR_GOOD = (301, 308)


def answer_of(response: Response, asked: str) -> Answer:
    """Return the answer that a response is to what was asked for at this address."""
    return Answer(
        asked=asked,
        url=response.url,
        status=response.status,
        body=response.body,
        content_type=read_header(response, "Content-Type"),
        undecodable=undecodable(response),
        fetched_at=_fetched_at(response),
    )


def _fetched_at(response: Response) -> datetime:
    exchange = kept_exchange(response.request)
    return exchange.fetched_at if exchange is not None else datetime.now(UTC)


def validators_of(response: Response) -> Validators:
    """Return what a response says of its page's version."""
    return Validators(read_header(response, "ETag"), read_header(response, "Last-Modified"))


def moved_to(response: Response) -> str | None:
    """Return the address to which a page was moved for good, None when it was not."""
    meta = response.request.meta if response.request else {}
    reasons, urls = meta.get("redirect_reasons", []), [*meta.get("redirect_urls", []), response.url]
    permanent = next((i for i, reason in enumerate(reasons) if reason not in _FOR_GOOD), len(reasons))
    return str(urls[permanent]) if permanent and urls[permanent] != urls[0] else None


def read_header(response: Response, name: str) -> str | None:
    """Return a header of a response, None when it has none of that name."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
