"""Ghosts that an earlier import set aside, and whose articles came since: each is merged with its article."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from jianbao.importing.counts import ImportCounts
from jianbao.importing.post_batch import store_batch
from jianbao.importing.post_folder import is_ghost_name
from jianbao.importing.post_reading import read_post
from pipelines.compare.precedence import FILE_SCHEME
from storage.archive.folder import Archive
from storage.captures.capture import read_captures
from storage.captures.imported_files import find_set_aside
from storage.records import Capture, Resource
from storage.warc import CaptureUnreadable, read_payload


def merge_waiting_ghosts(archive: Archive) -> None:
    """Merge every ghost that waits with its article, where the archive has that by now.

    A ghost whose capture cannot be read waits on.
    """
    with archive.reading() as connection:
        found = read_captures(connection, find_set_aside(connection, FILE_SCHEME))
        waiting = [one for one in found.values() if is_ghost_name(one.url)]
        kept = read_captures(connection, [one.refers_to for one in waiting if one.refers_to is not None])
    originals = [kept.get(one.refers_to or 0, one) for one in waiting]
    posts = [read_post(resource) for resource in _load(archive, waiting, originals)]
    if posts:
        store_batch(archive, posts, datetime.now(UTC), ImportCounts())


def _load(archive: Archive, waiting: Sequence[Capture], originals: Sequence[Capture]) -> Iterator[Resource]:
    for capture, original in zip(waiting, originals, strict=True):
        try:
            body = read_payload(archive.warc_folder, original.place, digest=original.payload_digest).body
        except CaptureUnreadable:
            continue
        yield Resource(capture.url, capture.fetched_at, capture.content_type or "", body)
