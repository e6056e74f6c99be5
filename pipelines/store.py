"""Storing an article: capture, article, revision, securities and listing state in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from pipelines.deduplicate import Comparison, Kind, compare
from storage.articles import (
    StoredArticle,
    free_id,
    insert_article,
    insert_revision,
    link_duplicates,
    replace_revision,
    touch_article,
    update_article,
)
from storage.events import record_event, resolve_events
from storage.ledger import date_listings, settle_archived
from storage.records import Article, Owed
from storage.search import ReadyTokens, index_article
from storage.stories import owe_story

PARSER_VERSION = 2
"""Raised whenever readers or normaliser read the same page differently: `reparse` looks for older ones."""


def store_article(
    connection: Connection,
    fetched: Article,
    owed: Owed,
    stored: StoredArticle | None,
    capture_id: int,
    now: datetime,
    ready: ReadyTokens | None = None,
) -> Kind:
    """Store a believable article and settle its listings; return whether it was new, revised or unchanged.

    ``ready`` are its search tokens where somebody has made them already.
    """
    comparison = compare(fetched, stored)
    if stored is None:
        current = _insert(connection, comparison, capture_id, now)
    else:
        current = _update(connection, comparison, stored, capture_id, now)
    index_article(connection, current, stored, ready)
    _date(connection, current, stored)
    if stored is None or _likeness(stored) != _likeness(current):
        owe_story(connection, owed.info_code)
    # Only the forms that came: a change that both twins announce must still be fetched from the other.
    settled = settle_archived(connection, owed.info_code, f"{owed.form} {fetched.form}", capture_id)
    _settle_events(connection, owed, stored, now, others_waited=settled > 1)
    return comparison.kind


def _insert(connection: Connection, comparison: Comparison, capture_id: int, now: datetime) -> StoredArticle:
    assert comparison.article.published_at is not None, "belief lets no article without a time pass"
    current = StoredArticle(
        id=free_id(connection, comparison.article.published_at),
        article=comparison.article,
        forms=comparison.forms,
        content_hash=comparison.content_hash,
        duplicate_of=None,
        first_seen_at=now,
        last_checked_at=now,
        parser_version=PARSER_VERSION,
        revision=1,
        status="archived",
        capture_id=capture_id,
    )
    insert_article(connection, current)
    link_duplicates(connection, comparison.content_hash)
    return current


def _update(
    connection: Connection,
    comparison: Comparison,
    stored: StoredArticle,
    capture_id: int,
    now: datetime,
) -> StoredArticle:
    if not comparison.differs:
        touch_article(connection, stored, now, capture_id)
        return stored
    current = replace(
        stored,
        id=_keep_id(connection, comparison.article, stored),
        article=comparison.article,
        forms=comparison.forms,
        content_hash=comparison.content_hash,
        last_checked_at=now,
        parser_version=PARSER_VERSION,
        revision=stored.revision + (comparison.kind == "revised"),
        status="archived",
        capture_id=capture_id,
    )
    update_article(connection, current)
    if comparison.kind == "revised":
        insert_revision(connection, current, comparison.changed)
    elif _wording(current) != _wording(stored):
        replace_revision(connection, current)
    if comparison.content_hash != stored.content_hash:
        link_duplicates(connection, stored.content_hash)
    if comparison.content_hash != stored.content_hash or current.id != stored.id:
        link_duplicates(connection, comparison.content_hash)
    return current


def _date(connection: Connection, current: StoredArticle, stored: StoredArticle | None) -> None:
    """Let the listings know when their article was published, so that a source's newest are found at once."""
    published_at = current.article.published_at
    assert published_at is not None
    if stored is None or stored.article.published_at != published_at:
        date_listings(connection, current.article.info_code, published_at)


def _keep_id(connection: Connection, article: Article, stored: StoredArticle) -> int:
    if article.published_at is None or article.published_at == stored.article.published_at:
        return stored.id
    return free_id(connection, article.published_at)


def _wording(stored: StoredArticle) -> tuple[str, str, str]:
    return stored.article.title, stored.article.text, stored.content_hash


def _likeness(stored: StoredArticle) -> tuple[datetime | None, str]:
    """Return what an article's near copies are found by."""
    return stored.article.published_at, stored.article.text


def _settle_events(
    connection: Connection, owed: Owed, stored: StoredArticle | None, now: datetime, *, others_waited: bool
) -> None:
    if owed.attempts or others_waited:
        resolve_events(connection, ("quarantine",), now, info_code=owed.info_code)
    if stored is not None and stored.status == "gone":
        resolve_events(connection, ("page_gone",), now, info_code=owed.info_code)
        record_event(
            connection, "page_back", f"{owed.info_code} can be fetched again", now, info_code=owed.info_code
        )
