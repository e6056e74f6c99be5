"""What becomes of a later look at an archived page. Pure.

A page that is there is decided as any delivery is. One that is missing counts as gone only when a second
look, some time later, misses it too. What tells nothing of the article changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines.case import Case
from pipelines.decide import decide
from pipelines.listings import is_gone_everywhere, settle_gone
from storage.records import (
    ArticleChange,
    Decision,
    Delivery,
    Exchange,
    ListingChange,
    Snapshot,
    Vanished,
    Voices,
)
from storage.records.contract import NO_TERMS, Terms
from storage.records.look import ABSENT, SECOND_LOOK, Found, Look, Sighting
from storage.records.remedy import saying_of
from storage.records.saying import Saying, say


def decide_check(
    delivery: Delivery,
    sighting: Sighting,
    snapshot: Snapshot,
    now: datetime,
    voices: Voices | None = None,
    terms: Terms = NO_TERMS,
) -> Decision:
    """Decide what becomes of a look at an article that the archive has. ``now`` is aware."""
    case = Case(delivery.owed, snapshot, now)
    if case.stored is None:
        return _ask_again(case, sighting, delivery)
    if sighting.is_same:
        return _find_same(case, sighting, delivery)
    if isinstance(delivery.trouble, Vanished):
        return _miss(case, sighting, saying_of(delivery.trouble))
    if delivery.draft is None:
        return _ask_again(case, sighting, delivery)
    decision = decide(delivery, snapshot, now, voices, terms)
    if decision.outcome not in ("revised", "unchanged") or decision.article is None:
        return _ask_again(case, sighting, delivery, decision.reason)
    look = _look(case, sighting, _name(case, sighting, decision))
    return replace(decision, look=look)


def _name(case: Case, sighting: Sighting, decision: Decision) -> Found:
    """Return what it means that a page is there."""
    if decision.is_back or _is_missed(case):
        return "back"
    if decision.outcome == "revised":
        return "changed"
    return sighting.found


def _find_same(case: Case, sighting: Sighting, delivery: Delivery) -> Decision:
    """Decide that nothing has changed, by the bytes or the server's word: the page was not read."""
    stored = case.stored
    assert stored is not None
    seen = replace(stored, last_checked_at=case.now)
    look = _look(case, sighting, "back" if _is_missed(case) else sighting.found)
    if delivery.exchange is None:
        return case.decide("unchanged", article=ArticleChange("seen", seen, stored), look=look)
    answered = replace(case, keep=(delivery.exchange,))
    return answered.decide("unchanged", article=ArticleChange("touch", seen, stored), look=look)


def _miss(case: Case, sighting: Sighting, reason: Saying) -> Decision:
    """Decide about a page that is at none of its addresses: it is gone when a second look says so too."""
    stored = case.stored
    assert stored is not None
    look = _look(case, sighting, sighting.found, said=reason)
    since = case.snapshot.looked.absent_since
    is_sure = stored.status == "gone" or (since is not None and case.now - since >= SECOND_LOOK)
    if not is_sure:
        return case.decide("unchanged", look=look, aside=sighting.exchanges)
    gone = _settle_all_gone(case, reason)
    change = None
    if stored.status != "gone":
        change = ArticleChange("gone", replace(stored, status="gone", last_checked_at=case.now), stored)
    look = replace(look, is_gone=True)
    return case.decide("gone", article=change, listings=gone, look=look, aside=sighting.exchanges)


def _settle_all_gone(case: Case, reason: Saying) -> tuple[ListingChange, ...]:
    """Return the listings that are gone, of whatever form: all their addresses were asked."""
    forms = dict.fromkeys(one.form for one in case.listings)
    gone = tuple(
        change
        for form in forms
        for change in settle_gone(case.listings, replace(case.owed, form=form), reason)
    )
    assert is_gone_everywhere(case.listings, gone)
    return gone


def _ask_again(case: Case, sighting: Sighting, delivery: Delivery, reason: Saying | None = None) -> Decision:
    """Decide that a look told nothing of the article: it stays as it is, and is looked at later."""
    trouble = delivery.trouble
    said = reason or (saying_of(trouble) if trouble is not None else say("page.brought_nothing"))
    came: tuple[Exchange, ...] = () if delivery.exchange is None else (delivery.exchange,)
    look = _look(case, sighting, "unanswered", said=said)
    return case.decide("failed", case.tell(said), look=look, aside=came)


def _is_missed(case: Case) -> bool:
    """Tell whether the last look that was answered missed the page."""
    last = case.snapshot.looked.last
    return last is not None and last.found in ABSENT


def _look(case: Case, sighting: Sighting, found: Found, said: Saying | None = None) -> Look:
    return Look(
        case.owed.info_code, case.now, found, sighting.url, sighting.status, said=said or sighting.said
    )
