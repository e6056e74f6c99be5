"""What becomes of an article that was imported: stored, kept beside a better text, or set aside."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from pipelines.deduplicate import compare
from pipelines.precedence import is_fuller, may_replace
from pipelines.prepare import Prepared, is_unchanged, prepare
from pipelines.settle import judge
from pipelines.store import amend_time, store_article
from storage.articles.article import find_delivered
from storage.captures.imported_files import read_held_text
from storage.events.event import resolve_events
from storage.ledger.listing import enter_listing
from storage.ledger.settlement import settle_kept, settle_unarchived
from storage.records import Article, Draft, Owed, SetAside, StoredArticle

ImportOutcome = Literal["new", "revised", "unchanged", "older", "quarantined"]


@dataclass(frozen=True, slots=True)
class Believed:
    """What reading a file came to: the article, or why it is none.

    ``draft`` is there when only what is archived already can tell: a ghost, which has no title or time.
    ``prepared`` is what storing the article needs, worked out beforehand; ``seen`` what is archived where
    ``article`` or ``reason`` of a draft hold.
    """

    article: Article | None = None
    draft: Draft | None = None
    reason: str = ""
    prepared: Prepared | None = field(default=None, repr=False)
    seen: StoredArticle | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the file is kept that an imported article came in: its capture, and the address of that."""

    capture_id: int
    uri: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How an imported article ended, and why it was set aside: a sentence that completes "this file …"."""

    outcome: ImportOutcome
    reason: str = ""


def settle_import(
    connection: Connection, owed: Owed, believed: Believed, kept: Kept, now: datetime
) -> Settled:
    """Settle one imported article within a transaction, by the rules that hold for crawled ones.

    Only, a file never takes the place of a better text (`pipelines.precedence`), brings no page back that is
    gone, and opens no event when it is set aside: an import reports as a whole.
    """
    owed = enter_listing(connection, owed, now)
    stored = find_delivered(connection, owed.info_code)
    try:
        article = _judged(believed, owed, stored, now)
    except SetAside as refused:
        if stored is None:
            settle_unarchived(connection, owed, str(refused), now, capture_id=kept.capture_id)
        else:  # a damaged copy says nothing of the article
            _settle_kept(connection, owed, kept, now)
        return Settled("quarantined", str(refused))
    if stored is not None:
        better = _better(connection, article, stored, kept.uri, now, believed.prepared)
        if better is None:
            amend_time(connection, article, stored, kept.capture_id, now)
            _settle_kept(connection, owed, kept, now)
            return Settled("older")
        article = better
    return Settled(store_article(connection, article, owed, stored, kept.capture_id, now, believed.prepared))


def prepare_import(connection: Connection, owed: Owed, believed: Believed, captured_at: datetime) -> Believed:
    """Return a post with all worked out that can be by what is archived now; write nothing."""
    stored = find_delivered(connection, owed.info_code)
    article = believed.article
    if article is None and believed.draft is not None:
        try:
            article = judge(believed.draft, owed, stored, captured_at)
        except SetAside as refused:
            return replace(believed, reason=str(refused), seen=stored)
    if article is None or (stored is None and believed.prepared is not None):
        return believed
    addressed = article if stored is None else _addressed(article, stored)
    return replace(believed, article=article, prepared=prepare(addressed, stored), seen=stored)


def _settle_kept(connection: Connection, owed: Owed, kept: Kept, now: datetime) -> None:
    """Settle the listings of an article that stands as it is, and the events about those that waited."""
    settled = settle_kept(connection, owed.info_code, owed.form, kept.capture_id)
    if settled > 1 or (settled and owed.attempts):
        resolve_events(connection, ("quarantine",), now, info_code=owed.info_code)


def _judged(believed: Believed, owed: Owed, stored: StoredArticle | None, now: datetime) -> Article:
    if believed.draft is not None and not (
        (believed.article or believed.reason) and is_unchanged(believed.seen, stored)
    ):
        return judge(believed.draft, owed, stored, now)
    if believed.article is None:
        raise SetAside(believed.reason)
    return believed.article


def _better(
    connection: Connection,
    article: Article,
    stored: StoredArticle,
    uri: str,
    now: datetime,
    prepared: Prepared | None,
) -> Article | None:
    """Return the article to store over the archived one, None when that one stands as it is."""
    if stored.status == "gone":
        return None
    article = _addressed(article, stored)
    is_ready = prepared is not None and prepared.is_of(article, stored)
    kind = (prepared.comparison if prepared and is_ready else compare(article, stored)).kind
    if kind == "unchanged" and not _is_twin_of_less(article, stored):
        return article
    held = read_held_text(connection, article.info_code, stored.revision)
    if kind == "revised":
        return article if may_replace(article.body_html, uri, held, now) else None
    if is_fuller(article.body_html, held):
        # The newspaper's form leads, but all that it brought is a digest: the twin's whole text is its text.
        return replace(article, form="media", title=stored.article.title, media=stored.article.media)
    return article


def _addressed(article: Article, stored: StoredArticle) -> Article:
    """Return the article at the page that its form was fetched from, or a ghost's."""
    return replace(article, url=stored.article.url) if article.form in stored.forms.split() else article


def _is_twin_of_less(article: Article, stored: StoredArticle) -> bool:
    """Tell whether a rolling-news twin has more text than the newspaper's form, which may be a digest."""
    leads = "media" in stored.forms.split()
    return article.form == "rolling" and leads and len(article.text) > len(stored.article.text)
