"""A source's contract: what its articles are like by its own history, and which of the last were not.

Running sums alone: it grows with nothing, and learning one article costs the same whatever came before.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import lru_cache
from typing import Literal, get_args

Mark = Literal[
    "article", "title", "time", "exact", "day", "author", "media", "pictures", "declared", "rules",
    "agrees", "related", "finished", "fresh", "chinese", "stub", "long",
]  # fmt: skip
"""What an article may have, or lose: it is one; title and time stand on its page, the time to the minute or
more exactly, and not far from the day in its code or address; author and newspaper are named; it has
pictures; a declared layout found the text, or at least our own rules did; its title agrees with the listed
one, and its text with its title; it ends as sentences do; no other article has its text; it is Chinese; it is
longer than any stub, and not shorter than nearly all others of such days."""
MARKS: tuple[Mark, ...] = get_args(Mark)
KEPT: frozenset[Mark] = frozenset({"author", "media", "pictures"})
"""Marks whose loss takes nothing from the text: articles without them are archived, and the break is told."""
RECENT = 40
"""Articles that are remembered one by one."""
PRINTS = 3
"""Prints of paragraphs that are remembered of each."""
BINS = 28
_FADING = 0.97
"""How much of what was learned counts on the next day: half after three weeks."""
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class Traits:
    """What one article is like. ``has`` tells of the marks that apply; ``day`` is that of its publication.

    ``length`` counts the characters of its text; ``prints`` are hashes of its longest paragraphs, ``named``
    is one of its title.
    """

    has: Mapping[Mark, bool]
    length: int = 0
    day: date | None = None
    prints: tuple[int, ...] = ()
    named: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """One article of a source as it was read, and which of its source's marks it lost.

    ``traits`` are None for a page that is no article; ``is_believed``: it is archived, and may be learned.
    ``is_again``: a page of it was set aside before.
    """

    source: str
    info_code: str
    traits: Traits | None
    lost: tuple[Mark, ...] = ()
    is_believed: bool = True
    is_again: bool = False


@dataclass(frozen=True, slots=True)
class Remembered:
    """One of the last articles: the marks it lost, and the prints of its longest paragraphs and its title."""

    code: str
    lost: tuple[Mark, ...] = ()
    prints: tuple[int, ...] = ()
    named: int = 0
    length: int = 0
    day: str = ""


_REMEMBERED = tuple(one.name for one in fields(Remembered))


@dataclass(frozen=True, slots=True)
class Terms:
    """What is declared of a contract. ``shares`` take the place of learned ones: 0 for a mark of no account.

    ``shortest`` is the length in characters below which a text is none; ``least_list`` the share of its usual
    links below which a list is not believed, 0 for any.
    """

    is_watched: bool = True
    shortest: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    least_list: float = 0.25


NO_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Contract:
    """What a source's articles are like.

    ``sums`` has for each mark how many had it, and of how many, older days counting less; ``lengths`` are
    histograms of lengths (`bin_of`) for working days, Saturdays and Sundays. ``recent`` are the last
    articles, the latest last. ``broken`` are the marks that a share of the recent ones lost. ``lists`` are
    the numbers of links on its last lists, and ``thin`` that of one which is not believed. ``count`` counts
    every article that was ever learned.
    """

    count: int = 0
    sums: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    lengths: tuple[tuple[float, ...], ...] = ((), (), ())
    recent: tuple[Remembered, ...] = ()
    broken: tuple[Mark, ...] = ()
    lists: tuple[int, ...] = ()
    thin: int | None = None
    learned_on: str = ""
    days: int = 0

    def share(self, mark: Mark) -> float | None:
        """Return the share of articles that have a mark, None where none was seen to which it applies."""
        had, of = self.sums.get(mark, (0.0, 0.0))
        return had / of if of > 0 else None

    def learn(self, observed: Observed) -> Contract:
        """Return the contract after one more article; one that is not believed is only remembered."""
        remembered = replace(self, recent=_remember(self.recent, observed))
        if not observed.is_believed or observed.traits is None:
            return remembered
        return _add(remembered, observed.traits)

    def is_told_more_by(self, observed: Observed) -> bool:
        """Tell whether an article is to be judged anew: a later one shares its text, or lost what it lost."""
        place = next((at for at, one in enumerate(self.recent) if one.code == observed.info_code), None)
        if place is None:
            return False
        own = self.recent[place]
        return any(
            not ({*own.lost} - KEPT).isdisjoint(later.lost)
            or (later.named != own.named and not {*own.prints}.isdisjoint(later.prints))
            for later in self.recent[place + 1 :]
        )

    def forget(self, marks: Sequence[Mark]) -> Contract:
        """Return the contract without what it says of some marks: they are learned anew."""
        left = {mark: sums for mark, sums in self.sums.items() if mark not in marks}
        lengths = ((), (), ()) if {"long", "stub"} & set(marks) else self.lengths
        recent = tuple(replace(one, lost=()) for one in self.recent)
        return replace(self, sums=left, lengths=lengths, recent=recent, broken=())

    def breaking(self, marks: Sequence[Mark]) -> Contract:
        """Return the contract with these marks as those that a share of the latest articles lost."""
        return replace(self, broken=tuple(marks))

    def store(self) -> str:
        """Return it as a text that `read_contract` reads."""
        rest = {
            "count": self.count,
            "sums": self.sums,
            "lengths": self.lengths,
            "broken": self.broken,
            "lists": self.lists,
            "thin": self.thin,
            "learned_on": self.learned_on,
            "days": self.days,
        }
        recent = ",".join(map(_store_remembered, self.recent))
        return f'{{"recent":[{recent}],{json.dumps(rest, separators=(",", ":"))[1:]}'


NO_CONTRACT = Contract()


def read_contract(stored: str) -> Contract:
    """Return the contract that `Contract.store` made this text of; an empty one of anything else."""
    try:
        values = json.loads(stored)
        return Contract(
            count=values["count"],
            sums={mark: (had, of) for mark, (had, of) in values["sums"].items()},
            lengths=tuple(tuple(one) for one in values["lengths"]),
            recent=tuple(_read_remembered(one) for one in values["recent"]),
            broken=tuple(values["broken"]),
            lists=tuple(values["lists"]),
            thin=values.get("thin"),
            learned_on=values["learned_on"],
            days=values["days"],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return NO_CONTRACT


def bin_of(length: int) -> int:
    """Return the place of a length in a histogram: two for each doubling."""
    return min(BINS - 1, (length * length).bit_length())


def length_of(place: int) -> int:
    """Return the least length at a place of a histogram, to two digits as people say it."""
    length = math.isqrt(1 << (place - 1)) if place else 0
    digits = max(0, len(str(length)) - 2)
    return round(length, -digits)


def kind_of_day(day: date | None) -> int:
    """Return which histogram a day's articles are in: 0 for working days, 1 Saturdays, 2 Sundays."""
    return 0 if day is None else max(0, day.weekday() - 4)


