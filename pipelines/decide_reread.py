"""What becomes of an article that was read again from what was kept of it: better, the same, or set aside.

What a re-parse changes is marked as ours: the newspaper's page is what it was. An archived text never gives
way to a page that the present reader does not believe.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines.case import Case
from pipelines.compare.deduplicate import Comparison, describe_change
from pipelines.judge import PARSER_VERSION
from pipelines.keep import keep_article, tell_time_change
from pipelines.listings import settle_archived
from pipelines.replay import Reread
from storage.records import (
    ArticleChange,
    Decision,
    KnownListing,
    ListingChange,
    Owed,
    Snapshot,
    StoredArticle,
)
from storage.records.saying import as_saying


def decide_reread(reread: Reread, snapshot: Snapshot, now: datetime) -> Decision:
    """Decide what becomes of an article by another reading of what was kept. ``now`` is aware.

    ``new``: it was no article before; ``revised``: its title or text is another; ``unchanged``: neither,
    though other fields may be (then there is an `ArticleChange`); ``quarantined``: it is no article to the
    present reader, and nothing is written.
    """
    code = reread.info_code
    if reread.stored is None:
        return Decision(code, now, "quarantined", as_saying(reread.reason or ""))
    if snapshot.stored is None:
        return _bring_in(reread, reread.stored, snapshot, now)
    change = _improve(reread.stored, snapshot.stored, now)
    is_revised = change is not None and change.revision == "add"
    return Decision(
        code,
        now,
        "revised" if is_revised else "unchanged",
        kept=reread.original,
        article=change,
        listings=_settle_quarantined(reread.stored, snapshot.listings),
    )


def _bring_in(reread: Reread, stored: StoredArticle, snapshot: Snapshot, now: datetime) -> Decision:
    """Decide that what could not be believed before is an article now."""
    listed = next(
        (one for one in snapshot.listings if one.form in stored.forms),
        KnownListing("", stored.article.form, stored.article.url),
    )
    owed = Owed(listed.source, reread.info_code, listed.form, listed.url, "", attempts=listed.attempts or 1)
    case = Case(owed, snapshot, now, kept=reread.original)
    comparison = Comparison("new", stored.article, stored.forms, stored.content_hash, True, {})
    return replace(keep_article(case, stored.article, comparison), observed=reread.observed)


def _improve(found: StoredArticle, stored: StoredArticle, now: datetime) -> ArticleChange | None:
    """Return what changes of an archived article; None for nothing."""
    if found.article.incomplete and stored.article.incomplete:  # each says what was missing in its own words
        article = replace(found.article, incomplete=stored.article.incomplete)
        found = replace(found, article=article)
    is_revised = found.content_hash != stored.content_hash
    after = replace(
        stored,
        article=found.article,
        forms=found.forms,
        content_hash=found.content_hash,
        parser_version=PARSER_VERSION,
        revision=stored.revision + is_revised,
    )
    if not is_revised and not is_another(found, stored):
        return None
    time = tell_time_change(stored.article, found.article, now)
    change = ArticleChange("reread", after, stored, time=time, cause="reader")
    if is_revised:
        hashes = (stored.content_hash, found.content_hash)
        changed = describe_change(stored.article, found.article)
        return replace(change, revision="add", changed=changed, copies=hashes)
    change = replace(change, copies=(found.content_hash,) if change.is_retimed else ())
    words = [(one.article.title, one.article.text) for one in (found, stored)]
    return replace(change, revision="replace") if words[0] != words[1] else change


def is_another(found: StoredArticle, stored: StoredArticle) -> bool:
    """Tell whether an article is another one by another reading, in whatever is archived of it."""
    one, other = found.article, stored.article
    if found.forms != stored.forms or one.witness != other.witness:
        return True
    if sorted(one.found_by) != sorted(other.found_by):
        return True
    return replace(one, body_html="", form=other.form) != replace(other, body_html="")


def _settle_quarantined(
    found: StoredArticle, listings: tuple[KnownListing, ...]
) -> tuple[ListingChange, ...]:
    """Return the listings of an archived article whose answers were set aside, and are believed now."""
    waiting = (one for one in listings if one.state == "quarantined")
    return tuple(
        replace(change, takes_capture=False) for change in settle_archived(waiting, found.forms.seen)
    )
