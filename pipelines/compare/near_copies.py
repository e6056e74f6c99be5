"""Near copies: whether two articles are one text, printed twice and edited in between.

Three steps, each dearer and surer than the one before: common keys, compared signatures, compared texts.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, pairwise
from statistics import fmean

from rensa import RMinHash

from pipelines.compare.fingerprint import fold

SHORTEST = 60
"""Characters, folded, that a text must have: shorter ones are alike by chance."""
COMMON_KEYS = 2
"""Keys that two sketches must share before anything else is compared."""

_GRAM = 5
_SLOTS, _SEED = 256, 42
_KEYS = 24
_LIKELY = 28 / _SLOTS  # a fifth of the characters edited leaves 0.2 of the 5-grams in common
_FINE_GRAM = 4
_SAMPLE = 256
_PARTS, _PARTS_NEW, _NEWEST = 8, 2, 5
_KEPT, _KEPT_OF_NEWEST = 0.2, 0.25
_COPIED, _COPIED_OF_LONGER = 0.3, 0.15
_IN_ORDER = 0.65
_FIRST_LOOK, _OUT_OF_ORDER, _SURELY_IN_ORDER = 24, 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to find its copies.

    ``keys`` are the 24 least ranks of its 5-grams, as signed 32-bit numbers: two texts of which one is the
    other with a fifth of all characters changed share seven of them on average. ``signature`` is its MinHash,
    256 slots of 8 bits.
    """

    keys: tuple[int, ...]
    signature: bytes


class Dissected:
    """A text taken apart: its characters as bytes, and its 4-grams as numbers, both in their order."""

    def __init__(self, comparable_text: str) -> None:
        self.signs = _signs(comparable_text)
        self.grams = memoryview(_numbered(self.signs, _FINE_GRAM, 4)).cast("I")

    @cached_property
    def distinct(self) -> frozenset[int]:
        """All grams, each once."""
        return frozenset(self.grams)


def comparable(text: str) -> str:
    """Return an article's text as it is compared: folded, without its division into paragraphs."""
    return "".join(map(fold, text.split("\n")))


def sketch(comparable_text: str) -> Sketch | None:
    """Return the sketch of a text, None for one too short to be compared."""
    if len(comparable_text) < SHORTEST:
        return None
    grams = memoryview(_numbered(_signs(comparable_text), _GRAM, 8)).cast("Q")
    bounds = array("Q", (0, len(grams)))
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(grams, bounds, _SLOTS, _SEED)
    (ranks,) = matrix.to_rows()
    return Sketch(_least(ranks), struct.pack(f"<{_SLOTS}I", *ranks)[::4])


def looks_like(one: bytes, other: bytes) -> float:
    """Return how likely it is worth comparing two texts with these signatures: their estimated resemblance.

    That is the share of 5-grams that they have in common, of all that either has; 0 for less than a copy's.
    """
    differences = int.from_bytes(one) ^ int.from_bytes(other)
    resemblance = differences.to_bytes(_SLOTS).count(0) / _SLOTS
    return resemblance if resemblance >= _LIKELY else 0.0


def similarity(one: Dissected, other: Dissected) -> float | None:
    """Return how much of two texts is the same, 0 to 1; None when neither is a copy of the other.

    It counts 4-grams, those in common twice, over all of both. The shorter text must be in the longer one
    nearly throughout, and in its order: neither a paragraph that both print nor set sentences that each puts
    together in its own way make a copy. And it must make up a good part of it: an anthology is no copy of
    what it quotes.
    """
    if one.signs == other.signs:
        return 1.0
    shorter, longer = sorted((one, other), key=lambda text: len(text.grams))
    step = max(1, len(shorter.grams) // _SAMPLE)
    sample = shorter.grams[::step].tolist()
    copied = list(map(longer.distinct.__contains__, sample))
    places = list(compress(range(0, len(shorter.grams), step), copied))
    if not (_is_copied_throughout(copied) and _is_in_order(shorter.signs, longer.signs, places)):
        return None
    common = len(shorter.distinct & longer.distinct)
    if common < max(_COPIED * len(shorter.distinct), _COPIED_OF_LONGER * len(longer.distinct)):
        return None
    return 2 * common / (len(shorter.distinct) + len(longer.distinct))


def _least(ranks: list[int]) -> tuple[int, ...]:
    """Return the keys of a MinHash: its least slots, each as rank and place in one signed 32-bit number.

    The least ranks of all slots are, but for collisions, the least of all grams, which is a bottom-k sketch:
    it shares half as much again with a copy's as so many slots would.
    """
    bound = sum(ranks) // _SLOTS // 5  # a fifth of the mean: some 46 of them, which are quicker to sort
    few = {slot: rank for slot, rank in enumerate(ranks) if rank <= bound}
    if len(few) < _KEYS:
        few = dict(enumerate(ranks))
    limit = sorted(few.values())[_KEYS - 1]
    keys = {(rank ^ slot << 24) & 0xFFFF_FFFF for slot, rank in few.items() if rank <= limit}
    return tuple(sorted(key - 0x8000_0000 for key in keys))


def _is_copied_throughout(copied: list[bool]) -> bool:
    """Return whether, of eight parts, at most two are new, and what the five newest keep is no chance."""
    bounds = [len(copied) * number // _PARTS for number in range(_PARTS + 1)]
    kept = sorted(sum(copied[start:end]) / (end - start) for start, end in pairwise(bounds))
    return kept[_PARTS_NEW] >= _KEPT and fmean(kept[:_NEWEST]) >= _KEPT_OF_NEWEST


def _is_in_order(shorter: bytes, longer: bytes, places: list[int]) -> bool:
    """Return whether most of what stands at these places comes in the same order in the longer text.

    Some 24 of them tell it, unless they leave a doubt: looking for all takes far longer.
    """
    rising = _rising(_find_once(shorter, longer, places[:: max(1, len(places) // _FIRST_LOOK)]))
    if _OUT_OF_ORDER <= rising < _SURELY_IN_ORDER:
        return _rising(_find_once(shorter, longer, places)) >= _IN_ORDER
    return rising >= _SURELY_IN_ORDER


def _find_once(shorter: bytes, longer: bytes, places: list[int]) -> list[int]:
    """Return where the longer text has the grams at these places of the shorter one.

    Those that it has twice are left out: they tell nothing of the order.
    """
    grams = [shorter[place : place + _FINE_GRAM] for place in places]
    found = ((gram, longer.find(gram)) for gram in grams)
    return [place for gram, place in found if longer.find(gram, place + 1) < 0]


def _rising(places: list[int]) -> float:
    """Return how great a share of these places the longest rising part of them is; 1 when there are none."""
    least_ends: list[int] = []  # the least place in which a rising part of each length ends
    for place in places:
        at = bisect_right(least_ends, place)
        least_ends[at : at + 1] = [place]
    return len(least_ends) / len(places) if places else 1.0


def _signs(text: str) -> bytes:
    """Return a text's characters as one byte each: the low byte of its UTF-16 code.

    Those few grams which thereby become one change nothing.
    """
    return text.encode("utf-16-le", "surrogatepass")[::2]


def _numbered(signs: bytes, length: int, width: int) -> bytearray:
    """Return the grams of so many characters in their order, each as a number of so many bytes.

    A loop over characters would cost ten times as much.
    """
    count = len(signs) - length + 1
    grams = bytearray(width * count)
    for place in range(length):
        grams[place::width] = signs[place : place + count]
    return grams
