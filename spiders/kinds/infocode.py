"""The info-code spider: fetches named articles, listed or not, at their addresses and the endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spiders.archive_spider import ArchiveSpider
from storage.records import Owed


class InfoCodeSpider(ArchiveSpider):
    """Fetches the articles that it is given, one search each."""

    name = "infocode"

    def __init__(self, wanted: Iterable[Owed], **carried: Any) -> None:
        """``wanted`` may be lazy: it is read as there is room for more searches."""
        super().__init__(**carried)
        self._wanted = iter(wanted)

    def next_owed(self) -> Owed | None:
        """Return the next article that is wanted."""
        return next(self._wanted, None) if not self.line_is_long else None
