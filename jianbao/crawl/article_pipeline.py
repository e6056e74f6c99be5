"""Scrapy's item pipeline: where every fetched article ends, one way or another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, Self, cast

from scrapy.crawler import Crawler
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from pipelines.settle import Settled, settle_delivery
from storage.archive.folder import Archive
from storage.ledger.counts import CrawlCounts
from storage.records import Delivery, TryLater, Voices


class ArchivingSpider(Protocol):
    """What the pipeline needs of a spider: where to store, under which crawl, where to count, how to stop."""

    archive: Archive
    crawl_id: int
    counted: CrawlCounts
    halt: Callable[[str], None]
    voices: Voices | None


class ArticlePipeline:
    """Takes each `Delivery` to its outcome, and counts it."""

    def __init__(self, spider: ArchivingSpider) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build the pipeline for a crawler whose spider carries the archive."""
        return cls(cast(ArchivingSpider, crawler.spider))

    def process_item(self, item: Delivery) -> Delivery:
        """Settle one delivery; an archive that cannot be written ends the crawl: the listing stays owed."""
        spider = self._spider
        try:
            settled = self._settle(item)
        except (SQLAlchemyError, OSError) as error:
            spider.halt(f"the archive cannot be written: {error}")
            raise
        spider.counted.count(item.owed.source, settled.outcome)
        if item.astray and settled.outcome in ("new", "revised", "unchanged"):
            spider.counted.of(item.owed.source).astray += 1
        if settled.reason:
            spider.counted.note(settled.reason)
        return item

    def _settle(self, item: Delivery) -> Settled:
        """Settle a delivery; one that could not be stored is tried again at its time like any failure."""
        archive, crawl_id = self._spider.archive, self._spider.crawl_id
        try:
            voices = getattr(self._spider, "voices", None)
            return settle_delivery(archive, item, crawl_id, datetime.now(UTC), voices)
        except Exception as error:
            if _concerns_archive(error):
                raise
            reason = f"could not be stored ({type(error).__name__}: {error})"
        storable = reason.encode("ascii", "backslashreplace").decode("ascii")
        return settle_delivery(
            archive, Delivery(item.owed, trouble=TryLater(storable)), crawl_id, datetime.now(UTC)
        )


def _concerns_archive(error: Exception) -> bool:
    """Return whether an error tells of a full, locked or damaged archive rather than of one odd article."""
    return isinstance(error, DBAPIError | OSError) and not isinstance(error, DataError | IntegrityError)
