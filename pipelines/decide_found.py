"""What becomes of an answer that somebody else kept: decided as a crawl would have, at the time when it came.

What is archived from a later look stands: an earlier answer in the same form is kept beside it, as knowledge
of what the page said then. Nothing alarms anybody: what is wrong with a page of another year is the import's
own to tell.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines.compare.deduplicate import compare
from pipelines.compare.precedence import FILE_SCHEME
from pipelines.decide import decide, give_up
from pipelines.judge import judge
from storage.records import Decision, Delivery, Exchange, Owed, SetAside, Snapshot, Voices
from storage.records.remedy import saying_of
from storage.records.saying import say


def decide_found(delivery: Delivery, snapshot: Snapshot, voices: Voices | None = None) -> Decision:
    """Decide what becomes of a delivery whose answer came at some earlier time, ``delivery.exchange``'s.

    ``older``: the archive has a later text; the answer is kept. What is no article is set aside, unless its
    article is archived: of that it says nothing.
    """
    exchange = delivery.exchange
    assert exchange is not None, "only what came can be found"
    if snapshot.stored is not None and delivery.draft is None:
        return _tell(delivery, exchange)
    if delivery.draft is not None and _is_earlier(delivery, snapshot, exchange):
        return _decide_earlier(delivery, snapshot, exchange)
    stored = snapshot.stored
    now = exchange.fetched_at if stored is None else max(exchange.fetched_at, stored.last_checked_at)
    decision = decide(delivery, snapshot, now, voices)
    if decision.outcome == "quarantined" and stored is not None:
        return replace(_tell(delivery, exchange), reason=decision.reason)
    return replace(decision, events=tuple(one for one in decision.events if one.step == "resolve"))


def give_up_found(owed: Owed, snapshot: Snapshot, at: datetime, error: Exception) -> Decision:
    """Decide that what was found could not be stored; nothing is written of it."""
    decision = give_up(owed, snapshot, at, error)
    return Decision(owed.info_code, at, "failed", decision.reason)


def _is_earlier(delivery: Delivery, snapshot: Snapshot, exchange: Exchange) -> bool:
    """Tell whether what is archived comes from a later look at the same form of the article."""
    stored, held = snapshot.stored, snapshot.held
    if stored is None or delivery.draft is None or delivery.draft.form not in stored.forms:
        return False
    if held is not None and (held.capture_url or "").startswith(FILE_SCHEME):
        return False  # the moment of an import says nothing of the text, and a page is the better witness
    return exchange.fetched_at < stored.last_checked_at


def _decide_earlier(delivery: Delivery, snapshot: Snapshot, exchange: Exchange) -> Decision:
    assert delivery.draft is not None
    assert snapshot.stored is not None
    code, at = delivery.owed.info_code, exchange.fetched_at
    try:
        article = judge(delivery.draft, delivery.owed, snapshot.stored, at)
    except SetAside as refused:
        return Decision(code, at, "quarantined", saying_of(refused))
    comparison = compare(article, snapshot.stored)
    if comparison.kind == "unchanged" and not comparison.differs:
        return Decision(code, at, "unchanged", brought=article)
    return Decision(code, at, "older", keep=(exchange, *delivery.beside), brought=article)


def _tell(delivery: Delivery, exchange: Exchange) -> Decision:
    reason = saying_of(delivery.trouble) if delivery.trouble is not None else say("page.brought_nothing")
    return Decision(delivery.owed.info_code, exchange.fetched_at, "quarantined", reason)
