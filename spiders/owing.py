"""What the sources of a crawl owe: read on, sources in turn, as far as there is room in line."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from spiders.port import Port
from storage.records import Owed

_MOST_WAITING = 10_000
"""Articles in line at all hosts together, beyond which only sources read on that have none there."""
_MOST_OF_SOURCE = 1_000
_NOT_NOW = object()


class Owing:
    """Which article to look for next, and how many stand in line; memory does not grow with what is owed.

    ``wanted`` None: what the sources owe that are named by and by. It may be lazy: read as there is room.
    """

    def __init__(self, port: Port, wanted: Iterable[Owed] | None) -> None:
        self._port = port
        self._wanted = None if wanted is None else iter(wanted)
        self._sources: deque[tuple[str, Iterator[Owed]]] = deque()
        self._waiting: Counter[str] = Counter()

    @property
    def is_wanted(self) -> bool:
        """Whether certain articles are wanted, and no source is polled."""
        return self._wanted is not None

    @property
    def has_sources(self) -> bool:
        """Whether a source is still being read."""
        return bool(self._sources)

    @property
    def waiting(self) -> int:
        """How many articles stand in line."""
        return self._waiting.total()

    def read(self, slug: str) -> None:
        """Read what a source owes, page by page of its ledger."""
        self._sources.append((slug, self._all_owed(slug)))

    def add(self, slug: str, owed: Iterable[Owed]) -> None:
        """Read these articles of a source."""
        self._sources.append((slug, iter(owed)))

    def next(self) -> Owed | None:
        """Return the next article to look for, sources in turn; None when there is none for now."""
        if self._wanted is not None:
            return next(self._wanted, None) if not self._is_long else None
        for _ in range(len(self._sources)):
            slug, owing = self._sources.popleft()
            owed = next(owing, None) if self._may_read_on(slug) else _NOT_NOW
            if owed is not None:
                self._sources.append((slug, owing))
            if isinstance(owed, Owed):
                return owed
        return None

    def stand(self, owed: Owed) -> None:
        """Note that an article stands in line."""
        self._waiting[owed.source] += 1

    def leave(self, owed: Owed) -> None:
        """Note that an article stands in line no more."""
        self._waiting[owed.source] -= 1

    @property
    def _is_long(self) -> bool:
        """Whether so much stands in line that it should not grow without need."""
        return self.waiting >= _MOST_WAITING

    def _may_read_on(self, source: str) -> bool:
        """Return whether more of a source's articles may stand in line."""
        return self._waiting[source] < (1 if self._is_long else _MOST_OF_SOURCE)

    def _all_owed(self, slug: str) -> Iterator[Owed]:
        after = ""
        while page := self._port.owed(slug, after):
            yield from page
            after = page[-1].info_code
