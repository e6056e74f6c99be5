"""Looking for the near copies of what is new, and linking them: in batches.

A batch is read and compared without the write lock, and entered in one short transaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

from sqlalchemy import Connection

from pipelines.compare.near_copies import COMMON_KEYS, Dissected, comparable, looks_like, similarity, sketch
from storage.archive.folder import Archive
from storage.archive.turns import Turns
from storage.stories.sketch import (
    REPRINT_WINDOW,
    StoredSketch,
    delete_sketches,
    find_keys,
    find_signatures,
    find_sketch_numbers,
    find_sketches,
    insert_keys,
    insert_sketches,
    next_number,
)
from storage.stories.story import (
    Link,
    OwedText,
    find_owed_stories,
    find_owed_texts,
    link_copies,
    list_owed_stories,
    read_texts,
    settle_owed_stories,
    unlink_copies,
)

BATCH = 250
"""Articles in one transaction at most: as many as take some tens of milliseconds."""
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


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking for the near copies of some articles found, to be entered by `enter_looked`.

    ``first`` is the number of the first of the ``sketches``, ``filed`` their keys.
    """

    owed: tuple[OwedText, ...]
    first: int
    sketches: tuple[StoredSketch, ...]
    filed: tuple[tuple[int, int, int], ...]
    links: tuple[Link, ...]


def link_stories(
    archive: Archive, limit: int | None = None, turns: Turns | None = None, batch: int = BATCH
) -> Iterator[Linked]:
    """Look for near copies of what is owed, up to about so many articles; yield the sums after each batch.

    One transaction enters at most a ``batch``.
    """
    turns = turns or Turns(archive)
    done = Linked()
    while limit is None or done.articles < limit:
        with archive.reading() as connection:
            looked = look_for_copies(connection, turns.fit(batch))
        if not looked.owed:
            return
        with turns.writing() as connection:
            linked = enter_looked(connection, looked)
        if linked is not None:
            done = Linked(done.articles + linked.articles, done.links + linked.links)
            yield done


def link_batch(connection: Connection, size: int) -> Linked:
    """Look for near copies of so many articles and enter them, in one transaction; say what was done."""
    linked = enter_looked(connection, look_for_copies(connection, size))
    assert linked is not None, "nobody else writes in one transaction"
    return linked


def look_for_copies(connection: Connection, size: int) -> Looked:
    """Look for near copies of so many articles, as if nothing were known of them yet; write nothing."""
    owed = tuple(list_owed_stories(connection, size))
    texts = {one.info_code: comparable(one.text) for one in owed}
    first = next_number(connection)
    sketches = _sketch_all(owed, texts, first)
    candidates, filed = _choose_keys(connection, sketches, find_sketch_numbers(connection, texts))
    pairs = _likely_pairs(connection, sketches, candidates)
    links = _compare(connection, pairs, texts)
    return Looked(owed, first, tuple(sketches), tuple(filed), tuple(links))


def enter_looked(connection: Connection, looked: Looked) -> Linked | None:
    """Enter what was found, what was known of these articles forgotten; say what was done.

    None, and nothing is done, where somebody else has linked or changed them in the meantime. A link to
    another article whose text has changed since is left out: it is owed, and finds these in turn.
    """
    codes = [one.info_code for one in looked.owed]
    is_same = tuple(find_owed_texts(connection, codes)) == looked.owed
    if not is_same or next_number(connection) != looked.first:
        return None
    delete_sketches(connection, codes)
    unlink_copies(connection, codes)
    changed = find_owed_stories(connection, {link.other for link in looked.links} - {*codes})
    links = [link for link in looked.links if link.other not in changed]
    insert_sketches(connection, looked.sketches)
    insert_keys(connection, looked.filed)
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


def _choose_keys(
    connection: Connection, sketches: Sequence[StoredSketch], gone: AbstractSet[int]
) -> tuple[dict[int, list[int]], list[tuple[int, int, int]]]:
    """Return for each new sketch those filed before that share enough keys, and the keys to be filed.

    ``gone`` are sketches that will be gone by then.
    """
    carriers = _find_carriers(connection, sketches, gone)
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
    return candidates, filed


def _find_carriers(
    connection: Connection, sketches: Sequence[StoredSketch], gone: AbstractSet[int]
) -> _Carriers:
    """Return the sketches that are filed under keys of the new ones, by period and key."""
    wanted: defaultdict[int, set[int]] = defaultdict(set)
    for one in sketches:
        for period in one.periods:
            wanted[period].update(one.keys)
    carriers: _Carriers = defaultdict(dict)
    for period, keys in wanted.items():
        shelf = carriers[period]
        for _, key, number in find_keys(connection, period, keys):
            if number not in gone:
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
        seen = (
            (looks_like(one.signature, signatures[other]), other)
            for other in candidates[one.number]
            if other in signatures
        )
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
