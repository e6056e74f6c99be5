"""Searches: each looks for one article at one address after another, and no article is looked for twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from spiders.parts import incomplete, join_part
from spiders.readers.supplement import supplement
from storage.records import Delivery, Draft, Exchange, Owed, SetAside, TryLater, Vanished
from storage.records.host import host_of
from storage.records.remedy import saying_of
from storage.records.saying import Saying, join_sayings, say

_MOST_REMEMBERED = 100_000
_PATIENCE = 2
"""Fetches that failed, after which an article is taken without a page that does not come."""

Key = tuple[str, str]
"""Info code and form: what is fetched once, whoever lists it."""


@dataclass(frozen=True, slots=True)
class Search:
    """The search for one article: where to look next, and what the earlier addresses answered.

    ``trouble`` is the first answer that may pass; without one the article is nowhere. ``barred`` are
    addresses on hosts that are not allowed. ``held`` is an answer that has come and leaves something out: the
    rest, or further pages of the article; ``parts`` are the addresses of those that were asked for.
    ``site`` is the number of the site that lists it: an earlier one may speak for
    it though a later one has it.
    ``wrong`` are pages that were not the article's, each with a clause that says why.
    """

    owed: Owed
    addresses: tuple[str, ...]
    answers: tuple[Saying, ...] = ()
    trouble: TryLater | None = None
    barred: tuple[str, ...] = ()
    held: Delivery | None = None
    parts: tuple[str, ...] = ()
    wrong: tuple[tuple[Exchange, Saying], ...] = ()
    site: int = 0

    @property
    def url(self) -> str:
        """The address to look at now."""
        return self.addresses[0]

    @property
    def host(self) -> str:
        """The host to ask now."""
        return host_of(self.url)

    @property
    def key(self) -> Key:
        """What it is looking for."""
        return self.owed.info_code, self.owed.form

    def next(self, answer: Saying, trouble: TryLater | None = None) -> Search:
        """Return the search after this address gave its answer."""
        trouble = self.trouble or trouble
        return replace(self, addresses=self.addresses[1:], answers=(*self.answers, answer), trouble=trouble)

    def refuse(self, exchange: Exchange, why: Saying) -> Search:
        """Return the search after this address gave a page that is not the article's."""
        further = self.next(say("said.of", subject=self.url, what=why))
        return replace(further, wrong=(*self.wrong, (exchange, why)))

    def hold(self, delivery: Delivery, page: str) -> Search:
        """Return the search for what an answer leaves out, at the article's page."""
        left_out = say("fetch.leaves_out", url=self.url)
        return replace(self, addresses=(page,), answers=(left_out,), held=delivery)

    def next_part(self, delivery: Delivery) -> str | None:
        """Return the address of the next page of an article of which this is there; None for none."""
        linked = delivery.draft.parts if delivery.draft is not None else ()
        return next((url for url in linked if url not in (*self.parts, self.owed.url)), None)

    def hold_for_part(self, delivery: Delivery, page: str) -> Search:
        """Return the search for a further page of an article."""
        answers = (say("fetch.goes_on", url=self.url),)
        return replace(self, addresses=(page,), answers=answers, held=delivery, parts=(*self.parts, page))

    def join(self, further: Delivery) -> Delivery:
        """Return the pages of an article so far with one more, all answers kept."""
        assert self.held is not None and self.held.draft is not None and further.draft is not None  # noqa: PT018
        beside = (*self.held.beside, *_there(further.exchange))
        return replace(self.held, draft=join_part(self.held.draft, further.draft), beside=beside)

    def give(self, delivery: Delivery) -> Delivery:
        """Return what to deliver in the end: an answer that is held, with what this last one adds to it."""
        if self.held is None or self.held.exchange is None or self.held.draft is None:
            return self._with_wrong(delivery)
        if self.parts:
            return self._without_part(delivery, self.held.draft)
        beside = (delivery.exchange,) if delivery.exchange is not None else ()
        if delivery.draft is None:
            said = _said(delivery)
            if self.addresses and self.url not in said:  # what all addresses answered names each of them
                said = say("said.of", subject=self.url, what=said)
            return replace(self.held, beside=beside, said=said)
        draft = supplement(self.held.draft, delivery.draft)
        return replace(self.held, draft=draft, beside=beside)

    def _without_part(self, delivery: Delivery, draft: Draft) -> Delivery:
        """Return what to deliver where a page of an article did not come: the rest, or to try again."""
        if delivery.draft is not None:
            return delivery
        if isinstance(delivery.trouble, TryLater) and self.owed.attempts < _PATIENCE:
            return Delivery(self.owed, trouble=delivery.trouble)
        said = say("fetch.part_missing", page=self.parts[-1], why=_said(delivery))
        beside = (*self.held.beside, *_there(delivery.exchange)) if self.held else ()
        return replace(self.held or delivery, draft=incomplete(draft, said), beside=beside)

    def _with_wrong(self, delivery: Delivery) -> Delivery:
        """Return a delivery with the wrong pages that came before it, so that they are kept."""
        kept = tuple(exchange for exchange, _ in self.wrong if exchange is not delivery.exchange)
        return replace(delivery, beside=(*delivery.beside, *kept), astray=bool(kept)) if kept else delivery

    def tell(self, *answers: Saying) -> Saying:
        """Return what all addresses answered, this one as given, and which were not asked, in a sentence."""
        return join_sayings((*self.answers, *answers, *self._not_asked))

    def tell_of(self, answer: Saying) -> Saying:
        """Return what this address answered, a clause about it, and what the others did."""
        return join_sayings((answer, *self.answers, *self._not_asked))

    @property
    def _not_asked(self) -> tuple[Saying, ...]:
        return tuple(say("fetch.other_host", url=url) for url in self.barred)

    def conclude(self) -> Delivery:
        """Return what the answers of all addresses mean together: a wrong page is quarantined, with them all.

        The capture is the first wrong page's, and the reason begins with what is the matter with that.
        """
        if self.wrong:
            exchange, why = self.wrong[0]
            others = [answer for answer in self.answers if not answer.endswith(f" {why}")]
            others += [answer for answer in self.answers if answer.endswith(f" {why}")][1:]
            trouble = SetAside(join_sayings((why, *others, *self._not_asked)))
            return Delivery(self.owed, exchange, trouble=trouble)
        said = self.tell()
        if self.trouble is None:
            return Delivery(self.owed, trouble=Vanished(said))
        return Delivery(self.owed, trouble=TryLater(said, self.trouble.after))


