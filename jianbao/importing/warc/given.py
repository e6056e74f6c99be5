"""Files that another archive of ours was given, out of its WARC files: posts and plain texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import cast
from urllib.parse import unquote

from jianbao.configuration.values import check_slug
from jianbao.importing.counts import ImportCounts
from jianbao.importing.post_batch import store_batch
from jianbao.importing.post_reading import UNNAMED_SOURCE, read_post
from jianbao.importing.text_identity import TEXT_SCHEME
from jianbao.importing.texts import PendingText, TextOrder, name_text
from jianbao.importing.waiting_ghosts import merge_waiting_ghosts
from jianbao.importing.warc.counts import OUTCOMES, Outcome, WarcCounts
from jianbao.importing.warc.order import WarcOrder
from jianbao.importing.warc.survey import Survey
from spiders.readers.encoding import decode_page
from storage.archive.folder import Archive
from storage.archive.settling import preview, settle
from storage.captures.imported_files import find_imported
from storage.ledger.source import list_sources
from storage.records import Resource
from storage.records.saying import say
from storage.warc import payload_digest
from storage.warc.foreign.fault import Faulty
from storage.warc.foreign.index import Entry

_TEXT = re.compile(re.escape(TEXT_SCHEME) + r"([^/]{1,600})/([0-9]{4}-[0-9]{2}-[0-9]{2})/[0-9a-f]{64}")


class GivenFiles:
    """The posts and texts of one import of WARC files, taken in as if they were imported themselves."""

    def __init__(self, archive: Archive, order: WarcOrder, survey: Survey, counted: WarcCounts) -> None:
        self._archive, self._order, self._survey, self._counted = archive, order, survey, counted

    def take(self, entries: Sequence[Entry]) -> None:
        """Take in some files; those that the archive holds are passed over."""
        loaded = [one for one in map(self._load, entries) if one is not None]
        with self._archive.reading() as connection:
            known = find_imported(connection, {payload_digest(one.body) for one in loaded})
        fresh: dict[tuple[str, str], Resource] = {}
        for one in loaded:
            key = one.uri, payload_digest(one.body)
            if key in known or key in fresh:
                self._counted.count("known", _source_of(one))
            else:
                fresh[key] = one
        texts = [one for one in fresh.values() if one.uri.startswith(TEXT_SCHEME)]
        for one in texts:
            self._take_text(one)
        self._take_posts([one for one in fresh.values() if one not in texts])

    def finish(self) -> None:
        """Join the posts that waited for an article with what came since."""
        if not self._order.dry_run and self._survey.index.count("file"):
            merge_waiting_ghosts(self._archive)

    def _load(self, entry: Entry) -> Resource | None:
        try:
            came = self._survey.load(entry)
        except Faulty as lost:
            self._counted.note_fault(*self._survey.place_of(entry), lost.fault)
            return None
        return came if isinstance(came, Resource) else None

    def _take_posts(self, resources: Sequence[Resource]) -> None:
        if not resources:
            return
        ended = ImportCounts()
        posts = [read_post(one) for one in resources]
        store_batch(self._archive, posts, None, ended, preview if self._order.dry_run else settle)
        for slug, counts in ended.sources.items():
            for name in OUTCOMES:
                self._counted.count_many(name, slug, counts[name])
        for name in OUTCOMES:  # what is of no source's is told all the same
            rest = ended.counts[name] - sum(counts[name] for counts in ended.sources.values())
            self._counted.count_many(name, UNNAMED_SOURCE, rest)
        for error in ended.errors:
            self._counted.tell(error)

    def _take_text(self, resource: Resource) -> None:
        found = _TEXT.fullmatch(resource.uri)
        slug = unquote(found[1]) if found is not None else ""
        try:
            day = date.fromisoformat(found[2] if found is not None else "")
            check_slug(slug)
        except ValueError:
            self._counted.count("failed", UNNAMED_SOURCE, say("warc.odd_name", name=resource.uri[:100]))
            return
        with self._archive.reading() as connection:
            names = {row.slug: row.name for row in list_sources(connection)}
        declared = self._order.context.sources.get(slug)
        media = names.get(slug, declared.name if declared is not None else slug)
        text = decode_page(resource.body, None)
        site = declared.site if declared is not None else None
        order, identity = name_text(self._archive, TextOrder(slug, media, day, None, site), text)
        pending = PendingText(
            order, identity, text, resource.body, resource.fetched_at, origin=resource.origin
        )
        (decision,) = (preview if self._order.dry_run else settle)(self._archive, [pending])
        error = say("said.of", subject=resource.uri, what=decision.reason) if decision.reason else None
        self._counted.count(cast(Outcome, decision.outcome), slug, error)


def _source_of(resource: Resource) -> str:
    """Return the source under which a file that is held already is counted."""
    found = _TEXT.fullmatch(resource.uri)
    return unquote(found[1]) if found is not None else UNNAMED_SOURCE
