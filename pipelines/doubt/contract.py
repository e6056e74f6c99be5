"""Whether an article is like its source's others, and whether a share of the latest ones is not. Pure.

Nothing is learned from an article that is not believed, and nothing concluded from few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from math import comb

from storage.records import Owed
from storage.records.contract import (
    KEPT,
    NO_TERMS,
    RECENT,
    Contract,
    Mark,
    Remembered,
    Terms,
    Traits,
    bin_of,
    kind_of_day,
)
from storage.records.saying import Saying, say

ENOUGH = 20
"""Articles of which a mark must be known before anything is concluded from its absence."""
WEAK: frozenset[Mark] = frozenset({"author", "media", "pictures", "related", "long"})
"""Marks that a good article may lack: a single one that does is believed."""
_STRONG, _WEAK = 0.995, 0.8
_WINDOWS = (4, 8, 16, 32)
_FEWEST_LOST, _LEAST_LOST = 3, 0.4
_CHANCE = 1e-5
"""How unlikely by chance so many losses must be, given how many the source always had."""
_MOST_USUAL = 0.99
_ENOUGH_LENGTHS, _ENOUGH_STUBS, _DAYS = 20, 40, 5
_SHORT_SHARE, _STUB_SHARE, _STUB_BINS = 0.1, 0.01, 2
_WAITED = 8
"""Looks after which an article that alone is unlike the others is believed: most of a day has passed."""
_KEPT_SINCE = 2
_CLEAN = 3
"""Articles in a row that have a mark again, after which its break is over."""


@dataclass(frozen=True, slots=True)
class Break:
    """A mark that so many of the latest articles lost, with the codes of some."""

    mark: Mark
    lost: int
    of: int
    codes: tuple[str, ...]


def judge_traits(contract: Contract, traits: Traits, owed: Owed, terms: Terms = NO_TERMS) -> Traits:
    """Return an article's traits with the marks that others tell: whether it is a stub, short, or a copy."""
    has = dict(traits.has)
    kind, place = kind_of_day(traits.day), bin_of(traits.length)
    earlier, every = _earlier_lengths(contract, kind), contract.lengths[kind]
    if contract.days >= _DAYS and sum(earlier) >= _ENOUGH_LENGTHS:
        has["long"] = place >= _quantile(earlier, _SHORT_SHARE)
    if sum(every) >= _ENOUGH_STUBS:
        has["stub"] = place > _quantile(every, _STUB_SHARE) - _STUB_BINS
    has["fresh"] = not _count_copies(contract.recent, traits, owed.info_code)
    if terms.shortest:
        has["stub"] = traits.length >= terms.shortest
    return replace(traits, has={mark: value for mark, value in has.items() if terms.shares.get(mark) != 0})


def find_lost(contract: Contract, traits: Traits, terms: Terms = NO_TERMS) -> tuple[Mark, ...]:
    """Return the marks that an article lacks and nearly all of its source's have, or most for a weak one."""
    return tuple(
        mark
        for mark, has in traits.has.items()
        if not has and (mark in KEPT or _usual(contract, mark, terms) >= (_WEAK if mark in WEAK else _STRONG))
    )


def doubt_by_contract(
    contract: Contract, traits: Traits, lost: Sequence[Mark], owed: Owed, terms: Terms = NO_TERMS
) -> Saying | None:
    """Return why an article is set aside that is unlike its source's others; None when it is believed.

    While its source is broken in a mark that it lost too, it waits for somebody. Alone, it waits until others
    have come that have what it lacks, or most of a day.
    """
    if terms.shortest and traits.length < terms.shortest:
        return say("contract.shorter", length=traits.length, least=terms.shortest)
    held = [mark for mark in lost if mark not in KEPT]
    found = find_breaks(_with(contract, owed.info_code, lost), terms) if held else ()
    breaks = {one.mark for one in found}
    broken = [mark for mark in held if mark in contract.broken or mark in breaks]
    if broken:
        return say("contract.broken", source=owed.source, lost=tell_marks(broken))
    strong = [mark for mark in held if mark not in WEAK]
    if "fresh" not in strong and _is_one_of_many(contract.recent, traits, owed):
        strong.append("fresh")
    if not strong or _has_waited(contract, strong, owed):
        return None
    return say("contract.held", lost=tell_marks(strong))


def may_be_of_break(lost: Sequence[Mark], owed: Owed) -> bool:
    """Tell whether a believed article may yet be one of a break: it is seen first, and lacks what counts."""
    return not owed.attempts and any(mark not in KEPT for mark in lost)


def doubt_furniture(contract: Contract, owed: Owed, terms: Terms = NO_TERMS) -> Saying | None:
    """Return why a page without any text is not believed to be a picture's or an advertisement's place.

    None where it is: a source has some of them, but not of a sudden nothing else.
    """
    usual = _usual(contract, "article", terms)
    broken = {one.mark for one in find_breaks(_with(contract, owed.info_code, ("article",)), terms)}
    if "article" in (*contract.broken, *broken):
        return say("contract.broken", source=owed.source, lost=tell_marks(["article"]))
    if usual < _STRONG or _has_waited(contract, ["article"], owed):
        return None
    return say("contract.held", lost=tell_marks(["article"]))


