"""The way of a crawl's deliveries into the archive: some together in one transaction, and soon."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.pictures import CrawlPictures, PictureWishes
from pipelines.case import Waits
from pipelines.decide import decide, give_up
from pipelines.decide_check import decide_check
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.records import Decision, Delivery, Outcome, Owed, PictureDelivery, Snapshot, Voices, Wanted
from storage.records.contract import NO_TERMS, Terms
from storage.records.saying import Saying, say
from storage.search import ReadyTokens

TOGETHER = 16
"""Deliveries in one transaction at most: a crash has so many fetched again."""
SOON = 0.5
"""Seconds that a delivery waits for others at most."""
MOST_PUT_OFF = 16
"""Articles of all sources that wait to be decided with those that come after them."""
PUT_OFF = 60.0
"""Seconds that they wait at most."""
LATEST = 5.0
"""Seconds that a source's latest article waits for its next one: until then nobody knows of a copy."""
_UNWATCHED = Terms(is_watched=False)
_MUCH = 1_000_000
"""Bytes of answers that wait for no others: others could not write while they are compressed."""


class Timer(Protocol):
    """Something that is to be done, unless it is cancelled."""

    def cancel(self) -> None:
        """Leave it undone; nothing where it is done already."""


Later = Callable[[float, Callable[[], None]], Timer]


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A delivery on its way into the archive. ``now`` is aware; ``terms`` None: its source is not watched.

    ``waits`` tells whether it may be put off, see `decide`.
    """

    delivery: Delivery
    now: datetime
    voices: Voices | None = None
    tokens: Sequence[ReadyTokens] = ()
    wishes: PictureWishes | None = None
    terms: Terms | None = None
    waits: Waits = "no"

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        owed = self.delivery.owed
        is_watched = self.terms is not None and self.terms.is_watched
        is_look = self.delivery.sighting is not None
        return Wanted(owed.info_code, source=owed.source if is_watched else None, is_looked_at=is_look)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""
        terms, sighting = self.terms or NO_TERMS, self.delivery.sighting
        if sighting is not None:
            decision = decide_check(self.delivery, sighting, snapshot, self.now, self.voices, terms)
        else:
            decision = decide(self.delivery, snapshot, self.now, self.voices, terms, waits=self.waits)
        return self.wishes.add_to(decision, self.delivery.owed.source) if self.wishes else decision

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it is tried again at its time like any failure, though something came."""
        return give_up(self.delivery.owed, snapshot, self.now, error)


