"""What was learned of a source's articles and lists: in figures, and as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jianbao.documents.document import Document
from storage.records.contract import MARKS, Contract, Mark, length_of
from storage.records.saying import Saying, say

_LEAST = 20
"""Articles below which nothing is said of a source."""
_FEWEST_LISTS = 3
_TOLD: tuple[Mark, ...] = ("title", "time", "author", "pictures")
_EDGE = 0.05
"""Share of the articles that are shorter, and of those that are longer, than what is told."""


def present_contract(contract: Contract | None, kind: str) -> Document | None:
    """Return what is known of a source: None where that is nothing yet.

    ``shares`` are of the articles that have a mark (docs/breaks.md), ``length`` the characters of nine in
    ten texts, to half a doubling, and ``links`` the fewest and most on the last lists. ``usual`` says it.
    """
    if contract is None or not (contract.count or contract.lists):
        return None
    shares = {mark: contract.share(mark) for mark in MARKS}
    return {
        "articles": contract.count,
        "shares": {mark: round(share, 3) for mark, share in shares.items() if share is not None},
        "length": _span(_usual_lengths(contract)),
        "links": _span(_usual_links(contract)),
        "broken": [*contract.broken],
        "usual": say_contract(contract, kind),
    }


def say_contract(contract: Contract, kind: str) -> Saying | None:
    """Return what a source's articles and lists usually are; None where too little is known.

    ``kind`` is the source's: the lists of digital newspapers, in hundredths of a page, are not told.
    """
    parts = [*_say_articles(contract)] if contract.count >= _LEAST else []
    links = None if kind == "epaper" else _usual_links(contract)
    if links is not None and len(contract.lists) >= _FEWEST_LISTS:
        parts.append(say("contract.usual_links", least=links[0], most=links[1]))
    return say("contract.usual", what=parts) if parts else None


def _say_articles(contract: Contract) -> Iterator[Saying]:
    for mark in _TOLD:
        share = contract.share(mark)
        if share:
            yield say(f"contract.usual_{mark}", percent=round(100 * share))
    if lengths := _usual_lengths(contract):
        yield say("contract.usual_length", least=lengths[0], most=lengths[1])


def _usual_lengths(contract: Contract) -> tuple[int, int] | None:
    kinds = [one for one in contract.lengths if one]
    places = [sum(weights) for weights in zip(*kinds, strict=True)]
    if not any(places):
        return None
    first, last = _place(places, _EDGE), len(places) - 1 - _place(places[::-1], _EDGE)
    return length_of(first), length_of(last + 1)


def _place(places: Sequence[float], share: float) -> int:
    """Return the first place up to which more than that share lies."""
    passed = 0.0
    for at, weight in enumerate(places):
        passed += weight
        if passed > share * sum(places):
            return at
    return len(places) - 1


def _usual_links(contract: Contract) -> tuple[int, int] | None:
    return (min(contract.lists), max(contract.lists)) if contract.lists else None


def _span(span: tuple[int, int] | None) -> Document | None:
    return None if span is None else {"least": span[0], "most": span[1]}
