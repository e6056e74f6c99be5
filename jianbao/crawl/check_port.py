"""The port of a check: what the archive knows of the pages that are looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from jianbao.crawl.port import ArchivePort, RunOfPort
from storage.archive.folder import Archive
from storage.archive.known_page import read_known_page
from storage.ledger.counts import CrawlCounts
from storage.records import Exchange, Owed
from storage.records.look import KnownPage
from storage.warc import payload_digest

_MOST_REMEMBERED = 1_000


class ArchiveCheckPort(ArchivePort):
    """The archive as `spiders.checking.CheckPort` sees it."""

    def __init__(
        self, archive: Archive, slugs: Sequence[str], counted: CrawlCounts, **run: Unpack[RunOfPort]
    ) -> None:
        super().__init__(archive, slugs, counted, **run)
        self._pages: dict[str, KnownPage] = {}

    def known_page(self, owed: Owed) -> KnownPage:
        """Return what is known of an article's page, as it was when it was first asked for."""
        known = self._pages.get(owed.info_code)
        if known is None:
            known = read_known_page(self._archive, owed.info_code)
            if len(self._pages) >= _MOST_REMEMBERED:
                del self._pages[next(iter(self._pages))]
            self._pages[owed.info_code] = known
        return known

    def is_as_kept(self, owed: Owed, exchange: Exchange) -> bool:
        """Return whether an answer is byte for byte the one from which the article was read."""
        return self.known_page(owed).payload_digest == payload_digest(exchange.body)