class Deliveries:
    """What a crawl's spider delivers: settled and counted together, whatever interrupts it.

    Articles that may be the first of a break are put off, and decided when more of their source has come, at
    the end of the crawl at the latest. Until then they are owed: whatever ends the crawl, none is lost.
    """

    def __init__(  # noqa: PLR0913 - a crawl has that many sides
        self,
        archive: Archive,
        counted: CrawlCounts,
        *,
        crawl_id: int | None,
        halt: Callable[[Saying], None],
        voices: Voices | None = None,
        later: Later | None = None,
        wishes: PictureWishes | None = None,
        terms: Mapping[str, Terms] | None = None,
    ) -> None:
        """``halt`` ends the crawl; ``later`` has something done after some seconds.

        ``wishes`` None: no pictures are owed. ``terms`` are those of the sources' contracts, of those that
        declare any; None: no source is watched, as pages of years ago tell nothing of those of today.

        Without ``later`` each delivery is settled as it comes.
        """
        self._archive = archive
        self._counted = counted
        self._crawl_id = crawl_id
        self._halt = halt
        self._voices = voices
        self._later = later
        self._wishes = wishes
        self._terms = terms
        self._waiting: list[Delivery] = []
        self._latest: dict[str, Delivery] = {}
        self._put_off: list[Delivery] = []
        self._timers: dict[float, Timer] = {}

    def add(self, delivery: Delivery) -> None:
        """Take a delivery: it is settled soon, with others. Raises as `settle` does."""
        self._waiting.append(delivery)
        if self._later is None or len(self._waiting) >= TOGETHER or _are_much(self._waiting):
            self.settle()
        else:
            self._have_later(SOON, self.settle)

    def settle(self) -> None:
        """Settle what waits, and count it once that is written; what is put off waits on.

        Raises what tells of an archive that cannot be written, which ends the crawl: all of it stays owed.
        """
        self._cancel(SOON)
        if not self._waiting:
            return
        waiting, self._waiting = [*self._latest.values(), *self._waiting], []
        self._latest = {}
        self._settle(waiting, latest=self._find_latest(waiting), may_wait=self._later is not None)
        if self._latest:
            self._have_later(LATEST, self._settle_latest)
        if len(self._put_off) >= MOST_PUT_OFF or _are_much(self._put_off):
            self._settle_put_off()
        elif self._put_off:
            self._have_later(PUT_OFF, self._settle_put_off)

    def settle_all(self) -> None:
        """Settle what waits, and what was put off too. Raises as `settle` does."""
        self.settle()
        self._settle_latest()
        self._settle_put_off()

    def end(self) -> None:
        """Settle all; that it cannot be written is told by how the crawl ends, and by nothing else."""
        with suppress(SQLAlchemyError, OSError):
            self.settle_all()

    def is_at_hand(self, owed: Owed) -> bool:
        """Return whether an article has come in that form, and is not settled yet."""
        waiting = (*self._waiting, *self._latest.values(), *self._put_off)
        return any((one.owed.info_code, one.owed.form) == (owed.info_code, owed.form) for one in waiting)

    def _find_latest(self, deliveries: Sequence[Delivery]) -> frozenset[int]:
        """Return the places of the latest article of each watched source, where these are few."""
        if self._later is None or self._terms is None:
            return frozenset()
        places = {one.owed.source: at for at, one in enumerate(deliveries) if self._terms_of(one).is_watched}
        are_few = len(places) <= MOST_PUT_OFF and not _are_much(deliveries[at] for at in places.values())
        return frozenset(places.values()) if are_few else frozenset()

    def _settle_latest(self) -> None:
        self._cancel(LATEST)
        latest, self._latest = [*self._latest.values()], {}
        self._settle(latest, may_wait=self._later is not None)

    def _settle_put_off(self) -> None:
        self._cancel(PUT_OFF)
        put_off, self._put_off = self._put_off, []
        self._settle(put_off, may_wait=False)

    def _have_later(self, seconds: float, do: Callable[[], None]) -> None:
        """Have something done after so many seconds, if nothing of that kind is to be done already."""
        if self._later is None or seconds in self._timers:
            return

        def run() -> None:
            with suppress(SQLAlchemyError, OSError):
                do()

        self._timers[seconds] = self._later(seconds, run)

    def _cancel(self, seconds: float) -> None:
        timer = self._timers.pop(seconds, None)
        if timer is not None:
            timer.cancel()

    def _settle(
        self, deliveries: Sequence[Delivery], *, latest: Container[int] = (), may_wait: bool = False
    ) -> None:
        """Settle deliveries; ``latest`` are the places of those that wait for the next of their source."""
        if not deliveries:
            return
        now = datetime.now(UTC)
        waits: list[Waits] = [
            "yes" if at in latest else "doubtful" if may_wait else "no" for at in range(len(deliveries))
        ]
        pending = [
            PendingDelivery(each, now, self._voices, (), self._wishes, self._terms_of(each), wait)
            for each, wait in zip(deliveries, waits, strict=True)
        ]
        try:
            decisions = settle(self._archive, pending, self._crawl_id)
        except Exception as error:
            self._halt(_describe(error))
            raise
        for one, decision in zip(pending, decisions, strict=True):
            self._take(one, decision)

    def _take(self, pending: PendingDelivery, decision: Decision) -> None:
        """Count what is settled; keep what is put off."""
        delivery = pending.delivery
        if not decision.is_put_off:
            self._count(delivery, decision)
        elif pending.waits == "yes":
            self._latest[delivery.owed.source] = delivery
        else:
            self._put_off.append(delivery)

    def _terms_of(self, delivery: Delivery) -> Terms:
        return _UNWATCHED if self._terms is None else self._terms.get(delivery.owed.source, NO_TERMS)

    def _count(self, delivery: Delivery, decision: Decision) -> None:
        slug = delivery.owed.source
        self._counted.count(slug, cast(Outcome, decision.outcome))
        if delivery.astray and decision.outcome in ("new", "revised", "unchanged"):
            self._counted.of(slug).astray += 1
        if decision.reason:
            self._counted.note(decision.reason)


def _are_much(deliveries: Iterable[Delivery]) -> bool:
    answers = ((each.exchange, *each.beside) for each in deliveries)
    return sum(len(one.body) for some in answers for one in some if one is not None) > _MUCH


def _describe(error: Exception) -> Saying:
    if isinstance(error, SQLAlchemyError | OSError):
        return say("crawl.not_written", error=str(error))
    return say("crawl.not_stored", type=type(error).__name__, error=str(error))


class DeliveringSpider(Protocol):
    """What the pipeline needs of a spider."""

    deliveries: Deliveries
    kept_pictures: CrawlPictures


class DeliveryPipeline:
    """Scrapy's item pipeline: hands each delivery on, and settles the last ones when the spider ends."""

    def __init__(self, spider: DeliveringSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler whose spider carries the way into the archive."""
        return cls(cast(DeliveringSpider, crawler.spider))

    def process_item(self, item: Delivery | PictureDelivery) -> Delivery | PictureDelivery:
        """Take one delivery, of an article or of a picture."""
        if isinstance(item, PictureDelivery):
            self._spider.kept_pictures.add(item)
        else:
            self._spider.deliveries.add(item)
        return item

    def close_spider(self) -> None:
        """Settle what still waits."""
        self._spider.deliveries.end()
        self._spider.kept_pictures.end()
