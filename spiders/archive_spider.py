"""What our spiders do with an owed article: look for it at its addresses, and deliver what came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.addresses import article_addresses, endpoint_address, host_of
from spiders.content_decoding import raise_undecodable
from spiders.desk import Desk
from spiders.exchange_keeper import kept_exchange
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import decode_page
from spiders.silent_hosts import HostSilent
from spiders.trouble import Elsewhere, explain_failure, is_unreachable
from storage.records import Delivery, Draft, Owed, SetAside, TryLater, Vanished

_OK = 200
_NOT_THERE = (404, 410)
_FEED_AHEAD = 64
_PATIENCE_WITH_HOST = 8  # failures to reach it at all; twice what is asked of it at once by default
_PATIENCE = 2
"""Fetches that failed, after which an address that fails again is not waited for: the others are asked."""


@dataclass(frozen=True, slots=True)
class Search:
    """The search for one article: where to look next, and what the earlier addresses answered.

    ``trouble`` is the first answer that may pass; without one the article is nowhere.
    """

    owed: Owed
    addresses: tuple[str, ...]
    answers: tuple[str, ...] = ()
    trouble: TryLater | None = None

    @property
    def url(self) -> str:
        """The address to look at now."""
        return self.addresses[0]

    def next(self, answer: str, trouble: TryLater | None = None) -> Search:
        """Return the search after this address gave its answer."""
        return Search(self.owed, self.addresses[1:], (*self.answers, answer), self.trouble or trouble)

    def conclude(self) -> TryLater | Vanished:
        """Return what the answers of all addresses mean together."""
        said = "; ".join(self.answers)
        return Vanished(said) if self.trouble is None else TryLater(said, self.trouble.after)


class ArchiveSpider(Spider):
    """A spider that fetches owed articles. Subclasses say which, and in what order."""

    name = "archive"
    desk: Desk
    allowed_hosts: frozenset[str]
    endpoint: str | None

    def __init__(
        self, desk: Desk, allowed_hosts: frozenset[str], endpoint: str | None = None, **carried: Any
    ) -> None:
        """``carried`` is set on the spider for the item pipeline: archive, crawl_id, tally, halt."""
        super().__init__(**carried)
        self.desk = desk
        self.allowed_hosts = allowed_hosts
        self.endpoint = endpoint
        self._under_way: set[tuple[str, str]] = set()
        self._ended: set[tuple[str, str]] = set()
        self._silent: Counter[str] = Counter()
        self._room = asyncio.Semaphore(_FEED_AHEAD)

    async def search_for(self, owed: Owed) -> AsyncIterator[Request | Delivery]:
        """Begin the search for one article, once there is room; nothing when it is under way in this form."""
        if (owed.info_code, owed.form) in self._under_way | self._ended:
            return
        addresses = article_addresses(owed, self.endpoint, self.allowed_hosts)
        if not addresses:
            yield Delivery(owed, trouble=TryLater(f"{owed.url} is on none of its source's hosts"))
            return
        await self._room.acquire()
        self._under_way.add((owed.info_code, owed.form))
        yield self._ask(Search(owed, addresses))

    def gives_up_on(self, url: str) -> bool:
        """Return whether a host was out of reach so often in a row that it is left alone."""
        return self._silent[host_of(url)] >= _PATIENCE_WITH_HOST

    def parse_article(self, response: Response) -> Iterator[Request | Delivery]:
        """Read an article's page, or go on to its next address when it is not there."""
        search: Search = response.meta["search"]
        self._silent[host_of(search.url)] = 0
        if response.status in _NOT_THERE:
            yield self._look_further(search, f"{search.url} answered {response.status}")
            return
        if response.status != _OK:
            yield self._put_off(search, TryLater(f"{search.url} answered {response.status}"))
            return
        try:
            draft = self._read(response, search)
        except Vanished as nothing:
            yield self._look_further(search, f"{search.url} {nothing}")
        except SetAside as refused:
            yield self._deliver(Delivery(search.owed, kept_exchange(response.request), trouble=refused))
        else:
            yield self._deliver(Delivery(search.owed, kept_exchange(response.request), draft))

    def article_failed(self, failure: Failure) -> Iterator[Request | Delivery]:
        """Deliver the reason why a request failed, or go on when it only led elsewhere."""
        search: Search = failure.request.meta["search"]  # type: ignore[attr-defined]
        if isinstance(failure.value, HostSilent):
            yield from self._pass_over(search, failure.value)
            return
        trouble = explain_failure(failure, search.url)
        self._silent[host_of(search.url)] += is_unreachable(failure)
        if isinstance(trouble, Elsewhere):
            # A redirect off its hosts may be a portal's or a login's: it never proves that a page is gone.
            yield self._look_further(search, str(trouble), TryLater(str(trouble)))
        else:
            yield self._put_off(search, trouble)

    def _ask(self, search: Search) -> Request:
        return Request(
            search.url,
            callback=self.parse_article,
            errback=self.article_failed,
            meta={"search": search},
            dont_filter=True,
        )

    def _put_off(self, search: Search, trouble: TryLater) -> Request | Delivery:
        """Deliver trouble that may pass; look further when it has come again and again."""
        if search.owed.attempts < _PATIENCE:
            return self._deliver(Delivery(search.owed, trouble=trouble))
        return self._look_further(search, str(trouble), trouble)

    def _pass_over(self, search: Search, silent: HostSilent) -> Iterator[Request]:
        """Leave an article owed as it is; one that failed again and again is looked for at other hosts."""
        further = search.next(str(silent), TryLater(str(silent)))
        if search.owed.attempts >= _PATIENCE and further.addresses:
            yield self._ask(further)
            return
        self._end(search.owed)
        self.desk.leave(search.owed, host_of(search.url))

    def _look_further(
        self, search: Search, answer: str, trouble: TryLater | None = None
    ) -> Request | Delivery:
        further = search.next(answer, trouble)
        if further.addresses:
            return self._ask(further)
        return self._deliver(Delivery(search.owed, trouble=further.conclude()))

    def _deliver(self, delivery: Delivery) -> Delivery:
        self._end(delivery.owed)
        return delivery

    def _end(self, owed: Owed) -> None:
        self._under_way.discard((owed.info_code, owed.form))
        self._ended.add((owed.info_code, owed.form))
        self._room.release()

    def _read(self, response: Response, search: Search) -> Draft:
        try:
            text = decode_response(response)
            if self.endpoint and search.url == endpoint_address(self.endpoint, search.owed.info_code):
                return read_article_json(text, response.url, search.owed.info_code)
            return read_article(text, response.url)
        except (SetAside, Vanished):
            raise
        except Exception as error:
            raise SetAside(f"could not be read ({type(error).__name__}: {error})") from error


def decode_response(response: Response) -> str:
    """Return a response's text; raise SetAside for one that has none."""
    raise_undecodable(response)
    content_type = response.headers.get("Content-Type")
    if not response.body:
        raise SetAside("has an empty body")
    return decode_page(response.body, content_type.decode("latin-1") if content_type else None)
