"""Looking for the near copies of what is new, and linking them: in batches, each one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

from sqlalchemy import Connection

from pipelines.near_copies import COMMON_KEYS, Dissected, comparable, looks_like, similarity, sketch
from storage.archive import Archive
from storage.sketches import (
    REPRINT_WINDOW,
    StoredSketch,
    delete_sketches,
    find_keys,
    find_signatures,
    find_sketches,
    insert_keys,
    insert_sketches,
    next_number,
)
from storage.stories import (
    Link,
    OwedText,
    find_owed_stories,
    link_copies,
    list_owed_stories,
    read_texts,
    settle_owed_stories,
    unlink_copies,
)

BATCH = 1_000
"""Articles in one transaction: 0.3 s, so that others who write need not wait."""

_CARRIERS = 8
"""Articles of a period that are filed under one key: what more have in common is boilerplate."""
_COMPARED = 8
"""Texts that one text is compared with, those first that look most like it, until one is no copy."""

_Carriers: TypeAlias = defaultdict[int, dict[int, list[int]]]


@dataclass(frozen=True, slots=True)
class Linked:
    """How many articles were looked at, and how many links between near copies that made."""

    articles: int = 0
    links: int = 0


def link_stories(archive: Archive, limit: int | None = None) -> Iterator[Linked]:
    """Look for near copies of what is owed, up to about so many articles; yield the sums after each batch."""
    done = Linked()
    while limit is None or done.articles < limit:
        with archive.writing() as connection:
            batch = link_batch(connection, BATCH)
        if not batch.articles:
            return
        done = Linked(done.articles + batch.articles, done.links + batch.links)
        yield done


def link_batch(connection: Connection, size: int) -> Linked:
    """Look for near copies of so many articles, what was known of them forgotten; say what was done."""
    owed = list_owed_stories(connection, size)
    codes = [one.info_code for one in owed]
    if delete_sketches(connection, codes):
        unlink_copies(connection, codes)
    texts = {one.info_code: comparable(one.text) for one in owed}
    sketches = _sketch_all(owed, texts, next_number(connection))
    candidates = _file_keys(connection, sketches)
    pairs = _likely_pairs(connection, sketches, candidates)
    links = _compare(connection, pairs, texts)
    insert_sketches(connection, sketches)
    link_copies(connection, links)
    settle_owed_stories(connection, codes)
    return Linked(len(codes), len(links))


def _sketch_all(owed: Sequence[OwedText], texts: Mapping[str, str], number: int) -> list[StoredSketch]:
    """Return the sketches of these articles, numbered from that number on; none of too short texts."""
    sketches: list[StoredSketch] = []
    for one in owed:
        drawn = sketch(texts[one.info_code])
        if drawn is not None:
            sketches.append(
                StoredSketch(
                    number + len(sketches), one.info_code, one.published_at, drawn.keys, drawn.signature
                )
            )
    return sketches


def _file_keys(connection: Connection, sketches: Sequence[StoredSketch]) -> dict[int, list[int]]:
    """File the keys of new sketches; return for each the sketches filed before that share enough of them."""
    carriers = _find_carriers(connection, sketches)
    candidates: dict[int, list[int]] = {}
    filed: list[tuple[int, int, int]] = []
    for one in sketches:
        found = (map(carriers[period].get, one.keys) for period in one.periods)
        shared = Counter(chain.from_iterable(filter(None, chain.from_iterable(found))))
        candidates[one.number] = [other for other, count in shared.items() if count >= COMMON_KEYS]
        period = one.period
        for key in one.keys:
            numbers = carriers[period].setdefault(key, [])
            if len(numbers) < _CARRIERS:
                numbers.append(one.number)
                filed.append((period, key, one.number))
    insert_keys(connection, filed)
    return candidates


def _find_carriers(connection: Connection, sketches: Sequence[StoredSketch]) -> _Carriers:
    """Return the sketches that are filed under keys of the new ones, by period and key."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for one in sketches:
        for period in one.periods:
            wanted[period].update(one.keys)
    carriers: _Carriers = defaultdict(dict)
    for period, keys in wanted.items():
        shelf = carriers[period]
        for _, key, number in find_keys(connection, period, keys):
            shelf.setdefault(key, []).append(number)
    return carriers


def _likely_pairs(
    connection: Connection, sketches: Sequence[StoredSketch], candidates: Mapping[int, Sequence[int]]
) -> dict[str, list[str]]:
    """Return for each info code those of the candidates that may be copies by their signatures and times."""
    known = {one.number: one for one in sketches}
    signatures = {one.number: one.signature for one in sketches}
    signatures |= find_signatures(
        connection, {other for some in candidates.values() for other in some} - known.keys()
    )
    likely: dict[int, list[tuple[float, int]]] = {}
    for one in sketches:
        seen = ((looks_like(one.signature, signatures[other]), other) for other in candidates[one.number])
        if chosen := [(likeness, other) for likeness, other in seen if likeness]:
            likely[one.number] = chosen
    known |= find_sketches(
        connection, {other for some in likely.values() for _, other in some} - known.keys()
    )
    pairs: dict[str, list[str]] = {}
    for number, chosen in likely.items():
        one = known[number]
        ranked = sorted(
            (-likeness, other.info_code)
            for likeness, other in ((likeness, known[other]) for likeness, other in chosen)
            if abs(other.published_at - one.published_at) <= REPRINT_WINDOW
        )
        pairs[one.info_code] = [code for _, code in ranked[:_COMPARED]]
    return pairs


def _compare(
    connection: Connection, pairs: Mapping[str, Sequence[str]], texts: Mapping[str, str]
) -> list[Link]:
    """Return links between those pairs that are near copies by their texts; ``texts`` are those at hand.

    Others whose text changed since they were sketched are passed over: they are owed, and find these in turn.
    """
    missing = {code for others in pairs.values() for code in others} - texts.keys()
    changed = find_owed_stories(connection, missing)
    read = read_texts(connection, missing - changed)

    @lru_cache(_COMPARED)
    def dissect(code: str) -> Dissected:
        return Dissected(texts[code] if code in texts else comparable(read[code]))

    links: list[Link] = []
    for one, others in sorted(pairs.items(), key=itemgetter(1)):  # neighbours are compared with the same
        dissected = Dissected(texts[one])
        for other in others:
            if other in changed:
                continue
            alike = similarity(dissected, dissect(other))
            if alike is None:
                break
            links.append(Link(one, other, alike))
    return links
