"""What our spiders do with an owed article: look for it at its addresses, and deliver what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.addresses import (
    article_addresses,
    barred_addresses,
    endpoint_address,
    host_of,
    is_allowed,
    is_dated,
    page_address,
)
from spiders.content_decoding import decode_response
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.middleware.silent_hosts import HostSilent
from spiders.middleware.turns import Turns
from spiders.port import Port
from spiders.readers.article_json import read_article_json
from spiders.readers.article_page import read_article
from spiders.readers.encoding import DecodedPage
from spiders.readers.web_codecs import LOST
from spiders.search import Search, Searches
from spiders.trouble import Elsewhere, explain_failure, is_unreachable
from spiders.wholeness import is_whole
from storage.records import Article, Delivery, Draft, Exchange, Owed, SetAside, TryLater, Vanished, Voices

_NOT_THERE = (404, 410)
_AHEAD = 2
"""Requests on their way to a host, as a multiple of those that it is asked at once."""
_MOST_WAITING = 10_000
"""Articles in line at all hosts together, beyond which only sources read on that have none there."""
_MOST_OF_SOURCE = 1_000
_LOOK_EVERY = 0.5  # seconds, while an article waits for a silent host that another lists as well
_PATIENCE_WITH_HOST = 8  # failures to reach it at all; twice what is asked of it at once by default
_PATIENCE = 2
"""Fetches that failed, after which an address that fails again is not waited for: the others are asked."""


class ArchiveSpider(Spider):
    """A spider that fetches owed articles. Subclasses say which, and in what order."""

    name = "archive"
    port: Port
    allowed_hosts: frozenset[str]
    endpoint: str | None
    article_page: str | None
    second_after = 3.0
    """Seconds of a host's silence after which an article is asked for at another host that lists it too."""

    def __init__(
        self,
        port: Port,
        allowed_hosts: frozenset[str],
        endpoint: str | None = None,
        article_page: str | None = None,
        voices: Voices | None = None,
        **carried: Any,
    ) -> None:
        """``article_page`` is where an article's page is found by its code: see `page_address`.

        ``carried`` is set on the spider for the item pipeline: archive, crawl_id, counted, halt."""
        super().__init__(**carried)
        self.port = port
        self.allowed_hosts = allowed_hosts
        self.endpoint = endpoint
        self.article_page = article_page
        self.voices = voices
        self._waiting: Counter[str] = Counter()
        self._silent: Counter[str] = Counter()

    @cached_property
    def turns(self) -> Turns[Request | Search]:
        """What waits for the hosts, and how much is under way at each."""
        return Turns(_AHEAD * self.crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN"))

    @cached_property
    def searches(self) -> Searches:
        """Which articles are looked for where."""
        return Searches(self.turns.silence, self.second_after)

    async def start(self) -> AsyncIterator[Request | Delivery]:
        """Yield requests as their hosts have room, hosts in turn, until all have ended."""
        while True:
            if (item := self.turns.take()) is not None:
                if request := self._begin(item):
                    yield request
            elif (owed := self.next_owed()) is not None:
                if refused := self._line_up(owed):
                    yield refused
            elif self.turns.is_idle and not self.searches.has_waiting:
                return
            else:
                await self.turns.change(_LOOK_EVERY if self.searches.has_waiting else None)
                for search in self.searches.resume():
                    self._join(search)

    def next_owed(self) -> Owed | None:
        """Return the next article to look for, None when there is none for now."""
        raise NotImplementedError

    @property
    def line_is_long(self) -> bool:
        """Whether so much stands in line that it should not grow without need."""
        return self._waiting.total() >= _MOST_WAITING

    def may_read_on(self, source: str) -> bool:
        """Return whether more of a source's articles may stand in line."""
        return self._waiting[source] < (1 if self.line_is_long else _MOST_OF_SOURCE)

    def gives_up_on(self, url: str) -> bool:
        """Return whether a host was out of reach so often in a row that it is left alone."""
        return self._silent[host_of(url)] >= _PATIENCE_WITH_HOST

    def parse_article(self, response: Response) -> Iterator[Delivery]:
        """Read an article's page, or go on to its next address when it is not there."""
        search: Search = response.meta["search"]
        with self._attend(search, answered=True):
            self._silent[search.host] = 0
            yield from self._judge(response, search)

    def article_failed(self, failure: Failure) -> Iterator[Delivery]:
        """Deliver the reason why a request failed, or go on when it only led elsewhere."""
        search: Search = failure.request.meta["search"]  # type: ignore[attr-defined]
        silent = isinstance(failure.value, HostSilent) or is_unreachable(failure)
        with self._attend(search, answered=not silent):
            if isinstance(failure.value, HostSilent):
                yield from self._pass_over(search, failure.value)
                return
            trouble = explain_failure(failure, search.url)
            self._silent[search.host] += is_unreachable(failure)
            if isinstance(trouble, Elsewhere):
                # A redirect off its hosts may be a portal's or a login's: it proves no page to be gone.
                yield from self._look_further(search, str(trouble), TryLater(str(trouble)))
            else:
                yield from self._put_off(search, trouble)

    def _line_up(self, owed: Owed) -> Delivery | None:
        """Put an article in line at its first host; return why when it has none."""
        addresses = article_addresses(owed, self.endpoint, self.allowed_hosts, self.article_page)
        barred = barred_addresses(owed, self.endpoint, self.allowed_hosts)
        site = self.voices.site_of(owed.url) if self.voices is not None else 0
        search = Search(owed, addresses, barred=barred, site=site or 0)
        if not addresses:
            return Delivery(owed, trouble=TryLater(search.tell()))
        self._join(search)
        return None

    def _join(self, search: Search) -> None:
        self._waiting[search.owed.source] += 1
        self.turns.join(search.host, search)

    def _begin(self, item: Request | Search) -> Request | None:
        """Return the request of what has a place at its host; give that back when nobody need ask."""
        if isinstance(item, Request):
            return item
        self._waiting[item.owed.source] -= 1
        if item.answers and self.searches.was_found(item):
            self.searches.end(item)
        elif item.answers or self.searches.begin(item):
            return self._ask(item)
        self.turns.leave(item.host, answered=False)
        return None

    def _ask(self, search: Search) -> Request:
        return Request(
            search.url,
            callback=self.parse_article,
            errback=self.article_failed,
            meta={"search": search, "download_slot": search.host},
            dont_filter=True,
        )

    @contextmanager
    def _attend(self, search: Search, *, answered: bool) -> Iterator[None]:
        """Give the place at the host back, whatever becomes of its answer."""
        try:
            yield
        finally:
            self.turns.leave(search.host, answered=answered)

    def _judge(self, response: Response, search: Search) -> Iterator[Delivery]:
        if response.status in _NOT_THERE:
            yield from self._look_further(search, f"{search.url} answered {response.status}")
            return
        if not is_whole(response):
            yield from self._put_off(search, TryLater(f"{search.url} answered {response.status}"))
            return
        try:
            draft = self._read(response, search)
        except Vanished as nothing:
            yield from self._look_further(search, f"{search.url} {nothing}")
            return
        except SetAside as refused:
            yield from self._set_aside(response, search, refused)
            return
        exchange = kept_exchange(response.request)
        try:
            article = self._judge_draft(search, draft, exchange)
        except SetAside as refused:
            yield from self._set_aside(response, search, refused)
        else:
            delivery = Delivery(search.owed, exchange, draft, article=article)
            if (page := self._page_for_rest(search, draft)) is not None:
                self._go_on(search, search.hold(delivery, page))
            else:
                yield from self._deliver(search, delivery)

    def _judge_draft(self, search: Search, draft: Draft, exchange: Exchange | None) -> Article | None:
        """Return the article that a draft makes by itself; raise `SetAside` when the page is not that."""
        if draft.partial or exchange is None:
            return None
        try:
            return self.port.judge(draft, search.owed, exchange.fetched_at)
        except SetAside:
            raise
        except Exception:  # noqa: BLE001 - whoever stores the draft judges it again, and says what is the matter
            return None

    def _set_aside(self, response: Response, search: Search, refused: SetAside) -> Iterator[Delivery]:
        """Keep a page that is not the article's, and ask the article's other addresses before giving up."""
        exchange = kept_exchange(response.request)
        if exchange is None or search.held is not None:
            told = SetAside(search.tell_of(str(refused)))
            yield from self._deliver(search, Delivery(search.owed, exchange, trouble=told))
            return
        yield from self._pursue(search, search.refuse(exchange, str(refused)))

    def _page_for_rest(self, search: Search, draft: Draft) -> str | None:
        """Return the page to ask for the title and time that an answer leaves out and nobody else tells."""
        owed = search.owed
        is_known = owed.state in ("archived", "gone")
        has_title = draft.title is not None or bool(owed.title)
        has_time = draft.published_at is not None or is_dated(owed.url)
        if not draft.partial or self.article_page is None or is_known or (has_title and has_time):
            return None
        page = page_address(self.article_page, owed.info_code)
        return page if is_allowed(page, self.allowed_hosts) else None

    def _put_off(self, search: Search, trouble: TryLater) -> Iterator[Delivery]:
        """Deliver trouble that may pass; look further when it has come again and again."""
        if search.owed.attempts < _PATIENCE and not search.wrong:
            told = TryLater(search.tell(str(trouble)), trouble.after)
            return self._deliver(search, Delivery(search.owed, trouble=told))
        return self._look_further(search, str(trouble), trouble)

    def _pass_over(self, search: Search, silent: HostSilent) -> Iterator[Delivery]:
        """Leave an article owed as it is; one that failed again and again is looked for at other hosts."""
        if search.held is not None:
            yield from self._deliver(search, Delivery(search.owed, trouble=TryLater(str(silent))))
            return
        further = search.next(str(silent), TryLater(str(silent)))
        if further.wrong or (search.owed.attempts >= _PATIENCE and further.addresses):
            yield from self._pursue(search, further)
            return
        self.searches.end(search, asked=False)
        self.port.leave(search.owed, search.host)

    def _look_further(
        self, search: Search, answer: str, trouble: TryLater | None = None
    ) -> Iterator[Delivery]:
        return self._pursue(search, search.next(answer, trouble))

    def _pursue(self, search: Search, further: Search) -> Iterator[Delivery]:
        """Go on at the next address, or deliver what all of them said."""
        if further.addresses:
            self._go_on(search, further)
            return
        yield from self._deliver(search, further.conclude(), further)

    def _go_on(self, search: Search, further: Search) -> None:
        self.searches.move(search, further)
        self._join(further)

    def _deliver(
        self, search: Search, delivery: Delivery, concluded: Search | None = None
    ) -> Iterator[Delivery]:
        """End a search with its delivery; a failure is no news once another search has found the article."""
        delivery = (concluded or search).give(delivery)
        found = self.searches.was_found(search)
        self.searches.end(search, found=delivery.draft is not None)
        if delivery.exchange is not None or not found:
            yield delivery

    def _read(self, response: Response, search: Search) -> Draft:
        try:
            page = decode_response(response)
            return _believed(self._read_draft(page.text, response.url, search), page)
        except (SetAside, Vanished):
            raise
        except Exception as error:
            raise SetAside(f"could not be read ({type(error).__name__}: {error})") from error

    def _read_draft(self, text: str, url: str, search: Search) -> Draft:
        if self.endpoint and search.url == endpoint_address(self.endpoint, search.owed.info_code):
            return read_article_json(text, url, search.owed.info_code)
        return read_article(text, url)


def _believed(draft: Draft, page: DecodedPage) -> Draft:
    """Return a draft whose own words are whole; raise `SetAside` when what its page lost may be in it."""
    said = (draft.title, draft.tag, draft.media, draft.summary, draft.body_html, draft.linked_html)
    if page.complaint and any(LOST in words for words in said if words):
        raise SetAside(page.complaint)
    return draft
