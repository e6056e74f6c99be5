"""Reading untold answers: lists, articles, imported files and pictures, as their imports and crawls did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from jianbao.importing.untold.answers import KeptAnswers
from jianbao.importing.untold.files import FileReader
from jianbao.importing.untold.kept import KeptPending
from jianbao.importing.untold.pictures import settle_pictures
from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.found import ArticleReader, FoundCapture
from jianbao.importing.warc.lists import ListReader, enter_list, read_lists
from jianbao.importing.warc.order import WarcOrder
from jianbao.importing.warc.roles import Roles
from jianbao.importing.warc.run import WarcImport
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.captures.capture import name_captures
from storage.records import StoredSource

Watch = Callable[[str], None]

_TOGETHER = 16
"""Captures in one transaction."""

_OUTCOMES = ("new", "revised", "unchanged", "older", "listed", "furniture", "quarantined", "failed")


@dataclass(slots=True)
class RereadCounts:
    """What came of reading answers again: articles by outcome, and how many pictures found their place."""

    counted: WarcCounts = field(default_factory=WarcCounts)
    pictures: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as `rebuild --json` prints it."""
        return {**{name: self.counted.total(name) for name in _OUTCOMES}, "pictures": self.pictures}


def read_untold(
    archive: Archive, warc_folder: Path, order: WarcOrder, after: int, watch: Watch | None = None
) -> RereadCounts:
    """Read the captures behind the one of this id, and enter what they hold; they are written no second time.

    ``warc_folder`` is where their records are. Decided is by their own time, as an import of them would.
    """
    counts = RereadCounts()
    show = (lambda counted: watch(counted.describe())) if watch else None
    _Rereading(archive, warc_folder, order, after, counts.counted, show).run()
    counts.pictures = settle_pictures(archive, warc_folder, after)
    return counts


class _Rereading(WarcImport):
    """One reading of untold answers under way."""

    def __init__(
        self,
        archive: Archive,
        warc_folder: Path,
        order: WarcOrder,
        after: int,
        counted: WarcCounts,
        watch: Callable[[WarcCounts], object] | None,
    ) -> None:
        super().__init__(archive, order, counted, watch)
        self._folder = warc_folder
        self._after = after
        self._answers: KeptAnswers | None = None

    def run(self) -> None:
        """Read all of them."""
        answers = KeptAnswers(self._archive, self._folder)
        try:
            with self._archive.reading() as connection:
                rows = self._rows_of(connection)
                roles = Roles.of(self._order, self._order.identify(connection), [*rows.values()])
            answers.look_through(roles, self._after)
            self._read_all(answers, rows)
            sites = {slug: one.site for slug, one in self._order.context.sources.items()}
            FileReader(self._archive, answers, self._counted, sites).read_all()
        finally:
            answers.close()

    def _read_all(self, answers: KeptAnswers, rows: dict[str, StoredSource]) -> None:
        """Read lists and what they have whole, then articles by their time."""
        self._answers = answers
        self._ensure_sources(answers.index)
        lists = ListReader(answers, self._order.context, rows, self._order.max_size)
        reader = ArticleReader(lists, self._order.voices, self._order.complete)
        for found in read_lists(lists, self._counted):
            fresh = enter_list(self._archive, found, self._order, keep=lambda _: False)
            self._counted.count_many("listed", found.source, fresh)
            self._settle_whole(reader, found)
            self._show(always=True)
        entries = answers.index.of_role("article")
        while part := [*islice(entries, _TOGETHER)]:
            self._settle_all([*self._read(reader, part)])
            self._show(always=True)

    def _settle_all(self, found: Sequence[FoundCapture]) -> None:
        """Settle what is read, each with the capture that it was read from."""
        assert self._answers is not None
        pairs = [(one, held) for one in found if (held := self._answers.find_of(one.kept)) is not None]
        pending = [KeptPending(one, held) for one, held in pairs]
        for (one, _), decision in zip(pairs, settle(self._archive, pending), strict=True):
            self._count(one, decision)
        with self._archive.writing() as connection:
            for one, held in pairs:
                own = [held] if one.role == "article" else []
                beside = self._answers.find(one.delivery.beside)
                name_captures(connection, one.delivery.owed.info_code, [*own, *beside])
