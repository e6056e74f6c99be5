"""The one place that decides what becomes of a delivery: kept, set aside, gone, or tried again. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipelines.case import Case, Waits
from pipelines.claims import decide_claim
from pipelines.compare.deduplicate import compare
from pipelines.doubt.contract import (
    doubt_by_contract,
    doubt_furniture,
    find_lost,
    judge_traits,
    may_be_of_break,
)
from pipelines.doubt.traits import read_traits
from pipelines.judge import IsFurniture, judge
from pipelines.keep import keep_article
from pipelines.listings import (
    is_gone_everywhere,
    is_settled_furniture,
    settle_furniture,
    settle_gone,
    settle_unarchived,
)
from storage.records import (
    Article,
    ArticleChange,
    Decision,
    Delivery,
    Draft,
    EventChange,
    Exchange,
    Owed,
    SetAside,
    Snapshot,
    TryLater,
    Vanished,
    Voices,
)
from storage.records.contract import NO_TERMS, Contract, Observed, Terms, Traits
from storage.records.look import Look
from storage.records.remedy import saying_of
from storage.records.saying import Saying, join_sayings, say


def decide(
    delivery: Delivery,
    snapshot: Snapshot,
    now: datetime,
    voices: Voices | None = None,
    terms: Terms = NO_TERMS,
    *,
    waits: Waits = "no",
) -> Decision:
    """Decide what becomes of one delivery by what is known of its info code. ``now`` is aware.

    ``voices`` tell who speaks for an article; None: whoever delivers it. ``terms`` are declared of the
    source's contract, which counts where the snapshot has it. ``waits``: an article may be put off, until
    those that come after it tell whether its source is broken.
    """
    if (exchange := delivery.exchange) is not None:
        keep = (exchange, *delivery.beside)
        case = Case(delivery.owed, snapshot, now, keep=keep, waits=waits)
        return _note_return(_decide_answer(delivery, exchange, case, voices, terms), delivery)
    case = Case(delivery.owed, snapshot, now)
    if isinstance(delivery.trouble, Vanished):
        return _vanish(case, delivery.trouble)
    return _fail(case, delivery.trouble)


def give_up(owed: Owed, snapshot: Snapshot, now: datetime, error: Exception) -> Decision:
    """Decide that a delivery which could not be stored is tried again at its time like any failure."""
    storable = str(error).encode("ascii", "backslashreplace").decode("ascii")
    reason = say("article.not_stored", type=type(error).__name__, error=storable)
    return _fail(Case(owed, snapshot, now), TryLater(reason))


def _fail(case: Case, trouble: SetAside | TryLater | Vanished | None) -> Decision:
    """Decide that a fetch brought nothing: its listings are tried again."""
    after = trouble.after if isinstance(trouble, TryLater) else None
    reason = saying_of(trouble) if trouble is not None else say("page.brought_nothing")
    failed = settle_unarchived(case.listings, case.owed, reason, case.now, after=after)
    return case.decide("failed", case.tell(reason), listings=failed)


def _decide_answer(
    delivery: Delivery, exchange: Exchange, case: Case, voices: Voices | None, terms: Terms
) -> Decision:
    snapshot = case.snapshot
    try:
        article = _find_article(delivery, exchange, snapshot)
    except IsFurniture:
        return _decide_furniture(case, exchange.url, terms)
    except (SetAside, TryLater, Vanished) as refused:
        reason = join_sayings((saying_of(refused), *([delivery.said] if delivery.said else [])))
        is_told = snapshot.contract is None or "article" not in snapshot.contract.broken
        return _remember_no_article(case, _set_aside(case, exchange.url, reason, is_told=is_told))
    decision = _keep(case, article, exchange.url, voices)
    if delivery.draft is None or snapshot.contract is None or decision.outcome not in ("new", "revised"):
        return decision
    return _hold_to_contract(
        case,
        snapshot.contract,
        decision,
        delivery.draft,
        exchange.url,
        article,
        exchange.fetched_at,
        terms,
    )


def _decide_furniture(case: Case, url: str, terms: Terms) -> Decision:
    """Decide that a page has no text as it need not, unless nearly all of its source's had one."""
    contract, owed = case.snapshot.contract, case.owed
    if contract is None or not terms.is_watched:
        return _settle_furniture(case)
    doubt = doubt_furniture(contract, owed, terms)
    traits = Traits({"article": False})
    observed = Observed(owed.source, owed.info_code, traits, ("article",), doubt is None, _is_again(case))
    kept = _settle_furniture(case) if doubt is None else _set_aside(case, url, doubt, is_told=False)
    return replace(kept, observed=observed)


def _keep(case: Case, article: Article, url: str, voices: Voices | None) -> Decision:
    if voices is not None and voices.are_many:
        return decide_claim(case, voices, article, url)
    return keep_article(case, article, compare(article, case.stored))


