"""The spider of checks: it looks again at archived pages, and says of each what it saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Protocol
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from spiders.answers import answer_of, validators_of
from spiders.archive_spider import ArchiveSpider
from spiders.kinds.kind import Answer
from spiders.middleware.exchange_keeper import KEEPS_ABSENCE, kept_exchange
from spiders.middleware.wholeness import is_whole
from spiders.port import Port
from spiders.recognition.barrier import are_alike, is_of_absence
from spiders.search import Key, Search
from storage.records import Delivery, Draft, Exchange, Owed, SetAside, Vanished
from storage.records.look import Absence, KnownPage, Sighting
from storage.records.saying import Saying, say

_NOT_MODIFIED = 304
_FRONT_PAGES = frozenset({"", "index", "default", "home", "main"})


class CheckPort(Port, Protocol):
    """What a check asks of the archive besides."""

    def known_page(self, owed: Owed) -> KnownPage:
        """Return what is known of an article's page."""

    def is_as_kept(self, owed: Owed, exchange: Exchange) -> bool:
        """Return whether an answer is byte for byte the one from which the article was read."""


class CheckSpider(ArchiveSpider):
    """Looks at each wanted article at the address where it was last, then at the others."""

    name = "check"
    port: CheckPort

    def __init__(self, port: CheckPort, *arguments: object, **carried: object) -> None:
        super().__init__(port, *arguments, **carried)  # type: ignore[arg-type]
        self._missed: dict[Key, list[Sighting]] = {}

    def addresses_of(self, owed: Owed) -> Sequence[str]:
        """Return where an article may be, the address first at which it was found last."""
        known, found = self.port.known_page(owed), super().addresses_of(owed)
        return found if known.found_at is None else tuple(dict.fromkeys((known.found_at, *found)))

    def _ask(self, search: Search) -> Request:
        request = super()._ask(search)
        request.meta[KEEPS_ABSENCE] = True
        for name, value in self._conditions(search).items():
            request.headers[name] = value
        return request

    def _conditions(self, search: Search) -> dict[str, str]:
        """Return the headers that ask only for a change, where the host's validators can be trusted."""
        known = self.port.known_page(search.owed)
        if search.url != known.captured_at or known.is_gone or not self.port.has_true_validators(search.host):
            return {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}

    def _judge(self, response: Response, search: Search) -> Iterator[Delivery]:
        answer, exchange = answer_of(response, search.url), kept_exchange(response.request)
        if response.status == _NOT_MODIFIED:
            yield from self._deliver(search, Delivery(search.owed))
        elif search.held is not None:
            yield from super()._judge(response, search)
        elif answer.is_missing:
            said = say("check.answered", url=search.url, status=answer.status)
            yield from self._miss(search, answer, exchange, "missing", said)
        elif is_whole(response) and self._is_led_home(answer, search):
            said = say("check.led_home", url=search.url, to=answer.url)
            yield from self._miss(search, answer, exchange, "home", said)
        elif is_whole(response) and exchange is not None and self._is_as_before(response, exchange, search):
            yield from self._deliver(search, Delivery(search.owed, exchange))
        else:
            yield from super()._judge(response, search)

    def _is_as_before(self, response: Response, exchange: Exchange, search: Search) -> bool:
        """Return whether the same bytes came again; what that says of the host's validators is noted."""
        known, told = self.port.known_page(search.owed), validators_of(response)
        is_same = self.port.is_as_kept(search.owed, exchange)
        if search.url == known.captured_at and known.etag and known.etag == told.etag:
            self.port.note_validators(search.host, truthful=is_same)
        return is_same and not known.is_gone

    def _is_led_home(self, answer: Answer, search: Search) -> bool:
        """Return whether a redirect led to a front page, a list of ours, or a folder above the article."""
        if not answer.url or _place(answer.url) == _place(search.url):
            return False
        lists = {_place(declared.url) for declared in self._context.sources.values()}
        return _is_front(answer.url) or _place(answer.url) in lists or _is_above(answer.url, search.url)

    def _take(self, response: Response, search: Search, draft: Draft) -> Iterator[Delivery]:
        """Take what a page says, unless a redirect led to another article's."""
        known = self.port.known_page(search.owed)
        places = {_place(url) for url in (search.url, known.found_at, known.captured_at) if url}
        titles = [title for title in (known.title, search.owed.title) if title]
        if _place(response.url) not in places and search.held is None and not _is_called(draft, titles):
            said = say("check.led_to_another", url=search.url, to=response.url)
            answer, exchange = answer_of(response, search.url), kept_exchange(response.request)
            yield from self._miss(search, answer, exchange, "home", said)
            return
        yield from super()._take(response, search, draft)

    def _set_aside(self, response: Response, search: Search, refused: SetAside) -> Iterator[Delivery]:
        """Take a page that says of itself that there is none for what it says; others tell nothing."""
        answer = answer_of(response, search.url)
        if search.held is None and is_of_absence(answer):
            said = say("check.says_absent", url=search.url)
            yield from self._miss(search, answer, kept_exchange(response.request), "soft_404", said)
            return
        yield from super()._set_aside(response, search, refused)

    def _miss(
        self, search: Search, answer: Answer, exchange: Exchange | None, found: Absence, said: Saying
    ) -> Iterator[Delivery]:
        """Note that an address has the article no more, and look further."""
        exchanges = () if exchange is None else (exchange,)
        sighting = Sighting(found, answer.url, answer.status, exchanges=exchanges, said=said)
        self._missed.setdefault(search.key, []).append(sighting)
        return self._look_further(search, said)

    def _deliver(
        self, search: Search, delivery: Delivery, concluded: Search | None = None
    ) -> Iterator[Delivery]:
        missed = self._missed.pop(search.key, [])
        for each in super()._deliver(search, delivery, concluded):
            yield replace(each, sighting=self._sight(search, each, missed))

    def _sight(self, search: Search, delivery: Delivery, missed: Sequence[Sighting]) -> Sighting:
        """Return what the looks at all addresses of an article come to."""
        exchange = delivery.exchange
        is_there = delivery.draft is not None or delivery.trouble is None
        if not is_there and isinstance(delivery.trouble, Vanished):
            kept = tuple(chain.from_iterable(one.exchanges for one in missed))
            first = missed[0] if missed else Sighting("missing", search.url)
            return replace(first, exchanges=kept)
        url = exchange.url if exchange is not None else search.url
        status = exchange.status if exchange is not None else _NOT_MODIFIED if is_there else None
        if not is_there:
            return Sighting("unanswered", url, status)
        is_moved = self._is_moved(delivery.owed, url, has_missed=bool(missed))
        return Sighting("moved" if is_moved else "alive", url, status, is_same=delivery.draft is None)

    def _is_moved(self, owed: Owed, url: str, *, has_missed: bool) -> bool:
        """Return whether an article is elsewhere than it was, and not at the address that is listed."""
        known = self.port.known_page(owed)
        last = known.found_at or known.captured_at or owed.url
        return _place(url) != _place(last) and (has_missed or _place(url) != _place(owed.url))


def _place(url: str) -> tuple[str, str, str]:
    """Return an address as two that mean the same have it: without scheme, fragment and final slash."""
    parts = urlsplit(url)
    return parts.netloc.lower(), parts.path.rstrip("/"), parts.query


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    name = parts.path.strip("/").lower()
    return not parts.query and "/" not in name and name.partition(".")[0] in _FRONT_PAGES


def _is_above(url: str, asked: str) -> bool:
    """Return whether an address is of a folder in which another one lies, on the same host."""
    folder, page = urlsplit(url), urlsplit(asked)
    if folder.netloc.lower() != page.netloc.lower() or folder.query:
        return False
    path, _, name = folder.path.rpartition("/")
    is_folder = name.lower().partition(".")[0] in _FRONT_PAGES
    return is_folder and page.path.startswith(f"{path}/")


def _is_called(draft: Draft, titles: Sequence[str]) -> bool:
    return draft.title is not None and any(are_alike(draft.title, title) for title in titles)
