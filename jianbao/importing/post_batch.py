"""Storing posts: many in one transaction, and each of them as if it were the only one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from jianbao.importing.counts import ImportCounts, Outcome
from jianbao.importing.post_reading import ReadPost
from pipelines.settle_import import Kept, prepare_import, settle_import
from storage.archive.folder import Archive
from storage.articles.article import find_archived, find_article
from storage.captures.imported_files import find_imported, listing_state
from storage.ledger.listing import UNARCHIVED
from storage.ledger.source import ensure_import_source
from storage.warc import payload_digest


@dataclass(frozen=True, slots=True)
class Ended:
    """How one post ended, in which source, and what is wrong with it: a sentence, None when all is well."""

    outcome: Outcome
    source: str | None = None
    error: str | None = None


def store_batch(archive: Archive, posts: Sequence[ReadPost], now: datetime, counted: ImportCounts) -> None:
    """Store posts in one transaction, and count them once it has committed.

    When one of them can't be stored, each gets a transaction of its own, and that one has failed. Raises
    what tells of the archive itself: that it is full, locked or damaged.
    """
    ordered = sorted(posts, key=lambda post: post.order)
    try:
        ended = _store_together(archive, ordered, now)
    except Exception as error:
        if _concerns_archive(error):
            raise
        ended = [_store_alone(archive, post, now) for post in ordered]
    for each in ended:
        counted.count(each.outcome, each.source, each.error)


def _store_together(archive: Archive, posts: Sequence[ReadPost], now: datetime) -> list[Ended]:
    posts = _prepare(archive, posts, now)
    with archive.writing_batch() as connection:
        return list(_store_each(archive, connection, posts, now))


def _prepare(archive: Archive, posts: Sequence[ReadPost], now: datetime) -> list[ReadPost]:
    """Work out what the posts of articles that are archived need, while others may write."""
    with archive.reading() as connection:
        codes = [post.owed.info_code for post in posts if post.owed is not None]
        archived = find_archived(connection, codes)
        return [
            replace(post, believed=prepare_import(connection, post.owed, post.believed, now))
            if post.owed is not None and (post.owed.info_code in archived or post.believed.draft is not None)
            else post
            for post in posts
        ]


def _store_alone(archive: Archive, post: ReadPost, now: datetime) -> Ended:
    try:
        return _store_together(archive, [post], now)[0]
    except Exception as error:
        if _concerns_archive(error):
            raise
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        return Ended("failed", None, f"{post.name} could not be stored ({said})")


def _store_each(
    archive: Archive, connection: Connection, posts: Sequence[ReadPost], now: datetime
) -> Iterator[Ended]:
    keys = [(post.resource.uri, payload_digest(post.resource.body)) for post in posts]
    known = find_imported(connection, {digest for _, digest in keys})
    entered: set[str] = set()
    for post, key in zip(posts, keys, strict=True):
        capture_id = known.get(key)
        if post.owed is None:
            yield _refuse(post)
        elif capture_id is not None and not _can_merge_now(connection, post):
            yield Ended("known")
        else:
            kept = _keep(archive, connection, post, capture_id)
            known[key] = kept.capture_id
            if post.owed.source not in entered:
                ensure_import_source(connection, post.owed.source, post.source_name)
                entered.add(post.owed.source)
            yield _settle(connection, post, kept, now)


def _keep(archive: Archive, connection: Connection, post: ReadPost, capture_id: int | None) -> Kept:
    """Return where a post's file is kept, after keeping it unless it is."""
    assert post.owed is not None
    if capture_id is None:
        capture_id = archive.keep_file(connection, post.resource, info_code=post.owed.info_code).id
    assert capture_id is not None
    return Kept(capture_id, post.resource.uri)


def _settle(connection: Connection, post: ReadPost, kept: Kept, now: datetime) -> Ended:
    owed = post.owed
    assert owed is not None
    settled = settle_import(connection, owed, post.believed, kept, now)
    error = f"{post.name} ({owed.info_code}) {settled.reason}" if settled.reason else None
    return Ended(settled.outcome, owed.source, error)


def _refuse(post: ReadPost) -> Ended:
    if post.is_post:
        return Ended("failed", None, f"{post.name} {post.believed.reason}")
    return Ended("passed_over")


def _can_merge_now(connection: Connection, post: ReadPost) -> bool:
    """Tell whether a ghost that was set aside earlier has found its article since."""
    owed = post.owed
    if owed is None or post.believed.draft is None:
        return False
    waits = listing_state(connection, owed.source, owed.info_code) in UNARCHIVED
    return waits and find_article(connection, owed.info_code) is not None


def _concerns_archive(error: Exception) -> bool:
    """Return whether an error tells of a full, locked or damaged archive rather than of one odd post."""
    return isinstance(error, DBAPIError | OSError) and not isinstance(error, DataError | IntegrityError)