def _said(delivery: Delivery) -> Saying:
    """Return why a delivery brought no article."""
    return saying_of(delivery.trouble) if delivery.trouble is not None else say("page.brought_nothing")


def _there(exchange: Exchange | None) -> tuple[Exchange, ...]:
    return () if exchange is None else (exchange,)


class Searches:
    """Which articles are looked for where, and which were found: two listings of one make one fetch.

    Where two hosts list an article, the second is asked only when the first fails, or is silent for long.
    """

    def __init__(self, silence: Callable[[str], float], second_after: float) -> None:
        """``silence`` tells for how many seconds a host that was asked has given no sign of life.

        After ``second_after`` of them the second host is asked.
        """
        self._second_after = second_after
        self._silence = silence
        self._asking: dict[Key, list[str]] = {}
        self._asked: dict[Key, set[str]] = {}
        self._found: dict[Key, int] = {}
        self._later: dict[Key, list[Search]] = {}

    def begin(self, search: Search) -> bool:
        """Begin a search unless another may yet find its article: then it waits; return whether it began."""
        key, host = search.key, search.host
        asking = self._asking.get(key, [])
        if (
            search.site >= self._found.get(key, search.site + 1)
            or host in asking
            or host in self._asked.get(key, ())
        ):
            return False
        if not self._is_hopeless(asking):
            self._later.setdefault(key, []).append(search)
            return False
        self._asking.setdefault(key, []).append(host)
        return True

    def move(self, search: Search, further: Search) -> None:
        """Note that a search goes on to another address."""
        asking = self._asking[search.key]
        asking[asking.index(search.host)] = further.host
        self._asked.setdefault(search.key, set()).add(search.host)

    def end(self, search: Search, *, found: bool = False, asked: bool = True) -> None:
        """Note that a search has ended; ``asked`` False: its host was left alone, so others may ask it."""
        asking = self._asking[search.key]
        asking.remove(search.host)
        if not asking:
            del self._asking[search.key]
        if found:
            self._found[search.key] = min(search.site, self._found.get(search.key, search.site))
        elif asked:
            self._asked.setdefault(search.key, set()).add(search.host)
        for memory in (self._found, self._asked):
            if len(memory) > _MOST_REMEMBERED:
                del memory[next(iter(memory))]

    def is_found(self, search: Search) -> bool:
        """Return whether another search found the article meanwhile."""
        return search.key in self._found

    @property
    def has_waiting(self) -> bool:
        """Whether an article is listed elsewhere that one host was asked for and has not brought yet."""
        return bool(self._later)

    def resume(self) -> Iterator[Search]:
        """Yield what waited for another search that has ended, or whose host is silent."""
        for key in [key for key in self._later if self._is_hopeless(self._asking.get(key, []))]:
            yield from self._later.pop(key)

    def _is_hopeless(self, hosts: list[str]) -> bool:
        return all(self._silence(host) >= self._second_after for host in hosts)
