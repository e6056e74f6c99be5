"""Importing WARC files: all records surveyed, then lists and articles taken in by their time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from heapq import merge
from itertools import chain, islice
from operator import attrgetter
from typing import TypeVar, cast

from sqlalchemy import Connection

from jianbao.importing.warc.counts import Outcome, WarcCounts
from jianbao.importing.warc.files import Unread, find_warc_files
from jianbao.importing.warc.found import ArticleReader, FoundCapture, digest_of, time_of
from jianbao.importing.warc.given import GivenFiles
from jianbao.importing.warc.lists import KeptList, ListReader, enter_list, read_lists
from jianbao.importing.warc.order import WarcOrder
from jianbao.importing.warc.pictures import PictureTaking
from jianbao.importing.warc.roles import Roles
from jianbao.importing.warc.survey import Survey
from jianbao.upkeep.index import index_news
from jianbao.upkeep.texts import shrink_some_texts
from spiders.declared.rules import ListRules
from storage.archive.folder import Archive
from storage.archive.settling import preview, settle
from storage.articles.article import find_article
from storage.captures.imported_files import find_answers, read_held_text
from storage.ledger.alias import find_renamed
from storage.ledger.owed import find_many_listings
from storage.ledger.source import ensure_import_source, ensure_source, list_sources
from storage.ledger.source_locks import SourceBusy, hold_sources
from storage.records import MEDIA, Busy, Decision, Exchange, Listed, Owed, StoredSource
from storage.records.saying import say
from storage.warc.foreign.fault import Fault, Faulty
from storage.warc.foreign.index import Entry, RecordIndex

Watch = Callable[[WarcCounts], object]

_TOGETHER = 16
"""Captures in one transaction: what holds up a crawl beside the import no longer than its own would."""
_LOCK = "/import-warc"
"""What stands for an import of WARC files among the locks of sources: no slug has a slash."""
_SHOWN = 256
_Item = TypeVar("_Item")


class WarcImportBusy(Busy):
    """Another import of WARC files is under way: wait for it, or stop it."""


def import_warc(archive: Archive, order: WarcOrder, counted: WarcCounts, watch: Watch | None = None) -> None:
    """Import what WARC files hold of the archive's sources, counting into ``counted``.

    What the archive holds already, the same answer of the same moment, is passed over, so that an import that
    was cut short goes on where it ended; an interrupt is noted in ``counted``. Raises `WarcImportBusy`,
    OSError for a path that is not there, and what tells of an archive that cannot be written.
    """
    with ExitStack() as stack:
        if not order.dry_run:
            try:
                stack.enter_context(hold_sources(archive.folder, (_LOCK,)))
            except SourceBusy as busy:
                raise WarcImportBusy(str(say("warc.busy"))) from busy
        WarcImport(archive, order, counted, watch).run()


class WarcImport:
    """One import under way; what else reads answers again takes over how they are found and settled."""

    def __init__(self, archive: Archive, order: WarcOrder, counted: WarcCounts, watch: Watch | None) -> None:
        self._archive, self._order, self._counted, self._watch = archive, order, counted, watch
        self._looked = 0
        self._pictures: PictureTaking | None = None

    def run(self) -> None:
        index = RecordIndex()
        try:
            with self._archive.reading() as connection:
                rows = self._rows_of(connection)
                roles = Roles.of(self._order, self._order.identify(connection), [*rows.values()])
                survey = Survey(roles, index, self._counted, datetime.now(UTC))
                self._look_through(survey)
            try:
                self._take_in(survey, rows)
            finally:
                survey.close()
        except KeyboardInterrupt:
            self._counted.interrupted = True
        finally:
            index.close()
        if not self._order.dry_run:
            index_news(self._archive)
            shrink_some_texts(self._archive)

    def _rows_of(self, connection: Connection) -> dict[str, StoredSource]:
        """Return the sources by slug, those that are configured and not entered yet among them."""
        rows = {row.slug: row for row in list_sources(connection)}
        now = datetime.now(UTC)
        for slug, row in self._order.declared.items():
            if slug not in rows:
                rows[slug] = StoredSource(**asdict(row), added_at=now)
        return rows

    def _look_through(self, survey: Survey) -> None:
        for found in find_warc_files([*self._order.paths]):
            if isinstance(found, Unread):
                self._counted.note_fault(found.name, None, Fault("damaged", found.why))
            else:
                survey.look_through(found, self._show)
        survey.index.finish()

    def _take_in(self, survey: Survey, rows: dict[str, StoredSource]) -> None:
        self._ensure_sources(survey.index)
        lists = ListReader(survey, self._order.context, rows, self._order.max_size)
        reader = ArticleReader(lists, self._order.voices, self._order.complete)
        self._pictures = PictureTaking(self._archive, self._order, lists, self._counted)
        for found in read_lists(lists, self._counted):
            fresh = enter_list(self._archive, found, self._order, keep=self._is_fresh)
            self._counted.count_many("listed", found.source, fresh)
            self._settle_whole(reader, found)
            self._show(always=True)
        given = GivenFiles(self._archive, self._order, survey, self._counted)
        for part in _parts(survey.index.of_role("file")):
            given.take(part)
            self._show(always=True)
        pages = merge(
            survey.index.of_role("article"), survey.index.of_role("moved"), key=attrgetter("moment")
        )
        for part in _parts(chain(pages, survey.index.of_role("wanted"))):
            self._settle(reader, part)
            self._show(always=True)
        given.finish()
        if not self._order.dry_run:
            for _ in self._pictures.run():
                self._show(always=True)

    def _settle_whole(self, reader: ArticleReader, found: KeptList) -> None:
        """Settle the articles that a list has whole and that nobody has archived."""
        for part in _parts(found.whole):
            with self._archive.reading() as connection:
                listings = find_many_listings(connection, [one.info_code for one, _, _ in part])
            pending = [
                reader.take_whole(owed, draft, answer)
                for one, draft, answer in part
                if (owed := _owed_of(found.source, one, listings.get(one.info_code, ()))) is not None
            ]
            self._settle_all(pending)

    def _ensure_sources(self, index: RecordIndex) -> None:
        if self._order.dry_run:
            return
        wanted = index.sources()
        with self._archive.writing() as connection:
            for slug in wanted & self._order.declared.keys():
                ensure_source(connection, self._order.declared[slug])
            if self._order.source is not None and self._order.source not in self._order.declared:
                ensure_import_source(connection, self._order.source, self._order.source)

    def _is_fresh(self, answer: Exchange) -> bool:
        key = (answer.url, answer.fetched_at, digest_of(answer))
        with self._archive.reading() as connection:
            return key not in find_answers(connection, {key[2]})

    def _settle(self, reader: ArticleReader, entries: Sequence[Entry]) -> None:
        """Read some captures, and have those settled that the archive does not hold."""
        self._settle_all(self._unknown([*self._read(reader, entries)]))

    def _settle_all(self, found: Sequence[FoundCapture]) -> None:
        settle_all = preview if self._order.dry_run else settle
        for one, decision in zip(found, settle_all(self._archive, found), strict=True):
            self._count(one, decision)

    def _read(self, reader: ArticleReader, entries: Sequence[Entry]) -> Iterator[FoundCapture]:
        codes = {one.info_code for one in entries}
        with self._archive.reading() as connection:
            renamed = find_renamed(connection, codes)
            listings = find_many_listings(connection, [*codes, *renamed.values()])
            whole = self._find_whole(connection, entries, renamed)
        for entry in entries:
            code = renamed.get(entry.info_code, entry.info_code)
            if code in whole:
                self._counted.count("known", entry.source)
                continue
            try:
                found = reader.read(replace(entry, info_code=code), listings.get(code, ()))
            except Faulty as lost:
                self._counted.note_fault(*reader.lists.survey.place_of(entry), lost.fault)
                continue
            if found is None:
                continue
            if entry.role in ("wanted", "moved") and found.delivery.draft is None:
                self._counted.count("no_article", entry.source)
            else:
                yield found

    def _find_whole(
        self, connection: Connection, entries: Sequence[Entry], renamed: Mapping[str, str]
    ) -> set[str]:
        """Return the articles that are archived as a feed has them whole: their pages say it otherwise."""
        found: set[str] = set()
        for entry in entries:
            declared = self._order.context.sources.get(entry.source)
            code = renamed.get(entry.info_code, entry.info_code)
            if declared is None or not isinstance(declared.rules, ListRules) or not declared.rules.full:
                continue
            stored = find_article(connection, code)
            if stored is not None and read_held_text(connection, code, stored.revision).capture_url in (
                declared.rules.list or (declared.url,)
            ):
                found.add(code)
        return found

    def _unknown(self, found: Sequence[FoundCapture]) -> list[FoundCapture]:
        """Return the captures that the archive does not hold; the others are known."""
        keys = [(one.url, time_of(one.kept), digest_of(one.kept)) for one in found]
        with self._archive.reading() as connection:
            known = find_answers(connection, {digest for _, _, digest in keys})
        fresh: list[FoundCapture] = []
        for one, key in zip(found, keys, strict=True):
            if key in known:
                self._counted.count("known", one.delivery.owed.source)
            else:
                known.add(key)  # the same record may be in several files
                fresh.append(one)
        return fresh

    def _count(self, one: FoundCapture, decision: Decision) -> None:
        source = one.delivery.owed.source
        if decision.outcome == "quarantined" and one.role == "wanted":
            self._counted.count("no_article", source)
            return
        if self._order.dry_run and self._pictures is not None:
            self._counted.count_many("pictures", source, self._pictures.preview(decision))
        error = say("said.of", subject=one.url, what=decision.reason) if decision.reason else None
        self._counted.count(cast(Outcome, decision.outcome), source, error)

    def _show(self, *, always: bool = False) -> None:
        self._looked += 1
        if self._watch is not None and (always or self._looked % _SHOWN == 0):
            self._watch(self._counted)


def _owed_of(source: str, listed: Listed, listings: Sequence[Owed]) -> Owed | None:
    """Return the listing of an article that its list has whole; None where it is archived already."""
    own = next((one for one in listings if one.source == source), None)
    if any(one.state in ("archived", "gone") for one in listings):
        return None
    return own or Owed(source, listed.info_code, MEDIA, listed.url, listed.title)


def _parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    for first in rest:
        yield [*chain((first,), islice(rest, _TOGETHER - 1))]
