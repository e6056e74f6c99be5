"""Applying decisions: the one place where what was decided of a delivery is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from storage.archive.folder import Archive
from storage.articles.article import (
    free_id,
    insert_article,
    insert_revision,
    link_duplicates,
    note_seen,
    replace_revision,
    set_status,
    touch_article,
    update_article,
)
from storage.articles.time_change import record_time_change
from storage.captures.capture import read_captures
from storage.events.event import open_event, record_event, resolve_events
from storage.ledger.checks import record_look
from storage.ledger.contract import learn_articles
from storage.ledger.listing import change_listings, date_listings, ensure_listing
from storage.ledger.picture import owe_pictures
from storage.ledger.source import ensure_import_source
from storage.records import ArticleChange, Cause, Decision, EventChange, Exchange, Resource, StoredArticle
from storage.records.contract import Observed
from storage.search import IndexChange, ReadyTokens, index_articles
from storage.stories.story import owe_stories


@dataclass(frozen=True, slots=True)
class Following:
    """What follows from a change of an article: what index, stories and its source's contract are owed."""

    to_index: IndexChange | None = None
    to_link: str | None = None
    observed: Observed | None = None


_NOTHING = Following()


def apply_decision(
    archive: Archive,
    connection: Connection,
    decision: Decision,
    crawl_id: int | None = None,
    tokens: Sequence[ReadyTokens] = (),
) -> None:
    """Write everything that was decided of one delivery in a transaction of `Archive.writing`.

    ``tokens`` are those that the index needs, made before the write lock was taken; of another text they do
    no harm.
    """
    follow(connection, [write_decision(archive, connection, decision, crawl_id, tokens)])


def write_decision(
    archive: Archive,
    connection: Connection,
    decision: Decision,
    crawl_id: int | None,
    tokens: Sequence[ReadyTokens],
) -> Following:
    """Do as `apply_decision`, but for what follows: return that for `follow`, in the same transaction."""
    following = _NOTHING
    if decision.source_name is not None and decision.enter is not None:
        ensure_import_source(connection, decision.enter.source, decision.source_name)
    if decision.enter is not None:
        ensure_listing(connection, decision.enter, decision.at)
    capture_id = _keep(archive, connection, decision, crawl_id)
    if decision.article is not None:
        following = _change_article(connection, decision.article, decision.at, capture_id, tokens)
    if decision.pictures is not None:
        owe_pictures(connection, decision.info_code, decision.pictures, decision.at)
    change_listings(connection, decision.info_code, decision.listings, capture_id)
    for change in decision.events:
        _change_events(connection, change, decision)
    _keep_look(archive, connection, decision, crawl_id, capture_id)
    return replace(following, observed=decision.observed) if decision.observed else following


def follow(connection: Connection, followings: Iterable[Following]) -> None:
    """Enter what follows from decisions, in their order, once for all of them."""
    followings = list(followings)
    index_articles(connection, [one.to_index for one in followings if one.to_index is not None])
    owe_stories(connection, [one.to_link for one in followings if one.to_link is not None])
    learn_articles(connection, [one.observed for one in followings if one.observed is not None])


def _keep(archive: Archive, connection: Connection, decision: Decision, crawl_id: int | None) -> int | None:
    """Keep what came; return the capture that is the delivery's own."""
    kept = [_keep_one(archive, connection, one, decision.info_code, crawl_id) for one in decision.keep]
    return kept[0] if kept else decision.kept


def _keep_look(
    archive: Archive,
    connection: Connection,
    decision: Decision,
    crawl_id: int | None,
    capture_id: int | None,
) -> None:
    """Enter a look at a page with what is kept of it; answers that are no article have no info code."""
    if decision.look is None:
        return
    aside = [archive.keep(connection, one, crawl_id=crawl_id).id for one in decision.aside]
    kept = capture_id if capture_id is not None else next(iter(aside), None)
    record_look(connection, replace(decision.look, capture_id=kept))


def _keep_one(
    archive: Archive, connection: Connection, came: Exchange | Resource, info_code: str, crawl_id: int | None
) -> int:
    if isinstance(came, Exchange):
        capture = archive.keep(connection, came, crawl_id=crawl_id, info_code=info_code)
    else:
        capture = archive.keep_file(connection, came, info_code=info_code)
    assert capture.id is not None
    return capture.id


def _change_article(
    connection: Connection,
    change: ArticleChange,
    decided_at: datetime,
    capture_id: int | None,
    tokens: Sequence[ReadyTokens],
) -> Following:
    """Write an article as it is to be; return what follows from that."""
    after = _complete(connection, change, capture_id)
    if change.step == "gone":
        set_status(connection, after.article.info_code, "gone", after.last_checked_at)
        return _NOTHING
    if change.step == "seen":
        note_seen(connection, after.article.info_code, after.last_checked_at)
        return _NOTHING
    if change.step == "touch":
        assert capture_id is not None, "an answer came"
        touch_article(connection, after, after.last_checked_at, capture_id)
        return _NOTHING
    _write(connection, change, after, decided_at, capture_id)
    if change.time is not None:
        record_time_change(connection, replace(change.time, capture_id=capture_id))
    for content_hash in change.copies:
        link_duplicates(connection, content_hash)
    if change.is_retimed:
        assert after.article.published_at is not None
        date_listings(connection, after.article.info_code, after.article.published_at)
    return Following(
        IndexChange(after, change.before, tokens) if change.is_owed_to_index else None,
        after.article.info_code if change.is_owed_to_stories else None,
    )


def _complete(connection: Connection, change: ArticleChange, capture_id: int | None) -> StoredArticle:
    """Return an article with its id, and with its original where that is what came."""
    after = change.after
    if change.step in ("insert", "update"):
        after = replace(after, capture_id=capture_id)
    if change.is_retimed and after.article.published_at is not None:
        after = replace(after, id=free_id(connection, after.article.published_at))
    return after


def _write(
    connection: Connection,
    change: ArticleChange,
    after: StoredArticle,
    decided_at: datetime,
    capture_id: int | None,
) -> None:
    if change.step == "insert":
        insert_article(connection, after)
        return
    update_article(connection, after)
    if change.step == "reread":  # the article keeps when its page was looked at last, and what came then
        after = replace(after, capture_id=capture_id, last_checked_at=decided_at)
    if change.revision == "add":
        insert_revision(connection, after, change.changed, _cause(connection, change, capture_id))
    elif change.revision == "replace":
        replace_revision(connection, after)


def _cause(connection: Connection, change: ArticleChange, capture_id: int | None) -> Cause:
    """Return who changed a text: we, where what came is, byte for byte, the page that stood before."""
    before = change.before.capture_id if change.before is not None else None
    if change.cause == "reader" or before is None or capture_id is None:
        return change.cause
    held = read_captures(connection, (before, capture_id))
    return "reader" if len({one.payload_digest for one in held.values()}) == 1 < len(held) else "newspaper"


def _change_events(connection: Connection, change: EventChange, decision: Decision) -> None:
    if change.step == "resolve":
        resolve_events(
            connection, change.kinds, decision.at, source=change.source, info_code=change.info_code
        )
        return
    for kind in change.kinds:
        if change.step == "open":
            open_event(
                connection,
                kind,
                change.message,
                decision.at,
                source=change.source,
                info_code=change.info_code,
            )
        else:
            record_event(connection, kind, change.message, decision.at, info_code=change.info_code)
