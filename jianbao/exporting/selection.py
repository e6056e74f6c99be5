"""What an export takes out: the articles that answer a query, counted as they go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.exporting.exported_article import ExportedArticle
from storage.articles.whole import complete_articles
from storage.ledger.source import list_sources
from storage.records import WholeArticle
from storage.records.press_days import PRESS_ZONE
from storage.search import Order, Query, iterate_matches

Watch = Callable[[int], None]
"""Told how many articles have gone by, now and then."""

_OFTEN = 100


@dataclass(slots=True)
class ExportCounts:
    """How many articles went by, in all and by source, and when the first and the last were published.

    An article that several sources list counts for each of them.
    """

    articles: int = 0
    sources: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None

    def count(self, whole: WholeArticle) -> None:
        """Count one article."""
        self.articles += 1
        self.sources.update(whole.sources)
        moment = whole.stored.article.published_at
        if moment is not None:
            self.first = moment if self.first is None else min(self.first, moment)
            self.last = moment if self.last is None else max(self.last, moment)


@dataclass(slots=True)
class Selection:
    """The articles that answer a query in one consistent view of the archive. ``now`` is aware.

    ``missing`` collects sentences about what should be in the export and could not be.
    """

    connection: Connection
    warc_folder: Path
    query: Query
    now: datetime
    watch: Watch | None = None
    counts: ExportCounts = field(default_factory=ExportCounts)
    missing: list[str] = field(default_factory=list)

    def whole(self, order: Order = "oldest") -> Iterator[WholeArticle]:
        """Yield the articles in the order of their publication, and count them."""
        matches = iterate_matches(self.connection, self.query, order)
        for whole in complete_articles(self.connection, matches):
            self.counts.count(whole)
            if self.watch is not None and self.counts.articles % _OFTEN == 0:
                self.watch(self.counts.articles)
            yield whole

    def articles(self, order: Order = "oldest") -> Iterator[ExportedArticle]:
        """Yield the articles with the zone of the source that listed each first, and count them."""
        zones = {row.slug: row.timezone for row in list_sources(self.connection)}
        for whole in self.whole(order):
            zone = ZoneInfo(zones[whole.sources[0]]) if whole.sources else PRESS_ZONE
            yield ExportedArticle(whole, zone)
