"""What becomes of a file that was imported: kept, left beside a better text, set aside, or known already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.case import Case
from pipelines.compare.deduplicate import Comparison, compare
from pipelines.compare.precedence import is_fuller, may_replace
from pipelines.judge import judge
from pipelines.keep import amend_time, keep_article
from pipelines.listings import settle_kept, settle_unarchived
from storage.records import (
    UNARCHIVED,
    Article,
    Decision,
    Draft,
    EventChange,
    Owed,
    Resource,
    SetAside,
    Snapshot,
    StoredArticle,
)
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say


@dataclass(frozen=True, slots=True)
class Believed:
    """What reading a file came to: the article, or why it is none.

    ``draft`` is there when only what is archived already can tell: a ghost, which has no title or time.
    ``fingerprint`` is the article's `content_hash`.
    """

    article: Article | None = None
    draft: Draft | None = None
    reason: Saying | None = None
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file that names an article: its bytes, its listing, what it came to.

    ``source_name`` is its source's, None for a source that the archive has.
    """

    resource: Resource
    owed: Owed
    source_name: str | None
    believed: Believed


def decide_post(file: ImportedFile, snapshot: Snapshot, now: datetime) -> Decision:
    """Decide what becomes of an imported post, by the rules that hold for crawled articles.

    Only, a file never takes the place of a better text (`pipelines.compare.precedence`), brings no page back
    that is gone, and opens no event when it is set aside: an import reports as a whole.
    """
    if snapshot.filed is not None and not _may_be_merged(file, snapshot):
        return Decision(file.owed.info_code, now, "known")
    case = _open_case(file, snapshot, now)
    try:
        article = _judged(file.believed, case)
    except SetAside as refused:
        return _set_aside(case, saying_of(refused))
    stored = case.stored
    if stored is not None and article.form in stored.forms:
        # At the page that its form was fetched from, or a ghost's.
        article = replace(article, url=stored.article.url)
    comparison = compare(article, stored, file.believed.fingerprint)
    if stored is None:
        return keep_article(case, article, comparison)
    return _weigh(case, article, comparison, stored, file.resource.uri)


def pass_over_text(owed: Owed, snapshot: Snapshot, now: datetime, *, is_named: bool) -> Decision | None:
    """Decide about an imported plain text that need not be read: it is known, or its code is another's.

    ``is_named`` tells that somebody named its info code: then it is the article of that code, whatever stands
    there, and no copy of a file that was kept for another.
    """
    filed = snapshot.filed
    if filed and filed.info_code and (not is_named or filed.info_code == owed.info_code):
        return Decision(filed.info_code, now, "known")
    if not is_named and _is_taken(owed, snapshot):
        return Decision(owed.info_code, now, "failed", _say_taken(owed.info_code))
    return None


def decide_text(file: ImportedFile, snapshot: Snapshot, now: datetime) -> Decision:
    """Decide what becomes of an imported plain text; one that is no article is not kept at all."""
    case = replace(_open_case(file, snapshot, now), keep=(file.resource,), kept=None)
    try:
        article = _judged(file.believed, case)
    except SetAside as refused:
        return Decision(file.owed.info_code, now, "failed", saying_of(refused))
    case = replace(case, owed=replace(case.owed, title=article.title))
    return keep_article(case, article, compare(article, case.stored))


def _is_taken(owed: Owed, snapshot: Snapshot) -> bool:
    """Tell whether a derived info code is another article's: one chance in a thousand million."""
    own = any(one.source == owed.source and one.url == owed.url for one in snapshot.listings)
    return not own and bool(snapshot.listings or snapshot.stored)


def _say_taken(info_code: str) -> Saying:
    return say("import.code_taken", info_code=info_code)


def _open_case(file: ImportedFile, snapshot: Snapshot, now: datetime) -> Case:
    """Return the case of a file, its listing with the attempts that it has had."""
    listed = snapshot.listing_of(file.owed.source)
    return Case(
        replace(file.owed, attempts=listed.attempts) if listed else file.owed,
        snapshot,
        now,
        keep=() if snapshot.filed else (file.resource,),
        kept=snapshot.filed.capture_id if snapshot.filed else None,
        source_name=file.source_name,
    )


def _may_be_merged(file: ImportedFile, snapshot: Snapshot) -> bool:
    """Tell whether a ghost that was set aside earlier has found its article since."""
    listed = snapshot.listing_of(file.owed.source)
    waits = listed is not None and listed.state in UNARCHIVED
    return file.believed.draft is not None and waits and snapshot.stored is not None


def _judged(believed: Believed, case: Case) -> Article:
    if believed.draft is not None:
        return judge(believed.draft, case.owed, case.stored, case.now)
    if believed.article is None:
        raise SetAside(believed.reason or say("page.brought_nothing"))
    return believed.article


def _set_aside(case: Case, reason: Saying) -> Decision:
    if case.stored is not None:  # a damaged copy says nothing of the article
        return _keep_beside(case, case.decide("quarantined", reason))
    waiting = settle_unarchived(case.listings, case.owed, reason, case.now, quarantined=True)
    return case.decide("quarantined", reason, listings=waiting)


def _leave(case: Case, article: Article, stored: StoredArticle) -> Decision:
    """Decide that the archived text stands; a better witnessed time is taken nevertheless."""
    change = amend_time(article, stored, case.now)
    return _keep_beside(case, case.decide("older", article=change, brought=article))


def _keep_beside(case: Case, decision: Decision) -> Decision:
    """Settle the listings of an article that stands as it is, and the events about those that waited."""
    settled = settle_kept(case.listings, case.owed.form)
    is_over = len(settled) > 1 or (settled and case.owed.attempts)
    over = EventChange("resolve", ("quarantine",), info_code=case.owed.info_code)
    return replace(decision, listings=settled, events=(over,) if is_over else ())


def _weigh(case: Case, article: Article, comparison: Comparison, stored: StoredArticle, uri: str) -> Decision:
    """Decide between a file's text and the archived one."""
    if stored.status == "gone":
        return _leave(case, article, stored)
    if comparison.kind == "unchanged" and not _is_twin_of_less(article, stored):
        return keep_article(case, article, comparison)
    held = case.snapshot.held
    assert held is not None, "the snapshot of a file has what the archived text was delivered as"
    if comparison.kind == "revised" and not may_replace(article.body_html, uri, held, case.now):
        return _leave(case, article, stored)
    if comparison.kind == "unchanged" and is_fuller(article.body_html, held):
        article = _take_the_lead(article, stored)
        return keep_article(case, article, compare(article, stored))
    return keep_article(case, article, comparison)


def _is_twin_of_less(article: Article, stored: StoredArticle) -> bool:
    """Tell whether another form has more text than the leading one, which may be a digest."""
    return not stored.forms.are_led_by(article.form) and len(article.text) > len(stored.article.text)


def _take_the_lead(article: Article, stored: StoredArticle) -> Article:
    """Return another form's whole text as that of the leading one, which brought only a digest."""
    return replace(article, form=stored.forms.leading, title=stored.article.title, media=stored.article.media)
