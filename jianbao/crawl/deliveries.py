"""The way of a crawl's deliveries into the archive: some together in one transaction, and soon."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from sqlalchemy.exc import SQLAlchemyError

from jianbao.crawl.pictures import CrawlPictures, PictureWishes
from pipelines.decide import decide, give_up
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.records import Decision, Delivery, Outcome, PictureDelivery, Snapshot, Voices, Wanted
from storage.records.contract import NO_TERMS, Terms
from storage.records.saying import Saying, say
from storage.search import ReadyTokens

TOGETHER = 16
"""Deliveries in one transaction at most: a crash has so many fetched again."""
SOON = 0.5
"""Seconds that a delivery waits for others at most."""
_MUCH = 1_000_000
"""Bytes of answers that wait for no others: others could not write while they are compressed."""


class Timer(Protocol):
    """Something that is to be done, unless it is cancelled."""

    def cancel(self) -> None:
        """Leave it undone; nothing where it is done already."""


Later = Callable[[float, Callable[[], None]], Timer]


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A delivery on its way into the archive. ``now`` is aware; ``terms`` None: its source is not watched."""

    delivery: Delivery
    now: datetime
    voices: Voices | None = None
    tokens: Sequence[ReadyTokens] = ()
    wishes: PictureWishes | None = None
    terms: Terms | None = None

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        owed = self.delivery.owed
        is_watched = self.terms is not None and self.terms.is_watched
        return Wanted(owed.info_code, source=owed.source if is_watched else None)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""
        decision = decide(self.delivery, snapshot, self.now, self.voices, self.terms or NO_TERMS)
        return self.wishes.add_to(decision, self.delivery.owed.source) if self.wishes else decision

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it is tried again at its time like any failure, though something came."""
        return give_up(self.delivery.owed, snapshot, self.now, error)


class Deliveries:
    """What a crawl's spider delivers: settled and counted together, whatever interrupts it."""

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
        self._timer: Timer | None = None

    def add(self, delivery: Delivery) -> None:
        """Take a delivery: it is settled soon, with others. Raises as `settle` does."""
        self._waiting.append(delivery)
        if self._later is None or len(self._waiting) >= TOGETHER or self._is_much:
            self.settle()
        elif self._timer is None:
            self._timer = self._later(SOON, self.end)

    def settle(self) -> None:
        """Settle what waits, and count it once that is written.

        Raises what tells of an archive that cannot be written, which ends the crawl: all of it stays owed.
        """
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting, self._timer = self._waiting, [], None
        if not waiting:
            return
        now = datetime.now(UTC)
        pending = [
            PendingDelivery(each, now, self._voices, wishes=self._wishes, terms=self._terms_of(each))
            for each in waiting
        ]
        try:
            decisions = settle(self._archive, pending, self._crawl_id)
        except Exception as error:
            self._halt(_describe(error))
            raise
        for delivery, decision in zip(waiting, decisions, strict=True):
            self._count(delivery, decision)

    def end(self) -> None:
        """Settle what waits; that it cannot be written is told by how the crawl ends, and by nothing else."""
        with suppress(SQLAlchemyError, OSError):
            self.settle()

    def _terms_of(self, delivery: Delivery) -> Terms | None:
        return None if self._terms is None else self._terms.get(delivery.owed.source, NO_TERMS)

    @property
    def _is_much(self) -> bool:
        answers = ((each.exchange, *each.beside) for each in self._waiting)
        return sum(len(one.body) for some in answers for one in some if one is not None) > _MUCH

    def _count(self, delivery: Delivery, decision: Decision) -> None:
        slug = delivery.owed.source
        self._counted.count(slug, cast(Outcome, decision.outcome))
        if delivery.astray and decision.outcome in ("new", "revised", "unchanged"):
            self._counted.of(slug).astray += 1
        if decision.reason:
            self._counted.note(decision.reason)


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
