"""Pictures and facsimiles out of others' files: whatever the articles and issues taken in are owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.lists import ListReader, answer_of
from jianbao.importing.warc.order import WarcOrder
from pipelines.pictures import decide_picture
from storage.archive.folder import Archive
from storage.ledger.picture import change_pictures, list_lacking_facsimiles, list_lacking_pictures
from storage.records import (
    Decision,
    Exchange,
    PictureDecision,
    PictureDelivery,
    PictureOwed,
    SetAside,
    TryLater,
)
from storage.records.picture import read_pdf, read_picture
from storage.warc.foreign.fault import Faulty
from storage.warc.foreign.index import Entry

_NEAR = timedelta(days=3650)
"""How far from its page a picture may have been asked for: what is at its address hardly changes."""
_TOGETHER = 8
"""Pictures in one transaction: a crawl beside the import waits no longer than for its own."""


class PictureTaking:
    """The pictures of one import, after its articles."""

    def __init__(self, archive: Archive, order: WarcOrder, lists: ListReader, counted: WarcCounts) -> None:
        self._archive, self._order, self._lists, self._counted = archive, order, lists, counted

    def run(self) -> Iterator[None]:
        """Take in every picture that is lacking and is in the files; yield after each transaction."""
        for source in sorted(self._order.pictured):
            waiting: list[tuple[PictureDecision, Exchange]] = []
            for owed in self._lacking(source):
                found = self._find(owed)
                taken = self._take(owed, found) if found is not None else None
                if taken is not None:
                    waiting.append(taken)
                if len(waiting) >= _TOGETHER:
                    self._write(source, waiting)
                    waiting = []
                    yield
            self._write(source, waiting)
            yield

    def preview(self, decision: Decision) -> int:
        """Return how many of the pictures that a decision owes are in the files."""
        owed = decision.pictures
        urls = owed.urls if owed is not None and owed.source in self._order.pictured else ()
        return sum(self._arrive(url, decision.at) is not None for url in urls)

    def _lacking(self, source: str) -> Iterator[PictureOwed]:
        for listed in (list_lacking_pictures, list_lacking_facsimiles):
            below: tuple[str, str] | None = None
            while True:
                with self._archive.reading() as connection:
                    page = listed(connection, source, below)
                if not page:
                    break
                yield from page
                below = page[-1].shown_by[0], page[-1].url

    def _find(self, owed: PictureOwed) -> Entry | None:
        """Return the capture of a picture's address that is nearest to that of a page which shows it."""
        now = datetime.now(UTC)
        page = self._arrive(owed.shown_on, now) if owed.shown_on is not None else None
        return self._arrive(owed.url, page.moment if page is not None else now)

    def _arrive(self, url: str, moment: datetime) -> Entry | None:
        return self._lists.survey.index.arrive(url, moment, _NEAR)

    def _take(self, owed: PictureOwed, found: Entry) -> tuple[PictureDecision, Exchange] | None:
        """Return that a picture is archived, and what is kept of it; None for what is none."""
        try:
            came = self._lists.survey.load(found)
        except Faulty as lost:
            self._counted.note_fault(*self._lists.survey.place_of(found), lost.fault)
            return None
        if not isinstance(came, Exchange):
            return None
        answer = answer_of(came, self._order.max_picture_size)
        if answer.undecodable is not None or len(answer.body) > self._order.max_picture_size:
            return None
        try:
            facts = (read_pdf if owed.kind == "pdf" else read_picture)(answer.body)
        except (SetAside, TryLater):
            return None
        delivery = PictureDelivery(owed, replace(came, url=owed.url), facts, len(answer.body))
        decision = decide_picture(delivery, found.moment)
        return replace(decision, attempts=owed.attempts), replace(came, url=owed.url)

    def _write(self, source: str, taken: list[tuple[PictureDecision, Exchange]]) -> None:
        if not taken:
            return
        with self._archive.writing() as connection:
            for decision, came in taken:
                capture = self._archive.keep(connection, came)
                assert capture.id is not None
                change_pictures(connection, decision, (capture.id, capture.payload_digest))
        self._counted.count_many("pictures", source, len(taken))
