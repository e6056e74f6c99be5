"""Importing posts: folders of files in, articles with their captures, listings and search rows out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from jianbao.importing.counts import ImportCounts
from jianbao.importing.post_batch import store_batch
from jianbao.importing.post_folder import FoundFile, Stray, Unreadable, find_files, is_ghost_name, load_file
from jianbao.importing.post_reading import ReadPost, read_posts
from jianbao.importing.waiting_ghosts import merge_waiting_ghosts
from jianbao.upkeep.index import index_news
from jianbao.upkeep.texts import shrink_some_texts
from pipelines.compare.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.captures.imported_files import find_imported
from storage.events.event import open_event
from storage.ledger.set_events import resolve_empty_sets
from storage.records import Resource
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say
from storage.warc import payload_digest

Watch = Callable[[ImportCounts], None]

_CONTENT_TYPE = "text/markdown"
_CHUNK_FILES, _CHUNK_BYTES = 64, 1_000_000
_BATCH_FILES, _BATCH_BYTES = 256, 8_000_000
"""Posts in one transaction. A larger one is hardly faster, and holds up a crawl that wants to write."""


def import_posts(
    archive: Archive,
    paths: Sequence[Path],
    max_size: int,
    counted: ImportCounts,
    watch: Watch | None = None,
) -> None:
    """Import the posts at these paths, files or folders, counting into ``counted``.

    Files that were imported before are passed over, so an import that was cut short goes on where it ended;
    an interrupt cuts it short, and is noted in ``counted``.
    Ghosts come last, when the articles are known that they may belong to. Raises OSError for a path that is
    not there, `ReadingStopped`, and what tells of an archive that can't be written.
    """
    _PostImport(archive, max_size, counted, watch).run(paths)


class _PostImport:
    """One import under way."""

    def __init__(self, archive: Archive, max_size: int, counted: ImportCounts, watch: Watch | None) -> None:
        self._archive = archive
        self._max_size = max_size
        self._counted = counted
        self._watch = watch
        self._ghosts: list[FoundFile] = []

    def run(self, paths: Sequence[Path]) -> None:
        for path in paths:
            path.stat()
        try:
            with _sparing_collector():
                self._store(self._chunks(self._all_but_ghosts(paths)))
                self._store(self._chunks(self._ghosts))
        except KeyboardInterrupt:
            self._counted.interrupted = True
        merge_waiting_ghosts(self._archive)
        index_news(self._archive)
        shrink_some_texts(self._archive)
        self._report()

    def _all_but_ghosts(self, paths: Sequence[Path]) -> Iterator[FoundFile]:
        for found in chain.from_iterable(map(find_files, paths)):
            if isinstance(found, Stray):
                self._pass_over(found)
            elif found.is_ghost:
                self._ghosts.append(found)
            else:
                yield found

    def _chunks(self, files: Iterable[FoundFile]) -> Iterator[list[Resource]]:
        """Yield the files' bytes, some at a time, without those that were imported before."""
        loaded = (resource for found in files if (resource := self._load(found)) is not None)
        for chunk in _split(loaded):
            fresh = self._unknown(chunk)
            for _ in range(len(chunk) - len(fresh)):
                self._counted.count("known")
            self._show()
            if fresh:
                yield fresh

    def _load(self, found: FoundFile) -> Resource | None:
        try:
            body = load_file(found, self._max_size)
        except Unreadable as refused:
            self._counted.count("failed", error=say("said.of", subject=found.name, what=saying_of(refused)))
            return None
        return Resource(found.uri, datetime.now(UTC), _CONTENT_TYPE, body)

    def _unknown(self, chunk: Sequence[Resource]) -> list[Resource]:
        keys = [(resource.uri, payload_digest(resource.body)) for resource in chunk]
        with self._archive.reading() as connection:
            known = find_imported(connection, {digest for _, digest in keys})
        return [
            resource
            for resource, key in zip(chunk, keys, strict=True)
            if key not in known or is_ghost_name(resource.uri)
        ]

    def _store(self, chunks: Iterable[Sequence[Resource]]) -> None:
        batch: list[ReadPost] = []
        size = 0
        for posts in read_posts(chunks):
            batch += posts
            size += sum(len(post.resource.body) for post in posts)
            if len(batch) >= _BATCH_FILES or size >= _BATCH_BYTES:
                self._store_batch(batch)
                batch, size = [], 0
        self._store_batch(batch)

    def _store_batch(self, batch: Sequence[ReadPost]) -> None:
        if batch:
            store_batch(self._archive, batch, datetime.now(UTC), self._counted)
        self._show()

    def _pass_over(self, stray: Stray) -> None:
        if stray.reason is None:
            self._counted.count("passed_over")
        else:
            self._counted.count("failed", error=say("said.of", subject=stray.name, what=stray.reason))

    def _show(self) -> None:
        if self._watch is not None:
            self._watch(self._counted)

    def _report(self) -> None:
        """Leave one event, however many posts were set aside: the ledger names each. It is over as soon as
        all of them are archived, at once where each is a damaged copy of what is archived.
        """
        count = self._counted.counts["quarantined"]
        now = datetime.now(UTC)
        with self._archive.writing() as connection:
            if count:
                message = say("import.set_aside", count=count, first=self._first_quarantined())
                open_event(connection, "quarantine", message, now)
            resolve_empty_sets(connection, now, FILE_SCHEME)

    def _first_quarantined(self) -> Saying:
        return self._counted.errors[0] if self._counted.errors else say("import.see_ledger")


def _split(resources: Iterable[Resource]) -> Iterator[list[Resource]]:
    """Yield files some at a time: not too many, and not too many bytes."""
    chunk: list[Resource] = []
    size = 0
    for resource in resources:
        chunk.append(resource)
        size += len(resource.body)
        if len(chunk) >= _CHUNK_FILES or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@contextmanager
def _sparing_collector() -> Iterator[None]:
    """Collect less often: what an import makes by the thousand is freed without it."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