@lru_cache(maxsize=2048)
def _store_remembered(one: Remembered) -> str:
    """Return an article as it is stored: each is written with all that come after it."""
    return json.dumps({name: getattr(one, name) for name in _REMEMBERED}, separators=(",", ":"))


def _read_remembered(values: Mapping[str, object]) -> Remembered:
    entry = dict(values)
    entry |= {name: tuple(entry.get(name) or ()) for name in ("lost", "prints")}  # type: ignore[arg-type]
    return Remembered(**entry)  # type: ignore[arg-type]


def _remember(recent: tuple[Remembered, ...], observed: Observed) -> tuple[Remembered, ...]:
    """Return the last articles with one more; one that is as it was when seen before keeps its place.

    One that was set aside long ago, and is again, is none of the last.
    """
    traits = observed.traits or Traits({})
    entry = Remembered(
        observed.info_code,
        observed.lost,
        traits.prints,
        traits.named,
        traits.length,
        traits.day.isoformat() if traits.day else "",
    )
    known = next((at for at, one in enumerate(recent) if one.code == entry.code), None)
    if known is None:
        is_old = observed.is_again and not observed.is_believed
        return recent if is_old else (*recent, entry)[-RECENT:]
    if recent[known].lost == entry.lost:
        return (*recent[:known], entry, *recent[known + 1 :])
    return (*recent[:known], *recent[known + 1 :], entry)


def _add_length(
    lengths: tuple[tuple[float, ...], ...], traits: Traits, fading: float
) -> tuple[tuple[float, ...], ...]:
    kind, place = kind_of_day(traits.day), bin_of(traits.length)
    if fading < 1:  # of all days alike
        lengths = tuple(tuple(round(value * fading, 3) for value in one) for one in lengths)
    own = list(lengths[kind] or (0.0,) * BINS)
    own[place] = round(own[place] + 1, 3)
    return (*lengths[:kind], tuple(own), *lengths[kind + 1 :])


def _add(contract: Contract, traits: Traits) -> Contract:
    today = traits.day.isoformat() if traits.day else contract.learned_on
    is_next = today > contract.learned_on
    fading = _FADING if is_next and contract.learned_on else 1.0
    sums = dict(contract.sums)
    if fading < 1:
        sums = {mark: (had * fading, of * fading) for mark, (had, of) in sums.items()}
    for mark, has in traits.has.items():
        had, of = sums.get(mark, (0.0, 0.0))
        sums[mark] = (round(had + has, 3), round(of + 1, 3))
    return replace(
        contract,
        count=contract.count + 1,
        sums=sums,
        lengths=_add_length(contract.lengths, traits, fading),
        learned_on=max(today, contract.learned_on),
        days=min(contract.days + is_next, _MOST_DAYS),
    )
