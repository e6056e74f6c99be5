"""The category spider: polls category pages, and fetches only the articles that they leave owed."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.addresses import host_of
from spiders.archive_spider import ArchiveSpider
from spiders.content_decoding import decode_response
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.readers.list_identity import doubt_list
from spiders.readers.listing_page import ListPage, read_list_page
from spiders.trouble import explain_failure, tells_of_whole_host
from spiders.wholeness import is_whole
from storage.records import Delivery, Owed, Poll, PollOrder, SetAside, Validators

_NOT_MODIFIED = 304
_FOR_GOOD = (301, 308)
_NOTHING_PRINTED = (404, 410)
_NOT_NOW = object()


class CategorySpider(ArchiveSpider):
    """Polls each source's category page once, then fetches what those sources owe."""

    name = "category"

    def __init__(self, **carried: Any) -> None:
        super().__init__(**carried)
        self._owing: deque[tuple[str, Iterator[Owed]]] = deque()

    async def start(self) -> AsyncIterator[Request | Delivery]:
        """Poll the sources, and fetch the articles owed by each one whose host could be reached."""
        for order in self.port.orders():
            self.turns.join(host_of(order.url), self._poll(order))
        for leftover in self.port.unpolled():
            self._read_owed(leftover)
        async for request in super().start():
            yield request

    def next_owed(self) -> Owed | None:
        """Return the next article that a polled source owes, sources in turn."""
        for _ in range(len(self._owing)):
            slug, owing = self._owing.popleft()
            owed = next(owing, None) if self.may_read_on(slug) else _NOT_NOW
            if owed is not None:
                self._owing.append((slug, owing))
            if isinstance(owed, Owed):
                return owed
        return None

    def parse_listing(self, response: Response) -> None:
        """Record what a category page lists; a page without change ends the poll."""
        order: PollOrder = response.meta["order"]
        reachable = False
        try:
            poll, keep = self._read_poll(response, order)
            poll = _tell_move(poll, _moved_to(response))
            self.port.record_poll(poll, kept_exchange(response.request) if keep else None)
            reachable = True
        finally:
            self._end_poll(order, reachable=reachable)

    def poll_failed(self, failure: Failure) -> None:
        """Record a poll that brought no answer; skip what is owed when the host itself is out of reach."""
        order: PollOrder = failure.request.meta["order"]  # type: ignore[attr-defined]
        try:
            error = str(explain_failure(failure, order.url))
            self.port.record_poll(Poll(order.source, "failed", datetime.now(UTC), error=error), None)
        finally:
            self._end_poll(order, reachable=not tells_of_whole_host(failure))

    def _read_owed(self, slug: str) -> None:
        self._owing.append((slug, self._all_owed(slug)))

    def _all_owed(self, slug: str) -> Iterator[Owed]:
        after = ""
        while page := self.port.owed(slug, after):
            yield from page
            after = page[-1].info_code

    def _end_poll(self, order: PollOrder, *, reachable: bool) -> None:
        if reachable:
            self._read_owed(order.source)
        self.turns.leave(host_of(order.url), answered=reachable)

    def _poll(self, order: PollOrder) -> Request:
        return Request(
            order.url,
            callback=self.parse_listing,
            errback=self.poll_failed,
            headers=self._conditions(order),
            meta={"order": order, "download_slot": host_of(order.url)},
            dont_filter=True,
            priority=10,
        )

    def _conditions(self, order: PollOrder) -> dict[str, str]:
        """Return the headers that ask only for a change, where the host's validators can be trusted."""
        if order.validators is None or not order.may_ask:
            return {}
        if not self.port.trusts_validators(host_of(order.url)):
            return {}
        headers = {
            "If-None-Match": order.validators.etag,
            "If-Modified-Since": order.validators.last_modified,
        }
        return {name: value for name, value in headers.items() if value}

    def _read_poll(self, response: Response, order: PollOrder) -> tuple[Poll, bool]:
        """Return the poll, and whether its response carried something new."""
        now = datetime.now(UTC)
        if response.status == _NOT_MODIFIED:
            return Poll(order.source, "unchanged", now), False
        if response.status in _NOTHING_PRINTED:
            return Poll(order.source, "empty", now, missing=True), False
        if not is_whole(response):
            error = f"{order.url} answered {response.status}"
            return Poll(order.source, "failed", now, error=error), False
        return self._read_page(response, order, now)

    def _read_page(self, response: Response, order: PollOrder, now: datetime) -> tuple[Poll, bool]:
        body_hash = hashlib.sha256(response.body).hexdigest()
        validators = _validators_of(response)
        self._check_validators(order, validators, same_body=body_hash == order.body_hash)
        if body_hash == order.body_hash:
            return Poll(order.source, "unchanged", now, validators=validators, body_hash=body_hash), False
        try:
            page, lost = self._read_listing(response)
        except SetAside as refused:
            moved = doubt_list(order, response.url, ListPage(()))
            error = f"{order.url} {moved or refused}"
            return Poll(order.source, "failed", now, error=error, layout_broken=moved is None), True
        if doubt := doubt_list(order, response.url, page):
            return Poll(order.source, "failed", now, error=f"{order.url} {doubt}"), True
        poll = Poll(
            order.source,
            "changed" if page.listed else "empty",
            now,
            page.listed,
            validators,
            body_hash,
            lost=lost,
            links=page.links,
            unread=page.unread,
            heading=page.heading,
        )
        return poll, True

    def _read_listing(self, response: Response) -> tuple[ListPage, int]:
        """Return what a page lists, and how many of its characters were lost: each title stands by itself."""
        try:
            page = decode_response(response)
            return read_list_page(page.text, response.url), page.lost
        except SetAside:
            raise
        except Exception as error:
            raise SetAside(f"could not be read ({type(error).__name__}: {error})") from error

    def _check_validators(self, order: PollOrder, validators: Validators, *, same_body: bool) -> None:
        """Learn whether the host's validators tell the truth: the same ones must mean the same body."""
        if order.body_hash is None or order.validators is None:
            return
        if validators == order.validators and validators != Validators():
            self.port.note_validators(host_of(order.url), truthful=same_body)


def _tell_move(poll: Poll, address: str | None) -> Poll:
    """Return a poll that tells where its page has moved for good, in its error too when it failed there."""
    error = poll.error
    if error and address:
        error += (
            f"; it has moved to {address} for good: if that is its page now, write it into the source's url"
        )
    return replace(poll, moved_to=address, error=error)


def _moved_to(response: Response) -> str | None:
    """Return the address to which a page was moved for good, None when it was not."""
    meta = response.request.meta if response.request else {}
    reasons, urls = meta.get("redirect_reasons", []), [*meta.get("redirect_urls", []), response.url]
    permanent = next((i for i, reason in enumerate(reasons) if reason not in _FOR_GOOD), len(reasons))
    return str(urls[permanent]) if permanent and urls[permanent] != urls[0] else None


def _validators_of(response: Response) -> Validators:
    return Validators(_header(response, "ETag"), _header(response, "Last-Modified"))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
