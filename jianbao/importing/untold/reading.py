"""Reading untold answers: lists, articles, imported files and pictures, as their imports and crawls did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jianbao.importing.untold.answers import KeptAnswers
from jianbao.importing.untold.files import FileReader
from jianbao.importing.untold.kept import KeptPending
from jianbao.importing.untold.pictures import settle_pictures
from jianbao.importing.warc.counts import WarcCounts
from jianbao.importing.warc.found import ArticleReader
from jianbao.importing.warc.order import WarcOrder
from jianbao.importing.warc.roles import Roles
from jianbao.importing.warc.run import WarcImport
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.captures.capture import name_captures
from storage.records import Exchange
from storage.warc.foreign.index import Entry

Watch = Callable[[str], None]

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

    def run(self) -> None:
        """Read all of them."""
        answers = KeptAnswers(self._archive, self._folder)
        try:
            with self._archive.reading() as connection:
                rows = self._rows_of(connection)
                roles = Roles.of(self._order, self._order.identify(connection), [*rows.values()])
            answers.look_through(roles, self._after)
            self._take_in(answers, rows)
            sites = {slug: one.site for slug, one in self._order.context.sources.items()}
            FileReader(self._archive, answers, self._counted, sites).read_all()
        finally:
            answers.close()

    def _is_fresh(self, answer: Exchange) -> bool:  # noqa: ARG002 - all are kept already
        return False

    def _settle(self, reader: ArticleReader, entries: Sequence[Entry]) -> None:
        found = [*self._read(reader, entries)]
        pending = [KeptPending(one, one.entry.at) for one in found]
        answers = reader.lists.survey
        assert isinstance(answers, KeptAnswers)
        for one, decision in zip(found, settle(self._archive, pending), strict=True):
            self._count(one, decision)
        with self._archive.writing() as connection:
            for one in found:
                beside = answers.find(one.delivery.beside)
                name_captures(connection, one.delivery.owed.info_code, [one.entry.at, *beside])
