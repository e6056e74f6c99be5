"""Storing an article: capture, article, revision, securities and listing state in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from pipelines.deduplicate import Comparison, Kind, compare, supersede
from pipelines.prepare import Prepared
from pipelines.witnesses import settle_time
from storage.articles.article import (
    free_id,
    insert_article,
    insert_revision,
    link_duplicates,
    replace_revision,
    touch_article,
    update_article,
)
from storage.articles.time_change import record_time_change
from storage.events.event import record_event, resolve_events
from storage.ledger.settlement import date_listings, settle_archived
from storage.records import Article, Owed, StoredArticle, TimeChange
from storage.search import ReadyTokens, index_article
from storage.stories.story import owe_story

PARSER_VERSION = 3
"""Raised whenever readers or normaliser read the same page differently: `reparse` looks for older ones."""


def store_article(  # noqa: PLR0913 - storing has that many sides
    connection: Connection,
    fetched: Article,
    owed: Owed,
    stored: StoredArticle | None,
    capture_id: int,
    now: datetime,
    ready: Prepared | ReadyTokens | None = None,
    *,
    only: Sequence[str] | None = None,
    supersedes: bool = False,
) -> Kind:
    """Store a believable article and settle its listings; return whether it was new, revised or unchanged.

    ``ready`` is what was worked out before, or its search tokens alone; of another state of things it does no
    harm. ``only`` are the sources whose
    listings it settles, None for all; ``supersedes``: it takes the place of a text that nothing is kept of.
    """
    if supersedes and stored:
        comparison = supersede(fetched, stored)
    elif isinstance(ready, Prepared) and ready.is_of(fetched, stored):
        comparison = ready.comparison
    else:
        comparison = compare(fetched, stored)
    if stored is None:
        current = _insert(connection, comparison, capture_id, now)
    else:
        current = _update(connection, comparison, stored, capture_id, now)
    _follow(connection, current, stored, _tokens_in(ready))
    # Only the forms that came: a change that both twins announce must still be fetched from the other.
    settled = settle_archived(connection, owed.info_code, f"{owed.form} {fetched.form}", capture_id, only)
    _settle_events(connection, owed, stored, now, others_waited=settled > 1)
    return comparison.kind


def amend_time(
    connection: Connection, fetched: Article, stored: StoredArticle, capture_id: int, now: datetime
) -> bool:
    """Give an archived article a time that is better witnessed, and nothing else of what was fetched.

    For an answer whose text does not stand: the original of the article stays what it was. Return whether
    that changed it.
    """
    leads = fetched.form == "media" or "media" not in stored.forms.split()
    timed = settle_time(fetched, stored.article, leads=leads)
    article = replace(
        stored.article, published_at=timed.published_at, precision=timed.precision, witness=timed.witness
    )
    if article == stored.article and article.witness == stored.article.witness:
        return False
    current = replace(stored, id=_keep_id(connection, article, stored), article=article)
    update_article(connection, current)
    link_duplicates(connection, current.content_hash)
    _record_time(connection, current, stored, capture_id, now)
    _follow(connection, current, stored)
    return True


def _follow(
    connection: Connection,
    current: StoredArticle,
    stored: StoredArticle | None,
    ready: Sequence[ReadyTokens] = (),
) -> None:
    """Bring index, listings and stories up to date with an article as it was and as it is."""
    index_article(connection, current, stored, ready)
    _date(connection, current, stored)
    if stored is None or _likeness(stored) != _likeness(current):
        owe_story(connection, current.article.info_code)


def _tokens_in(ready: Prepared | ReadyTokens | None) -> Sequence[ReadyTokens]:
    if isinstance(ready, Prepared):
        return ready.tokens
    return () if ready is None else (ready,)


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
    _record_time(connection, current, stored, capture_id, now)
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


def _record_time(
    connection: Connection, current: StoredArticle, stored: StoredArticle, capture_id: int, now: datetime
) -> None:
    """Record that an article has another time than before, or a more exact one, and by whose word."""
    before, after = stored.article, current.article
    if (before.published_at, before.precision) == (after.published_at, after.precision):
        return
    assert before.published_at is not None
    assert after.published_at is not None
    change = TimeChange(
        after.info_code,
        before.published_at,
        before.precision,
        before.witness,
        after.published_at,
        after.precision,
        after.witness,
        noticed_at=now,
        capture_id=capture_id,
    )
    record_time_change(connection, change)


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
        resolve_events(connection, ("quarantine", "article_vanished"), now, info_code=owed.info_code)
    if stored is not None and stored.status == "gone":
        resolve_events(connection, ("page_gone",), now, info_code=owed.info_code)
        record_event(
            connection, "page_back", f"{owed.info_code} can be fetched again", now, info_code=owed.info_code
        )
