"""The way of a crawl's deliveries into the archive: some together in one transaction, and soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from sqlalchemy.exc import SQLAlchemyError

from pipelines.decide import decide, give_up
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.ledger.counts import CrawlCounts
from storage.records import Decision, Delivery, Outcome, Snapshot, Voices, Wanted
from storage.search import ReadyTokens

TOGETHER = 16
"""Deliveries in one transaction at most: a crash has so many fetched again."""
SOON = 0.5
"""Seconds that a delivery waits for others at most."""

Later = Callable[[float, Callable[[], None]], object]


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A delivery on its way into the archive. ``now`` is aware."""

    delivery: Delivery
    now: datetime
    voices: Voices | None = None
    tokens: Sequence[ReadyTokens] = ()

    @property
    def wanted(self) -> Wanted:
        """What the decision asks about."""
        return Wanted(self.delivery.owed.info_code)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Return what becomes of it."""
        return decide(self.delivery, snapshot, self.now, self.voices)

    def give_up(self, snapshot: Snapshot, error: Exception) -> Decision:
        """Return that it is tried again at its time like any failure, though something came."""
        return give_up(self.delivery.owed, snapshot, self.now, error)


class Deliveries:
    """What a crawl's spider delivers: settled and counted together, whatever interrupts it."""

    def __init__(
        self,
        archive: Archive,
        counted: CrawlCounts,
        *,
        crawl_id: int | None,
        halt: Callable[[str], None],
        voices: Voices | None = None,
        later: Later | None = None,
    ) -> None:
        """``halt`` ends the crawl; ``later`` has something done after some seconds.

        Without ``later`` each delivery is settled as it comes.
        """
        self._archive = archive
        self._counted = counted
        self._crawl_id = crawl_id
        self._halt = halt
        self._voices = voices
        self._later = later
        self._waiting: list[Delivery] = []

    def add(self, delivery: Delivery) -> None:
        """Take a delivery; it is settled soon, with others. Raises as `settle` does."""
        self._waiting.append(delivery)
        if self._later is None or len(self._waiting) >= TOGETHER:
            self.settle()
        elif len(self._waiting) == 1:
            self._later(SOON, self.end)

    def settle(self) -> None:
        """Settle and count what waits. An archive that cannot be written ends the crawl: all stays owed."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        now = datetime.now(UTC)
        pending = [PendingDelivery(each, now, self._voices) for each in waiting]
        try:
            decisions = settle(self._archive, pending, self._crawl_id)
        except (SQLAlchemyError, OSError) as error:
            self._halt(f"the archive cannot be written: {error}")
            raise
        for delivery, decision in zip(waiting, decisions, strict=True):
            self._count(delivery, decision)

    def end(self) -> None:
        """Settle what waits where nobody could be told that it failed but by the end of the crawl."""
        with suppress(SQLAlchemyError, OSError):
            self.settle()

    def _count(self, delivery: Delivery, decision: Decision) -> None:
        slug = delivery.owed.source
        self._counted.count(slug, cast(Outcome, decision.outcome))
        if delivery.astray and decision.outcome in ("new", "revised", "unchanged"):
            self._counted.of(slug).astray += 1
        if decision.reason:
            self._counted.note(decision.reason)


class DeliveringSpider(Protocol):
    """What the pipeline needs of a spider."""

    deliveries: Deliveries


class DeliveryPipeline:
    """Scrapy's item pipeline: hands each `Delivery` on, and settles the last ones when the spider ends."""

    def __init__(self, spider: DeliveringSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler whose spider carries the way into the archive."""
        return cls(cast(DeliveringSpider, crawler.spider))

    def process_item(self, item: Delivery) -> Delivery:
        """Take one delivery."""
        self._spider.deliveries.add(item)
        return item

    def close_spider(self) -> None:
        """Settle what still waits."""
        self._spider.deliveries.end()
