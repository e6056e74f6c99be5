"""Keeping a believable article: what is written of it, of its listings and of the events about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from pipelines.case import Case
from pipelines.compare.deduplicate import Comparison
from pipelines.compare.witnesses import settle_time
from pipelines.judge import PARSER_VERSION
from pipelines.listings import settle_archived
from storage.records import Article, ArticleChange, Decision, EventChange, StoredArticle, TimeChange
from storage.records.saying import say


def keep_article(
    case: Case, fetched: Article, comparison: Comparison, only: Collection[str] | None = None
) -> Decision:
    """Decide that a believable article is kept as its comparison says: new, a revision, or unchanged.

    ``only`` are the sources whose listings it settles, None for all.
    """
    # Only the forms that came: a change that both twins announce must still be fetched from the other.
    settled = settle_archived(case.listings, {case.owed.form, fetched.form}, only)
    return case.decide(
        comparison.kind,
        article=_change(comparison, case.stored, case.now),
        listings=settled,
        events=_settle_events(case, others_waited=len(settled) > 1),
        brought=fetched,
    )


def amend_time(fetched: Article, stored: StoredArticle, now: datetime) -> ArticleChange | None:
    """Return a better witnessed time for an archived article, and nothing else of what was fetched.

    For an answer whose text does not stand: the original of the article stays what it was. None where that
    changes nothing.
    """
    timed = settle_time(fetched, stored.article, leads=stored.forms.are_led_by(fetched.form))
    article = replace(
        stored.article, published_at=timed.published_at, precision=timed.precision, witness=timed.witness
    )
    if article == stored.article and article.witness == stored.article.witness:
        return None
    after = replace(stored, article=article)
    time = tell_time_change(stored.article, article, now)
    return ArticleChange("amend", after, stored, time=time, copies=(stored.content_hash,))


def _change(comparison: Comparison, stored: StoredArticle | None, now: datetime) -> ArticleChange:
    return _insert(comparison, now) if stored is None else _update(comparison, stored, now)


def _insert(comparison: Comparison, now: datetime) -> ArticleChange:
    assert comparison.article.published_at is not None, "belief lets no article without a time pass"
    after = StoredArticle(
        id=0,
        article=comparison.article,
        forms=comparison.forms,
        content_hash=comparison.content_hash,
        duplicate_of=None,
        first_seen_at=now,
        last_checked_at=now,
        parser_version=PARSER_VERSION,
        revision=1,
        status="archived",
        capture_id=None,
    )
    return ArticleChange("insert", after, copies=(comparison.content_hash,))


def _update(comparison: Comparison, stored: StoredArticle, now: datetime) -> ArticleChange:
    if not comparison.differs:
        return ArticleChange("touch", replace(stored, last_checked_at=now, status="archived"), stored)
    after = replace(
        stored,
        article=comparison.article,
        forms=comparison.forms,
        content_hash=comparison.content_hash,
        last_checked_at=now,
        parser_version=PARSER_VERSION,
        revision=stored.revision + (comparison.kind == "revised"),
        status="archived",
    )
    change = ArticleChange(
        "update", after, stored, time=tell_time_change(stored.article, comparison.article, now)
    )
    change = replace(change, copies=_copies(change))
    if comparison.kind == "revised":
        return replace(change, revision="add", changed=comparison.changed)
    return replace(change, revision="replace") if _wording(after) != _wording(stored) else change


def _copies(change: ArticleChange) -> tuple[str, ...]:
    """Return the contents whose articles may have another first one now."""
    assert change.before is not None
    now, before = change.after.content_hash, change.before.content_hash
    if now != before:
        return before, now
    return (now,) if change.is_retimed else ()


def tell_time_change(before: Article, after: Article, now: datetime) -> TimeChange | None:
    """Return that an article has another time than before, or a more exact one, and by whose word."""
    if (before.published_at, before.precision) == (after.published_at, after.precision):
        return None
    assert before.published_at is not None
    assert after.published_at is not None
    return TimeChange(
        after.info_code,
        before.published_at,
        before.precision,
        before.witness,
        after.published_at,
        after.precision,
        after.witness,
        noticed_at=now,
    )


def _wording(stored: StoredArticle) -> tuple[str, str, str]:
    return stored.article.title, stored.article.text, stored.content_hash


def _settle_events(case: Case, *, others_waited: bool) -> tuple[EventChange, ...]:
    """Return what is over now that the article is there, and that it is back."""
    code = case.owed.info_code
    events: list[EventChange] = []
    if case.owed.attempts or others_waited:
        events.append(EventChange("resolve", ("quarantine", "article_vanished"), info_code=code))
    if case.stored is not None and case.stored.status == "gone":
        events += [
            EventChange("resolve", ("page_gone",), info_code=code),
            EventChange("record", ("page_back",), say("article.back", info_code=code), info_code=code),
        ]
    return tuple(events)