def _hold_to_contract(  # noqa: PLR0913, PLR0917 - an article, what is known of its source, and its case
    case: Case,
    contract: Contract,
    decision: Decision,
    draft: Draft,
    url: str,
    article: Article,
    captured_at: datetime,
    terms: Terms,
) -> Decision:
    """Return the decision to keep an article, or to set it aside since it is unlike its source's others."""
    if not terms.is_watched:
        return decision
    owed = case.owed
    traits = judge_traits(contract, read_traits(draft, article, owed, captured_at), owed, terms)
    lost = find_lost(contract, traits, terms)
    doubt = doubt_by_contract(contract, traits, lost, owed, terms)
    observed = Observed(owed.source, owed.info_code, traits, lost, doubt is None, _is_again(case))
    if doubt is None:
        waits = case.waits == "yes" or (case.waits == "doubtful" and may_be_of_break(lost, owed))
        return _put_off(case, decision, observed) if waits else replace(decision, observed=observed)
    # The first look tells nobody: the next one may believe it. Of many, the event about their source tells.
    is_told = owed.attempts > 0 and doubt.key != "contract.broken"
    return replace(_set_aside(case, url, doubt, is_told=is_told), observed=observed)


def _put_off(case: Case, decision: Decision, observed: Observed) -> Decision:
    """Decide nothing yet: its source is told what came, and it stays owed until it is decided again."""
    seen = replace(observed, is_believed=False)
    return Decision(case.owed.info_code, case.now, decision.outcome, observed=seen, is_put_off=True)


def _remember_no_article(case: Case, decision: Decision) -> Decision:
    if case.snapshot.contract is None:
        return decision
    owed = case.owed
    observed = Observed(owed.source, owed.info_code, None, ("article",), False, _is_again(case))
    return replace(decision, observed=observed)


def _is_again(case: Case) -> bool:
    """Tell whether a page of this article was looked at before, and set aside."""
    listed = case.snapshot.listing_of(case.owed.source)
    return listed is not None and listed.state == "quarantined"


def _find_article(delivery: Delivery, exchange: Exchange, snapshot: Snapshot) -> Article:
    """Return the believable article that was delivered; raise why there is none."""
    if delivery.draft is None:
        raise delivery.trouble or SetAside(say("page.brought_nothing"))
    return delivery.article or judge(delivery.draft, delivery.owed, snapshot.stored, exchange.fetched_at)


def _settle_furniture(case: Case) -> Decision:
    """Decide that a picture or an advertisement without text is kept as what it is, and asked for no more."""
    settled = settle_furniture(case.listings, case.owed.form)
    over = EventChange("resolve", ("quarantine", "article_vanished"), info_code=case.owed.info_code)
    waited = case.owed.attempts or len(settled) > 1
    return case.decide("furniture", listings=settled, events=(over,) if waited else ())


def _set_aside(case: Case, url: str, reason: Saying, *, is_told: bool = True) -> Decision:
    if is_settled_furniture(case.snapshot.listing_of(case.owed.source)):
        return case.decide("quarantined", case.tell(say("said.of", subject=url, what=reason)))
    waiting = settle_unarchived(case.listings, case.owed, reason, case.now, quarantined=True)
    event = _open(case, "quarantine", say("said.of", subject=url, what=reason))
    return case.decide("quarantined", event.message, listings=waiting, events=(event,) if is_told else ())


def _vanish(case: Case, trouble: Vanished) -> Decision:
    owed, reason, stored = case.owed, saying_of(trouble), case.stored
    if owed.state not in ("archived", "gone") or stored is None:
        failed = settle_unarchived(case.listings, owed, reason, case.now)
        own = case.snapshot.listing_of(owed.source)
        is_missed = own and own.is_of_page and not is_settled_furniture(own)
        events = (_open(case, "article_vanished", reason),) if is_missed else ()
        return case.decide("failed", case.tell(reason), listings=failed, events=events)
    gone = settle_gone(case.listings, owed, reason)
    if stored.status == "gone" or not is_gone_everywhere(case.listings, gone):
        return case.decide("gone", listings=gone)
    change = ArticleChange("gone", replace(stored, status="gone", last_checked_at=case.now), stored)
    look = Look(owed.info_code, case.now, "missing", owed.url, is_gone=True, said=reason)
    events = (_open(case, "page_gone", reason),)
    return case.decide("gone", article=change, listings=gone, events=events, look=look)


def _note_return(decision: Decision, delivery: Delivery) -> Decision:
    """Return a decision that notes among the looks at a page that it is there again, where it was gone."""
    exchange = delivery.exchange
    if not decision.is_back or exchange is None:
        return decision
    look = Look(decision.info_code, decision.at, "back", exchange.url, exchange.status)
    return replace(decision, look=look)


def _open(case: Case, kind: str, said: Saying) -> EventChange:
    owed = case.owed
    return EventChange("open", (kind,), case.tell(said), source=owed.source, info_code=owed.info_code)
