"""The spider of every crawl: it polls sources of any kind, looks for what they owe, delivers what came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.answer_reading import read_answer
from spiders.answers import answer_of
from spiders.kinds.kind import Answer, Kind, KindContext
from spiders.kinds.registry import UnknownKind, load_kind
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.middleware.places import BudgetSpent
from spiders.middleware.silent_hosts import HostSilent
from spiders.middleware.trouble import Elsewhere, explain_failure, is_of_whole_host, is_unreachable
from spiders.middleware.wholeness import is_whole
from spiders.owing import Owing
from spiders.parts import MOST_PARTS, incomplete
from spiders.pictures import PictureFetches, PictureHosts
from spiders.polling import Polling
from spiders.port import Port
from spiders.recognition.barrier import tell_refusal
from spiders.search import Search, Searches
from spiders.turns import Turns
from storage.records import (
    Article,
    BackOrder,
    Delivery,
    Draft,
    Exchange,
    Owed,
    SetAside,
    TryLater,
    Vanished,
    Voices,
)
from storage.records.host import host_of, is_allowed
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say

_AHEAD = 2
"""Requests on their way to a host, as a multiple of those that it is asked at once."""
_ROOM_FOR_STEP = 50
"""Articles in line, below which the next step back into a history is made."""
_LOOK_EVERY = 0.5  # seconds, while an article waits for a silent host that another lists as well
_PATIENCE_WITH_HOST = 8  # failures to reach it at all; twice what is asked of it at once by default
_PATIENCE = 2
"""Fetches that failed, after which an address that fails again is not waited for: the others are asked."""


class ArchiveSpider(Spider):
    """Polls each source once as its kind says, then fetches what they owe; or just fetches what is wanted."""

    name = "archive"
    second_after = 3.0
    """Seconds of a host's silence after which an article is asked for at another host that lists it too."""

    def __init__(
        self,
        port: Port,
        allowed_hosts: frozenset[str],
        context: KindContext,
        wanted: Iterable[Owed] | None = None,
        voices: Voices | None = None,
        largest_picture: int = 10_000_000,
        **carried: Any,
    ) -> None:
        """``wanted`` None: poll, and fetch what is owed. It may be lazy: it is read as there is room.

        ``largest_picture`` is in bytes.

        ``carried`` is set on the spider for the item pipeline: archive, crawl_id, counted, halt."""
        super().__init__(**carried)
        self.port = port
        self.allowed_hosts = allowed_hosts
        self.voices = voices
        self.largest_picture = largest_picture
        self._picture_hosts = PictureHosts(allowed_hosts)
        self._context = context
        self._kinds: dict[str, Kind] = {}
        self._lists: dict[str, Sequence[Exchange]] = {}
        self._owing = Owing(port, wanted)
        self._silent: Counter[str] = Counter()
        self._is_stepping = False
        self._unsure = 0  # searches in line that another crawl may have made meanwhile

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
        self._begin_polls()
        while True:
            await self._give_way()
            if (item := self.turns.take()) is not None:
                if request := self._begin(item):
                    yield request
            elif (owed := self._owing.next()) is not None:
                if refused := self._line_up(owed):
                    yield refused
            elif not await self._wait_for_more():
                return

    @cached_property
    def pictures(self) -> PictureFetches:
        """The pictures that are fetched after the articles."""
        return PictureFetches(self.turns, self._picture_hosts, self._silent, self.largest_picture)

    @property
    def picture_hosts(self) -> Collection[str]:
        """The hosts beside the allowed ones that may be asked for a picture."""
        return self._picture_hosts.related

    def is_given_up(self, url: str) -> bool:
        """Return whether a host was out of reach so often in a row that it is left alone."""
        return self._silent[host_of(url)] >= _PATIENCE_WITH_HOST

    def parse_listing(self, response: Response) -> None:
        """Take what a poll asked for, and go on to what it asks for next, or record what it found."""
        polling: Polling = response.meta["polling"]
        with self._attend_poll(polling, reachable=True):
            polling.take(response)

    def poll_failed(self, failure: Failure) -> None:
        """Record a poll that brought no answer; skip what is owed when the host itself is out of reach."""
        polling: Polling = failure.request.meta["polling"]  # type: ignore[attr-defined]
        if isinstance(failure.value, BudgetSpent) and not isinstance(polling.order, BackOrder):
            self.port.put_off(polling.order.source, host_of(polling.ask.url))
            self.turns.leave(host_of(polling.ask.url), answered=False)
            return
        with self._attend_poll(polling, reachable=not is_of_whole_host(failure)):
            trouble = explain_failure(failure, polling.ask.url)
            polling.fail(trouble if isinstance(trouble, TryLater) else TryLater(saying_of(trouble)))

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
                yield from self._look_further(search, saying_of(trouble), TryLater(saying_of(trouble)))
            else:
                yield from self._put_off(search, trouble)

    async def _give_way(self) -> None:
        """Begin nothing while another crawl goes before; what stands in line then may be done afterwards."""
        while self.port.has_to_give_way():
            self._unsure = self._owing.waiting
            await self.turns.change(_LOOK_EVERY)

    async def _wait_for_more(self) -> bool:
        """Step back, wait, or go on to the pictures; return False when all has ended."""
        if self._step_back():
            await asyncio.sleep(0)  # a step that asks for nothing must not hold up what was asked for
            return True
        if self.turns.is_idle and not self.searches.has_waiting:
            return self._line_up_pictures()
        await self.turns.change(_LOOK_EVERY if self.searches.has_waiting else None)
        for search in self.searches.resume():
            self._join(search)
        return True

    def _begin_polls(self) -> None:
        if self._owing.is_wanted:
            return
        for order in self.port.orders():
            self._ask_for_list(Polling.begin(order, self.port, self._kind(order.kind).poll(order)))
        for leftover in self.port.unpolled():
            self._owing.read(leftover)

    def _step_back(self) -> bool:
        """Make the next step back where there is room for what it lists; return whether one was made."""
        if self._is_stepping or self._owing.has_sources or self._owing.waiting >= _ROOM_FOR_STEP:
            return False
        order = self.port.next_step()
        if order is None:
            return False
        self._is_stepping = True
        polling = Polling.begin(order, self.port, self._kind(order.kind).poll_back(order))
        if polling.poll is None:
            self._ask_for_list(polling)
        else:
            self._record(polling)
        return True

    def _record(self, polling: Polling) -> None:
        """Enter a poll that has ended; what a step back lists is fetched next."""
        assert polling.poll is not None
        if isinstance(polling.order, BackOrder):
            self._is_stepping = False
            owed = self.port.record_step(polling.order, polling.poll, polling.kept)
            self._owing.add(polling.order.source, owed)
        else:
            self.port.record_poll(polling.poll, polling.kept)

    def _line_up_pictures(self) -> bool:
        """Put the next pictures in line, after all articles; return whether there were any."""
        pictures = self.port.pictures()
        for refused in self.pictures.line_up(pictures):
            self.port.refuse_picture(refused)
        return bool(pictures)

    def _kind(self, name: str) -> Kind:
        """Return a kind, made for this crawl; raise `UnknownKind`."""
        if name not in self._kinds:
            self._kinds[name] = load_kind(name, self._context)
        return self._kinds[name]

    def _kind_of(self, owed: Owed) -> Kind:
        return self._kind(self.port.kind_of(owed.source))

    def _ask_for_list(self, polling: Polling) -> None:
        ask = polling.ask
        host = host_of(ask.url)
        request = Request(
            ask.url,
            method="GET" if ask.body is None else "POST",
            body=ask.body or "",
            callback=self.parse_listing,
            errback=self.poll_failed,
            headers=polling.headers,
            meta={"polling": polling, "download_slot": host},
            dont_filter=True,
            priority=10,
        )
        self.turns.join(host, request)

    @contextmanager
    def _attend_poll(self, polling: Polling, *, reachable: bool) -> Iterator[None]:
        """Give a poll's place at its host back, and ask on; when it has ended, fetch what its source owes."""
        host, is_recorded = host_of(polling.ask.url), False
        try:
            yield
            if polling.poll is None:
                self._ask_for_list(polling)
            else:
                self._record(polling)
                if self._kind(polling.order.kind).has_articles_at_hand:
                    self._lists[polling.order.source] = polling.kept
            is_recorded = True
        finally:
            is_live = not isinstance(polling.order, BackOrder)
            has_answered = reachable or (polling.poll is not None and bool(polling.poll.listed))
            if polling.poll is not None and has_answered and is_recorded and is_live:
                self._owing.read(polling.order.source)
            self.turns.leave(host, answered=reachable and is_recorded)

    def _brought(self, owed: Owed) -> Delivery | None:
        """Return the delivery of an article that its list has whole; one that is not believed is fetched."""
        held = self._kind_of(owed).at_hand(owed)
        answers = self._lists.get(owed.source, ()) if held is not None else ()
        exchange = next((one for one in answers if held is not None and one.url == held[1]), None)
        if held is None or exchange is None:
            return None
        try:
            article = self.port.judge(held[0], owed, exchange.fetched_at)
        except SetAside:
            return None
        return Delivery(owed, exchange, held[0], article=article)

    def _line_up(self, owed: Owed) -> Delivery | None:
        """Put an article in line at its first host; return it when a poll brought it, or why it has none."""
        try:
            if (brought := self._brought(owed)) is not None:
                return brought
            found = self.addresses_of(owed)
        except UnknownKind as unknown:
            return Delivery(owed, trouble=TryLater(saying_of(unknown)))
        addresses = tuple(url for url in found if is_allowed(url, self.allowed_hosts))
        barred = tuple(url for url in found if url not in addresses)
        site = self.voices.site_of(owed.url) if self.voices is not None else 0
        search = Search(owed, addresses, barred=barred, site=site or 0)
        if not addresses:
            return Delivery(owed, trouble=TryLater(search.tell()))
        self._join(search)
        return None

    def addresses_of(self, owed: Owed) -> Sequence[str]:
        """Return where an article may be found, in the order in which to ask; raise `UnknownKind`."""
        return tuple(dict.fromkeys(self._kind_of(owed).addresses(owed)))

    def _join(self, search: Search) -> None:
        self._owing.stand(search.owed)
        self.turns.join(search.host, search)

    def _begin(self, item: Request | Search) -> Request | None:
        """Return the request of what has a place at its host; give that back when nobody need ask."""
        if isinstance(item, Request):
            return item
        self._owing.leave(item.owed)
        if item.answers and self.searches.is_found(item):
            self.searches.end(item)
        elif not item.answers and self._is_done_elsewhere(item):
            pass
        elif item.answers or self.searches.begin(item):
            return self._ask(item)
        self.turns.leave(item.host, answered=False)
        return None

    def _is_done_elsewhere(self, search: Search) -> bool:
        """Return whether a search that stood in line while another crawl went before is needless now."""
        if not self._unsure:
            return False
        self._unsure -= 1
        return not self.port.is_owed(search.owed)

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
        answer = answer_of(response, search.url)
        if answer.is_missing:
            yield from self._look_further(
                search, say("fetch.answered", url=search.url, status=response.status)
            )
            return
        if not is_whole(response):
            yield from self._put_off(search, TryLater(tell_refusal(answer)))
            return
        try:
            draft = self._read(answer, search)
        except Vanished as nothing:
            yield from self._look_further(search, say("said.of", subject=search.url, what=saying_of(nothing)))
            return
        except SetAside as refused:
            yield from self._set_aside(response, search, refused)
            return
        yield from self._take(response, search, draft)

    def _take(self, response: Response, search: Search, draft: Draft) -> Iterator[Delivery]:
        """Deliver what a page says, or look for what it leaves out: further pages of it, or the rest."""
        exchange = kept_exchange(response.request)
        if search.parts:
            yield from self._look_for_part(search, search.join(Delivery(search.owed, exchange, draft)))
            return
        try:
            article = self._judge_draft(search, draft, exchange)
        except SetAside as refused:
            yield from self._set_aside(response, search, refused)
        else:
            delivery = Delivery(search.owed, exchange, draft, article=article)
            if draft.parts:
                yield from self._look_for_part(search, delivery)
            elif (page := self._page_for_rest(search, draft)) is not None:
                self._go_on(search, search.hold(delivery, page))
            else:
                yield from self._deliver(search, delivery)

    def _look_for_part(self, search: Search, delivery: Delivery) -> Iterator[Delivery]:
        """Ask for the next page of an article; deliver it when all have come, or no more may be asked for."""
        page, draft = search.next_part(delivery), delivery.draft
        if page is not None and len(search.parts) < MOST_PARTS and is_allowed(page, self.allowed_hosts):
            self._go_on(search, search.hold_for_part(delivery, page))
            return
        if page is not None and draft is not None:
            delivery = replace(delivery, draft=incomplete(draft, say("fetch.part_not_asked", page=page)))
        yield from self._deliver(search, delivery)

    def _judge_draft(self, search: Search, draft: Draft, exchange: Exchange | None) -> Article | None:
        """Return the article that a draft makes by itself; raise `SetAside` when the page is not that."""
        if draft.partial or draft.parts or draft.is_furniture or exchange is None:
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
            told = SetAside(search.tell_of(saying_of(refused)))
            yield from self._deliver(search, Delivery(search.owed, exchange, trouble=told))
            return
        yield from self._pursue(search, search.refuse(exchange, saying_of(refused)))

    def _page_for_rest(self, search: Search, draft: Draft) -> str | None:
        """Return the page to ask for what an answer leaves out and nobody else tells."""
        page = self._kind_of(search.owed).page_for_rest(draft, search.owed)
        return page if page is not None and is_allowed(page, self.allowed_hosts) else None

    def _put_off(self, search: Search, trouble: TryLater) -> Iterator[Delivery]:
        """Deliver trouble that may pass; look further when it has come again and again."""
        if search.owed.attempts < _PATIENCE and not search.wrong:
            told = TryLater(search.tell(saying_of(trouble)), trouble.after)
            return self._deliver(search, Delivery(search.owed, trouble=told))
        return self._look_further(search, saying_of(trouble), trouble)

    def _pass_over(self, search: Search, silent: HostSilent) -> Iterator[Delivery]:
        """Leave an article owed as it is; one that failed again and again is looked for at other hosts."""
        if search.held is not None:
            yield from self._deliver(search, Delivery(search.owed, trouble=TryLater(saying_of(silent))))
            return
        further = search.next(saying_of(silent), TryLater(saying_of(silent)))
        if further.wrong or (search.owed.attempts >= _PATIENCE and further.addresses):
            yield from self._pursue(search, further)
            return
        self.searches.end(search, asked=False)
        self.port.leave(search.owed, search.host)

    def _look_further(
        self, search: Search, answer: Saying, trouble: TryLater | None = None
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
        found = self.searches.is_found(search)
        self.searches.end(search, found=delivery.draft is not None)
        if delivery.exchange is not None or not found:
            yield delivery

    def _read(self, answer: Answer, search: Search) -> Draft:
        return read_answer(self._kind_of(search.owed), answer, search.owed)
