"""The one place that decides what becomes of a fetched article: stored, set aside, gone, or tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from pipelines.claims import settle_claim
from pipelines.complete import complete_draft
from pipelines.doubt.belief import doubt
from pipelines.normalise.article import normalise
from pipelines.prepare import Prepared, is_unchanged, prepare
from pipelines.store import store_article
from storage.archive.folder import Archive
from storage.articles.article import find_article, find_delivered, set_status
from storage.events.event import open_event
from storage.ledger.counts import Outcome
from storage.ledger.listing import ensure_listing, is_listed_on_page
from storage.ledger.settlement import settle_gone, settle_unarchived
from storage.records import (
    Article,
    Capture,
    Delivery,
    Draft,
    Exchange,
    Owed,
    SetAside,
    StoredArticle,
    TryLater,
    Vanished,
    Voices,
)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a delivery ended, and for anything but an article, why: one sentence with the info code."""

    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a delivery comes to where this is archived: an article ready to be stored, or why it is none."""

    stored: StoredArticle | None
    prepared: Prepared | None = None
    refused: SetAside | TryLater | Vanished | None = None

    def found(self) -> Prepared:
        """Return the article made ready; raise why there is none."""
        if self.prepared is None:
            raise self.refused or SetAside("brought no article")
        return self.prepared


def settle_delivery(
    archive: Archive,
    delivery: Delivery,
    crawl_id: int | None,
    now: datetime,
    voices: Voices | None = None,
) -> Settled:
    """Take one delivery to its end in one transaction: the capture, and all that follows from it.

    What can be worked out of the article is worked out before, while others may write.
    ``voices`` tell who speaks for an article; None: whoever delivers it.
    """
    judged = _prepare(archive, delivery)
    with archive.writing() as connection:
        if delivery.exchange is not None:
            return _settle_answer(
                archive, connection, delivery, delivery.exchange, crawl_id, now, voices, judged
            )
        if isinstance(delivery.trouble, Vanished):
            return _vanish(connection, delivery.owed, delivery.trouble, now)
        return _fail(connection, delivery.owed, delivery.trouble, now)


def judge(draft: Draft, owed: Owed, stored: StoredArticle | None, captured_at: datetime) -> Article:
    """Return the believable article that a draft makes; raise SetAside with the reason when it makes none."""
    completed = complete_draft(draft, owed, stored)
    try:
        article = normalise(completed)
    except SetAside:
        raise
    except Exception as error:
        raise SetAside(f"could not be normalised ({type(error).__name__}: {error})") from error
    reason = doubt(article, captured_at)
    if reason is not None:
        raise SetAside(reason)
    return article


def _prepare(archive: Archive, delivery: Delivery) -> _Judged | None:
    """Return what the draft of a delivery comes to by what is archived now; None for one without."""
    if delivery.draft is None or delivery.exchange is None:
        return None
    with archive.reading() as connection:
        stored = find_delivered(connection, delivery.owed.info_code)
    return _judge(delivery, stored, delivery.exchange.fetched_at)


def _judge(delivery: Delivery, stored: StoredArticle | None, captured_at: datetime) -> _Judged:
    assert delivery.draft is not None
    try:
        article = delivery.article or judge(delivery.draft, delivery.owed, stored, captured_at)
    except (SetAside, TryLater, Vanished) as refused:
        return _Judged(stored, refused=refused)
    return _Judged(stored, prepare(article, stored))


def _settle_answer(  # noqa: PLR0913, PLR0917 - an answer has that many sides
    archive: Archive,
    connection: Connection,
    delivery: Delivery,
    exchange: Exchange,
    crawl_id: int | None,
    now: datetime,
    voices: Voices | None,
    judged: _Judged | None,
) -> Settled:
    owed = delivery.owed
    ensure_listing(connection, owed, now)
    capture = archive.keep(connection, exchange, crawl_id=crawl_id, info_code=owed.info_code)
    for other in delivery.beside:
        archive.keep(connection, other, crawl_id=crawl_id, info_code=owed.info_code)
    assert capture.id is not None
    stored = find_delivered(connection, owed.info_code)
    try:
        if judged is None:
            raise delivery.trouble or SetAside("brought no article")
        if not is_unchanged(judged.stored, stored):  # somebody else has stored it in between
            judged = _judge(delivery, stored, exchange.fetched_at)
        prepared = judged.found()
    except (SetAside, TryLater, Vanished) as refused:
        reason = f"{refused}; {delivery.said}" if delivery.said else str(refused)
        return _set_aside(connection, owed, capture, reason, now)
    article = prepared.fetched
    if voices is not None and voices.are_many:
        return Settled(*settle_claim(connection, voices, article, owed, stored, capture, now, prepared))
    return Settled(store_article(connection, article, owed, stored, capture.id, now, prepared))


def _set_aside(connection: Connection, owed: Owed, capture: Capture, reason: str, now: datetime) -> Settled:
    settle_unarchived(connection, owed, reason, now, capture_id=capture.id)
    message = f"{owed.info_code} from {owed.source}: {capture.url} {reason}"
    open_event(connection, "quarantine", message, now, source=owed.source, info_code=owed.info_code)
    return Settled("quarantined", message)


def _vanish(connection: Connection, owed: Owed, trouble: Vanished, now: datetime) -> Settled:
    message = f"{owed.info_code} from {owed.source}: {trouble}"
    if owed.state not in ("archived", "gone") or find_article(connection, owed.info_code) is None:
        settle_unarchived(connection, owed, str(trouble), now)
        if is_listed_on_page(connection, owed.source, owed.info_code):
            open_event(
                connection, "article_vanished", message, now, source=owed.source, info_code=owed.info_code
            )
        return Settled("failed", message)
    if settle_gone(connection, owed, str(trouble)) and set_status(connection, owed.info_code, "gone", now):
        open_event(connection, "page_gone", message, now, source=owed.source, info_code=owed.info_code)
    return Settled("gone")


def _fail(
    connection: Connection, owed: Owed, trouble: SetAside | TryLater | Vanished | None, now: datetime
) -> Settled:
    after = trouble.after if isinstance(trouble, TryLater) else None
    not_before = now + timedelta(seconds=after) if after else None
    settle_unarchived(connection, owed, str(trouble), now, not_before=not_before)
    return Settled("failed", f"{owed.info_code} from {owed.source}: {trouble}")
