"""Untold files: posts and texts that were imported, read again from where the archive keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import cast
from urllib.parse import unquote

from jianbao.importing.post_batch import list_pending
from jianbao.importing.post_reading import read_post
from jianbao.importing.text_identity import TEXT_SCHEME, identify_text
from jianbao.importing.texts import PendingText, TextOrder
from jianbao.importing.untold.answers import KeptAnswers
from jianbao.importing.untold.kept import KeptPending
from jianbao.importing.warc.counts import Outcome, WarcCounts
from pipelines.compare.precedence import FILE_SCHEME
from spiders.readers.encoding import decode_page
from storage.archive.folder import Archive
from storage.archive.settling import settle
from storage.captures.capture import name_captures
from storage.records import Resource
from storage.warc import payload_digest
from storage.warc.foreign.fault import Faulty
from storage.warc.foreign.index import Entry

_TOGETHER = 256


@dataclass(slots=True)
class FileReader:
    """What reads files; ghosts come last, as in their import."""

    archive: Archive
    answers: KeptAnswers
    counted: WarcCounts
    sites: Mapping[str, str | None]

    def read_all(self) -> None:
        """Read all files, some in a transaction."""
        entries = self.answers.index.of_role("file")
        while part := [*islice(entries, _TOGETHER)]:
            files = [(entry, file) for entry in part if (file := self._load(entry)) is not None]
            self._store_posts([one for one in files if one[1].uri.startswith(FILE_SCHEME)])
            for entry, file in files:
                if file.uri.startswith(TEXT_SCHEME):
                    self._store_text(entry, file)

    def _load(self, entry: Entry) -> Resource | None:
        try:
            file = self.answers.load(entry)
        except Faulty as lost:
            self.counted.note_fault(*self.answers.place_of(entry), lost.fault)
            return None
        return file if isinstance(file, Resource) else None

    def _store_posts(self, files: list[tuple[Entry, Resource]]) -> None:
        if not files:
            return
        kept = {(file.uri, payload_digest(file.body)): entry.at for entry, file in files}
        posts = list_pending(self.archive, [read_post(file) for _, file in files], None)
        self._settle([KeptPending(one, kept[one.wanted.file]) for one in posts if one.wanted.file in kept])

    def _store_text(self, entry: Entry, file: Resource) -> None:
        slug, day, _ = file.uri.removeprefix(TEXT_SCHEME).split("/")
        slug, text = unquote(slug), decode_page(file.body, None)
        order = TextOrder(slug, slug, date.fromisoformat(day))
        identity = identify_text(slug, order.day, text, self.sites.get(slug))
        pending = PendingText(order, identity, text, file.body, file.fetched_at)
        self._settle([KeptPending(pending, entry.at)])

    def _settle(self, pending: Sequence[KeptPending]) -> None:
        decisions = settle(self.archive, pending)
        with self.archive.writing() as connection:
            for one, decision in zip(pending, decisions, strict=True):
                name_captures(connection, decision.info_code, [one.capture_id])
        for decision in decisions:
            slug = decision.enter.source if decision.enter is not None else ""
            self.counted.count(cast(Outcome, decision.outcome), slug)