def find_breaks(contract: Contract, terms: Terms = NO_TERMS) -> tuple[Break, ...]:
    """Return the marks that so many of the latest articles lost that it is no chance, the gravest first.

    One that was broken before stays so until some in a row have it again.
    """
    found = []
    for mark in dict.fromkeys(mark for one in contract.recent for mark in one.lost):
        usual = _usual(contract, mark, terms)
        one = _find_break(contract, mark, usual) if usual > 0 else None
        if one is not None:
            found.append(one)
    return tuple(sorted(found, key=lambda one: (one.mark in KEPT, one.mark == "article", -one.lost)))


def tell_marks(marks: Sequence[Mark]) -> list[Saying]:
    """Return clauses that say what an article lacks."""
    return [say(f"contract.{mark}") for mark in marks]


def _find_break(contract: Contract, mark: Mark, usual: float) -> Break | None:
    recent = contract.recent
    for width in _WINDOWS:
        last = recent[-width:]
        lost = [one.code for one in last if mark in one.lost]
        if len(lost) < max(_FEWEST_LOST, _LEAST_LOST * len(last)) or _is_over(recent, mark):
            continue
        if _chance(len(lost), len(last), 1 - min(usual, _MOST_USUAL)) < _CHANCE:
            return Break(mark, len(lost), len(last), tuple(reversed(lost)))
    if mark in contract.broken and not _is_over(recent, mark):
        last = recent[-_WINDOWS[1] :]
        lost = [one.code for one in last if mark in one.lost]
        return Break(mark, len(lost), len(last), tuple(reversed(lost)))
    return None


def _is_over(recent: Sequence[Remembered], mark: Mark) -> bool:
    return not any(mark in one.lost for one in recent[-_CLEAN:])


def _usual(contract: Contract, mark: Mark, terms: Terms) -> float:
    """Return the share of a source's articles that have a mark; 0 where too few are known."""
    if mark in terms.shares:
        return terms.shares[mark]
    if mark == "stub":
        return 1.0 if contract.count >= ENOUGH or terms.shortest else 0.0
    if mark == "long":
        return 1 - _SHORT_SHARE if contract.days >= _DAYS else 0.0
    share = contract.share(mark)
    if share is None or contract.sums[mark][1] < ENOUGH or contract.count < ENOUGH:
        return 0.0
    return share


@lru_cache(maxsize=1024)
def _chance(lost: int, of: int, rate: float) -> float:
    """Return how likely so many losses of so many are, or more, where each is lost at that rate."""
    return sum(comb(of, some) * rate**some * (1 - rate) ** (of - some) for some in range(lost, of + 1))


def _earlier_lengths(contract: Contract, kind: int) -> list[float]:
    """Return the lengths of a kind of day without the latest articles: a break must not become the habit."""
    lengths = [*contract.lengths[kind]]
    for one in contract.recent if lengths else ():
        if one.length and _kind_of(one.day) == kind:
            place = bin_of(one.length)
            lengths[place] = max(0.0, lengths[place] - 1)
    return lengths


@lru_cache(maxsize=64)
def _kind_of(day: str) -> int:
    return kind_of_day(date.fromisoformat(day) if day else None)


def _quantile(lengths: Sequence[float], share: float) -> int:
    wanted, passed = share * sum(lengths), 0.0
    for place, weight in enumerate(lengths):
        passed += weight
        if passed > wanted:
            return place
    return len(lengths)


def _count_copies(recent: Sequence[Remembered], traits: Traits, code: str) -> int:
    """Return how many other articles under other titles have one of this one's longest paragraphs."""
    prints = {*traits.prints}
    return sum(
        1
        for one in recent
        if one.code != code and one.named != traits.named and not prints.isdisjoint(one.prints)
    )


def _is_one_of_many(recent: Sequence[Remembered], traits: Traits, owed: Owed) -> bool:
    """Tell whether several others have this text, and its title is not the listed one: that is always odd."""
    if traits.has.get("fresh", True) or traits.has.get("agrees", True):
        return False
    same = [
        one
        for one in recent
        if one.prints == traits.prints and one.code != owed.info_code and one.named != traits.named
    ]
    return len(same) > 1


def _has_waited(contract: Contract, lost: Sequence[Mark], owed: Owed) -> bool:
    """Tell whether an article that was set aside before stands alone with what it lacks."""
    if not owed.attempts:
        return False
    if owed.attempts >= _WAITED:
        return True
    codes = [one.code for one in contract.recent]
    if owed.info_code not in codes and len(codes) < RECENT:
        return False
    place = codes.index(owed.info_code) + 1 if owed.info_code in codes else 0
    since = contract.recent[place:]
    kept = sum(1 for one in since if not {*one.lost} & {*lost})
    return kept >= _KEPT_SINCE and kept * 2 > len(since)


def _with(contract: Contract, code: str, lost: Sequence[Mark]) -> Contract:
    """Return a contract as it is with this article among the recent ones, at its place if it is one."""
    if any(one.code == code and one.lost == tuple(lost) for one in contract.recent):
        return contract
    others = tuple(one for one in contract.recent if one.code != code)
    return replace(contract, recent=(*others, Remembered(code, tuple(lost))))
