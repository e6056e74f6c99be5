"""A crawl's pictures: what is owed, in rounds after the articles, and how what came is archived."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from jianbao.configuration import Configuration
from pipelines.pictures import decide_picture, pictures_of
from storage.archive.folder import Archive
from storage.ledger.counts import CrawlCounts
from storage.ledger.picture import (
    change_pictures,
    list_due_facsimiles,
    list_due_pictures,
    owe_facsimiles,
)
from storage.records import Decision, Issue, OwedPictures, PictureDecision, PictureDelivery, PictureOwed
from storage.records.saying import Saying, say

_ROUND = 100
"""Addresses that are given out at once."""
_TOGETHER = 8
"""Pictures in one transaction at most: a crash has so many fetched again."""
_MOST_REMEMBERED = 20_000
_MUCH = 4_000_000  # bytes of pictures that wait for no others


@dataclass(frozen=True, slots=True)
class PictureWishes:
    """Which sources' pictures are kept, by slug, and how much of them.

    ``facsimiles`` names ``image`` or ``pdf`` for the sources whose pages are kept. ``max_count`` is of each
    article; ``max_time`` are the seconds after which a crawl begins no more of them.
    """

    images: frozenset[str] = frozenset()
    facsimiles: Mapping[str, str] = field(default_factory=dict)
    max_size: int = 10_000_000
    max_count: int = 50
    max_time: float = 300.0

    @property
    def sources(self) -> frozenset[str]:
        """The sources that may owe anything here."""
        return self.images | frozenset(self.facsimiles)

    def add_to(self, decision: Decision, source: str) -> Decision:
        """Return a decision with the pictures that its article owes by it."""
        change = decision.article
        if source not in self.images or change is None or change.step in ("gone", "seen"):
            return decision
        urls = pictures_of(change.after.article, self.max_count)
        return replace(decision, pictures=OwedPictures(source, urls)) if urls else decision

    def owe(self, connection: Connection, source: str, issues: Sequence[Issue], now: datetime) -> None:
        """Enter the facsimiles of issues that a poll found."""
        wanted = self.facsimiles.get(source)
        if wanted is not None and issues:
            owe_facsimiles(connection, source, issues, now, with_pdf=wanted == "pdf")


def read_wishes(configuration: Configuration) -> PictureWishes:
    """Return what the configuration says of pictures, of each source or of all."""
    every = configuration.pictures
    kept = {
        source.slug: every.facsimile if source.facsimile is None else source.facsimile
        for source in configuration.sources
    }
    return PictureWishes(
        images=frozenset(
            source.slug
            for source in configuration.sources
            if (every.images if source.images is None else source.images)
        ),
        facsimiles={slug: wanted for slug, wanted in kept.items() if wanted != "none"},
        max_size=every.max_size,
        max_count=every.max_count,
        max_time=every.max_time,
    )


class CrawlPictures:
    """The pictures of one crawl's sources, each address once, whatever interrupts it."""

    def __init__(
        self,
        archive: Archive,
        counted: CrawlCounts,
        wishes: PictureWishes,
        sources: Sequence[str],
        *,
        crawl_id: int | None,
        halt: Callable[[Saying], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``sources`` are those that are crawled; ``halt`` ends the crawl; ``clock`` is in seconds."""
        self._archive = archive
        self._counted = counted
        self._wishes = wishes
        self._sources = sorted(wishes.sources & {*sources})
        self._crawl_id = crawl_id
        self._halt = halt
        self._clock = clock
        self._ends: float | None = None
        self._asked: set[str] = set()
        self._waiting: list[PictureDelivery] = []
        self._kept: dict[str, _Kept] = {}

    def next(self) -> Sequence[PictureOwed]:
        """Return the next pictures to fetch; empty when there are none, or the time for them is over."""
        self.settle()
        if not self._sources or self._is_over():
            return ()
        found: dict[str, PictureOwed] = {}
        repeated: list[_Kept] = []
        with self._archive.reading() as connection:
            for owed in self._due(connection, datetime.now(UTC)):
                if owed.url in self._asked:
                    repeated += self._repeat(owed)
                elif (before := found.get(owed.url)) is None:
                    found[owed.url] = owed
                elif _place(before) == _place(owed):
                    found[owed.url] = replace(before, shown_by=(*before.shown_by, *owed.shown_by))
                if len(found) >= _ROUND:
                    break
        self._write(repeated)
        self._asked |= {*found}
        return list(found.values())

    def _repeat(self, owed: PictureOwed) -> Iterator[_Kept]:
        """Yield what was decided of an address for another that shows it, where it was kept in this crawl."""
        kept = self._kept.get(owed.url)
        if kept is not None and (kept.decision.owed.kind == "pdf") == (owed.kind == "pdf"):
            yield kept.again(owed)

    def add(self, delivery: PictureDelivery) -> None:
        """Take a picture that came, or why it did not; it is written soon, with others."""
        self._waiting.append(delivery)
        if len(self._waiting) >= _TOGETHER or sum(one.size for one in self._waiting) > _MUCH:
            self.settle()

    def settle(self) -> None:
        """Write what waits. Raises what tells of an archive that cannot be written, which ends the crawl."""
        waiting, self._waiting = self._waiting, []
        now = datetime.now(UTC)
        self._write([_Kept(decide_picture(one, now)) for one in waiting])

    def end(self) -> None:
        """Write what waits; that it cannot be written is told by how the crawl ends, and by nothing else."""
        with suppress(SQLAlchemyError, OSError):
            self.settle()

    def _write(self, decided: Sequence[_Kept]) -> None:
        if not decided:
            return
        try:
            with self._archive.writing() as connection:
                written = [self._write_one(connection, one) for one in decided]
        except (SQLAlchemyError, OSError) as error:
            self._halt(say("crawl.not_written", error=str(error)))
            raise
        for before, kept in zip(decided, written, strict=True):
            if before.capture is None:
                self._count(kept.decision)
            if kept.capture is not None and len(self._kept) < _MOST_REMEMBERED:
                self._kept[kept.decision.owed.url] = kept

    def _write_one(self, connection: Connection, kept: _Kept) -> _Kept:
        decision, capture = kept.decision, kept.capture
        if decision.keep is not None:
            stored = self._archive.keep(connection, decision.keep, crawl_id=self._crawl_id)
            assert stored.id is not None
            capture = stored.id, stored.payload_digest
        change_pictures(connection, decision, capture)
        return _Kept(replace(decision, keep=None), capture)

    def _count(self, decision: PictureDecision) -> None:
        counted = self._counted.of(decision.owed.source)
        if decision.state == "archived":
            counted.pictures += 1
        else:
            counted.pictures_failed += 1

    def _due(self, connection: Connection, now: datetime) -> Iterator[PictureOwed]:
        """Yield what is due, source by source: the newest articles' pictures, then the newest facsimiles."""
        for source in self._sources:
            for wanted, listed in (
                (source in self._wishes.images, list_due_pictures),
                (source in self._wishes.facsimiles, list_due_facsimiles),
            ):
                below: tuple[str, str] | None = None
                while wanted and (page := listed(connection, source, now, below)):
                    yield from page
                    below = page[-1].shown_by[0], page[-1].url

    def _is_over(self) -> bool:
        """Return whether the crawl's time for pictures is over; it begins with the first of them."""
        if self._ends is None:
            self._ends = self._clock() + self._wishes.max_time
        return self._clock() >= self._ends


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was decided of a picture, with its capture's id and digest where it has one."""

    decision: PictureDecision
    capture: tuple[int, str] | None = None

    def again(self, owed: PictureOwed) -> _Kept:
        """Return the same for others that show it."""
        return _Kept(replace(self.decision, owed=owed), self.capture)


def _place(owed: PictureOwed) -> tuple[str, str]:
    """Return where the ledger has what shows an address: articles of any source, or one source's issues."""
    return owed.kind, "" if owed.kind == "picture" else owed.source
