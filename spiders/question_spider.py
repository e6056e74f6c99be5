"""The spider of a few questions: it asks one page after another, as a dialogue wants, and keeps nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.answers import answer_of
from spiders.kinds.kind import Answer, Ask
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.middleware.trouble import explain_failure
from spiders.middleware.wholeness import is_whole
from storage.records import Exchange, TryLater
from storage.records.host import host_of
from storage.records.remedy import saying_of
from storage.records.saying import say

Dialogue = Generator[Ask, Answer, Any]
"""It yields what it asks for, is sent what came or thrown `TryLater`, and returns what it found out."""


class QuestionSpider(Spider):
    """Asks as a dialogue wants, no more than ``most`` pages, by the rules of every crawl.

    ``told`` is called with each address before it is asked; ``concluded`` with what the dialogue returned, or
    the error that ended it. Only hosts that the dialogue asks are asked, with and without ``www.``.
    """

    name = "questions"

    def __init__(
        self,
        dialogue: Dialogue,
        most: int,
        told: Callable[[str], None],
        concluded: Callable[[object], None],
        **carried: Any,
    ) -> None:
        super().__init__(**carried)
        self.port = ForgetfulPort()
        self.allowed_hosts: frozenset[str] = frozenset()
        self.kept: dict[str, Exchange] = {}
        self._dialogue = dialogue
        self._left = most
        self._told = told
        self._concluded = concluded

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first question."""
        if (request := self._go_on(None)) is not None:
            yield request

    def is_given_up(self, url: str) -> bool:  # noqa: ARG002 - a few questions give no host up
        """Return whether the host of an address is left alone."""
        return False

    def parse(self, response: Response, **_: Any) -> Request | None:
        """Hand over what came; ask the next."""
        ask: Ask = response.meta["ask"]
        answer = answer_of(response, ask.url)
        exchange = kept_exchange(response.request)
        if exchange is not None:
            self.kept[answer.url] = exchange
        if answer.is_missing or is_whole(response):
            return self._go_on(answer)
        return self._go_on(TryLater(say("fetch.answered", url=ask.url, status=response.status)))

    def failed(self, failure: Failure) -> Request | None:
        """Hand over why nothing came; ask the next."""
        ask: Ask = failure.request.meta["ask"]  # type: ignore[attr-defined]
        trouble = explain_failure(failure, ask.url)
        return self._go_on(trouble if isinstance(trouble, TryLater) else TryLater(saying_of(trouble)))

    def _go_on(self, came: Answer | TryLater | None) -> Request | None:
        """Return the request of the next question, None when the dialogue has ended."""
        while True:
            try:
                ask = self._next(came)
            except StopIteration as ended:
                self._concluded(ended.value)
                return None
            except Exception as error:  # noqa: BLE001 - handed to whoever began the dialogue, which raises it
                self._concluded(error)
                return None
            if self._left > 0:
                return self._request(ask)
            came = TryLater(say("fetch.enough_asked", url=ask.url))

    def _next(self, came: Answer | TryLater | None) -> Ask:
        if came is None:
            return next(self._dialogue)
        return self._dialogue.send(came) if isinstance(came, Answer) else self._dialogue.throw(came)

    def _request(self, ask: Ask) -> Request:
        self._left -= 1
        self._told(ask.url)
        name = urlsplit(ask.url).hostname or ""
        other = name.removeprefix("www.") if name.startswith("www.") else f"www.{name}"
        self.allowed_hosts |= {host_of(ask.url), f"{name}:*", f"{other}:*"}
        return Request(
            ask.url,
            method="GET" if ask.body is None else "POST",
            body=ask.body or "",
            headers={"Referer": ask.referer} if ask.referer else None,
            callback=self.parse,
            errback=self.failed,
            meta={"ask": ask, "download_slot": host_of(ask.url)},
            dont_filter=True,
        )


class ForgetfulPort:
    """What hosts said of themselves, for one dialogue: robots.txt, and how long they want rest."""

    def __init__(self) -> None:
        self._robots: dict[str, bytes] = {}
        self._rests: dict[str, datetime] = {}

    def robots(self, host: str) -> bytes | None:
        """Return a host's robots.txt."""
        return self._robots.get(host)

    def last_robots(self, host: str) -> bytes | None:
        """Return a host's robots.txt."""
        return self._robots.get(host)

    def keep_robots(self, host: str, body: bytes) -> None:
        """Remember a host's robots.txt."""
        self._robots[host] = body

    def rests_until(self, host: str) -> datetime | None:
        """Return until when a host asked to be left alone; None when it did not, or that is over."""
        until = self._rests.get(host)
        return until if until is not None and until > datetime.now(UTC) else None

    def let_rest(self, host: str, until: datetime) -> None:
        """Remember that a host asked to be left alone."""
        self._rests[host] = until
