"""Whose word stands when several witnesses state an article's time: one rule, whoever comes first.

A crawled page, the JSON endpoint, an imported post, a twin: each states a time more or less exactly. The more
exact one stands. Of two that are as exact, the better witness stands: upstream's own file and the endpoint
before a page made of them, a page before a list, and whoever states a time before the address that only names
its day. Of equals
the later word counts, as a correction, unless the newspaper's form has spoken and the rolling news differ.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from storage.records import EXACTNESS, Article, Witness
from storage.records.press_days import PRESS_ZONE

_WEIGHTS: dict[Witness, int] = {"address": 0, "list": 1, "page": 2, "text": 2, "json": 3, "file": 3}
_AGREEMENT = timedelta(minutes=2)
"""How far the times of one article lie apart in upstream's own answers (docs/upstream.md#times-and-codes)."""


def settle_time(fetched: Article, known: Article, *, leads: bool) -> Article:
    """Return the fetched article with the time that stands of both, and its witness.

    ``leads`` tells that the fetched form leads: its word counts for the later one between equals.
    """
    if fetched.published_at is None or (
        known.published_at is not None and not _may_replace(fetched, known, leads)
    ):
        return _with_time_of(known, fetched)
    return fetched


def keep_names(fetched: Article, known: Article, *, same_form: bool) -> Article:
    """Return the fetched article with what it leaves out and the archived one has: names, summary, its page.

    A source line names the newspaper better than whatever else an answer says: an answer of the same form
    that has none does not change the newspaper.
    """
    is_vaguer = same_form and fetched.source_line is None and known.source_line is not None
    return replace(
        fetched,
        media=(known.media or fetched.media) if is_vaguer else (fetched.media or known.media),
        author=fetched.author or known.author,
        summary=fetched.summary or known.summary,
        source_line=fetched.source_line or known.source_line,
        kicker=fetched.kicker or known.kicker,
        subtitle=fetched.subtitle or known.subtitle,
        page=fetched.page or known.page,
        page_name=fetched.page_name or known.page_name,
        page_order=fetched.page_order or known.page_order,
        continues=fetched.continues or known.continues,
    )


def attribute(kept: Article, fetched: Article, known: Article) -> Article:
    """Return the article that is kept, each field with the rule by which whoever it is from found it."""
    if not fetched.found_by and not known.found_by:
        return kept
    fields = {name: "page_order" if name == "order" else name for name, _ in fetched.found_by}
    taken = {
        name: rule
        for name, rule in fetched.found_by
        if getattr(kept, fields[name], None) == getattr(fetched, fields[name], None)
    }
    return replace(kept, found_by=tuple((dict(known.found_by) | taken).items()))


def _may_replace(fetched: Article, known: Article, leads: bool) -> bool:
    """Tell whether a fetched time takes the place of the known one; both are there."""
    exactness = EXACTNESS[fetched.precision] - EXACTNESS[known.precision]
    if exactness:
        return exactness > 0
    lead = _WEIGHTS[fetched.witness] - _WEIGHTS[known.witness]
    if _are_same_time(fetched, known):
        return lead > 0 and fetched.published_at == known.published_at
    return lead > 0 or (lead == 0 and leads)


def _are_same_time(fetched: Article, known: Article) -> bool:
    """Tell whether two times that are as exact mean the same: to the day, or as nearly as upstream's do."""
    one, other = fetched.published_at, known.published_at
    assert one is not None
    assert other is not None
    if fetched.precision == "day":
        return _day(one) == _day(other)
    is_correction = fetched.witness == known.witness != "json"
    return one == other if is_correction else abs(one - other) <= _AGREEMENT


def _day(moment: datetime) -> object:
    return moment.astimezone(PRESS_ZONE).date()


def _with_time_of(known: Article, fetched: Article) -> Article:
    return replace(fetched, published_at=known.published_at, precision=known.precision, witness=known.witness)
