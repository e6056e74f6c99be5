"""The info-code spider: fetches named articles, listed or not, at their addresses and the endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from scrapy import Request

from spiders.archive_spider import ArchiveSpider
from storage.records import Delivery, Owed


class InfoCodeSpider(ArchiveSpider):
    """Fetches the articles that it is given, one search each."""

    name = "infocode"

    def __init__(self, wanted: Iterable[Owed], **carried: Any) -> None:
        """``wanted`` may be lazy: it is read as there is room for more searches."""
        super().__init__(**carried)
        self._wanted = wanted

    async def start(self) -> AsyncIterator[Request | Delivery]:
        """Yield the first request of every search."""
        for owed in self._wanted:
            async for request in self.search_for(owed):
                yield request
