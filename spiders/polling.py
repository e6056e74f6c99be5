"""A poll under way: what its kind asks for, one page after another, until it knows what the source lists."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Literal

from scrapy.http import Response

from spiders.answers import answer_of, moved_to, validators_of
from spiders.kinds.kind import Answer, Ask, Listing, NotTheList, Steps
from spiders.middleware.exchange_keeper import kept_exchange
from spiders.middleware.wholeness import is_whole
from spiders.port import Port
from spiders.recognition.barrier import barrier_of_list, tell_refusal
from storage.records import BackOrder, Exchange, Poll, PollOrder, SetAside, TryLater, Validators
from storage.records.host import host_of
from storage.records.remedy import saying_of
from storage.records.saying import Saying, join_sayings, say

_NOT_MODIFIED = 304


@dataclass(slots=True)
class Polling:
    """One source's poll. ``ask`` is what it waits for; ``poll`` is there when it has ended, with ``kept``.

    ``kept`` are the answers that brought something new.
    """

    order: PollOrder
    port: Port
    steps: Steps
    ask: Ask
    poll: Poll | None = None
    kept: list[Exchange] = field(default_factory=list)
    _validators: Validators | None = None
    _body_hash: str | None = None
    _moved_to: str | None = None
    _unanswered: int = 0
    _barrier: Saying | None = None

    @classmethod
    def begin(cls, order: PollOrder, port: Port, steps: Steps) -> Polling:
        """Begin a poll with the first page that its kind asks for; one that need ask for none has ended."""
        polling = cls(order, port, steps, Ask(order.url))
        polling._advance(partial(next, steps))
        return polling

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask only for a change, where the host's validators can be trusted."""
        known, host = self.order.validators, host_of(self.ask.url)
        if known is None or not (self.ask.only_if_changed and self.order.may_ask):
            return {}
        if not self.port.has_true_validators(host):
            return {}
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return {name: value for name, value in headers.items() if value}

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the request that is waited for."""
        headers = self.conditions
        if self.ask.referer is not None:
            headers["Referer"] = self.ask.referer
        if self.ask.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def take(self, response: Response) -> None:
        """Go on with what came."""
        if self.ask.only_if_changed:
            self._moved_to = moved_to(response)
        if response.status == _NOT_MODIFIED:
            self._end(Poll(self.order.source, "unchanged", datetime.now(UTC)))
            return
        answer = answer_of(response, self.ask.url)
        if not (answer.is_missing or is_whole(response)):
            self.fail(TryLater(tell_refusal(answer)))
        elif self._has_news(response, answer) is False:
            self._end(self._poll("unchanged"))
        else:
            self._keep(kept_exchange(response.request))
            if self._barrier is None and not answer.is_missing and (barrier := barrier_of_list(answer)):
                self._barrier = say("said.of", subject=self.ask.url, what=barrier)
            self._go_on(answer)

    def fail(self, trouble: TryLater) -> None:
        """Go on where a page could not be had, or end as failed."""
        self._unanswered += 1
        self._go_on(trouble)

    def _go_on(self, came: Answer | TryLater) -> None:
        if isinstance(came, Answer):
            self._advance(partial(self.steps.send, came))
        else:
            self._advance(partial(self.steps.throw, came))

    def _advance(self, step: Callable[[], Ask]) -> None:
        """Take a step of the kind's, to what it asks for next or to the end."""
        try:
            self.ask = step()
        except StopIteration as ended:
            self._end(self._poll_of(ended.value))
        except TryLater as trouble:
            self._end(self._failed(saying_of(trouble)))
        except NotTheList as doubt:
            self._end(self._failed(say("said.of", subject=self.ask.url, what=saying_of(doubt))))
        except SetAside as refused:
            self._end(
                self._failed(
                    say("said.of", subject=self.ask.url, what=saying_of(refused)), layout_broken=True
                )
            )
        except Exception as error:  # noqa: BLE001 - whatever a reader stumbles over, its page is kept and told of
            said = say("fetch.unreadable", url=self.ask.url, type=type(error).__name__, error=str(error))
            self._end(self._failed(said, layout_broken=True))

    def _has_news(self, response: Response, answer: Answer) -> bool | None:
        """Note the version of the page that tells of news; False: it is as before, which ends the poll."""
        if answer.is_missing or not (self.ask.only_if_changed or self.ask.is_noted):
            return None
        return not (self._is_as_before(response) and self.ask.only_if_changed)

    def _is_as_before(self, response: Response) -> bool:
        """Note a page's version, and return whether it is the known one; learn whether its host tells it."""
        self._validators = validators_of(response)
        self._body_hash = hashlib.sha256(response.body).hexdigest()
        known, same = self.order.validators, self._body_hash == self.order.body_hash
        told = self._validators == known and known not in (None, Validators())
        if told and self.order.body_hash is not None:
            self.port.note_validators(host_of(self.ask.url), truthful=same)
        return same

    def _poll_of(self, found: Listing) -> Poll:
        """Return the poll that found this."""
        if found.missing:
            now = datetime.now(UTC)
            return Poll(
                self.order.source,
                "empty",
                now,
                missing=True,
                issues=found.issues,
                headway=found.headway,
            )
        if found.failure:
            failed = self._failed(found.failure, layout_broken=found.layout_broken)
            return replace(failed, listed=found.listed, links=found.links, lost=found.lost)
        if found.trouble and not found.listed:
            return replace(self._failed(found.trouble), issues=found.issues, headway=found.headway)
        if self._barrier is not None and len(self.kept) == 1:
            # What stands before a page tells nothing of it: not that it is empty, nor what it lists.
            return self._failed(self._barrier)
        quiet: Literal["unchanged", "empty"] = "unchanged" if found.is_unchanged else "empty"
        return replace(
            self._poll("changed" if found.listed else quiet),
            listed=found.listed,
            lost=found.lost,
            links=found.links,
            unread=found.unread,
            heading=found.heading,
            issues=found.issues,
            headway=found.headway,
        )

    def _poll(self, outcome: Literal["changed", "empty", "unchanged"]) -> Poll:
        now = datetime.now(UTC)
        return Poll(self.order.source, outcome, now, validators=self._validators, body_hash=self._body_hash)

    def _failed(self, error: Saying, *, layout_broken: bool = False) -> Poll:
        now = datetime.now(UTC)
        return Poll(self.order.source, "failed", now, error=error, layout_broken=layout_broken)

    def _keep(self, exchange: Exchange | None) -> None:
        if exchange is not None:
            self.kept.append(exchange)

    def _end(self, poll: Poll) -> None:
        """End with a poll that tells where its page has moved for good, in its error too when it failed."""
        error, address = poll.error, self._moved_to
        if error and address:
            error = join_sayings((error, say("poll.moved", address=address)))
        order = self.order
        span = (order.first, order.last) if isinstance(order, BackOrder) else None
        self.poll = replace(poll, moved_to=address, error=error, span=span, unanswered=self._unanswered)
