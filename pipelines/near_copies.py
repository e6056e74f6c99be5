"""Near copies: whether two articles are one text, printed twice and edited in between.

Three steps, each dearer and surer than the one before: common keys, compared signatures, compared texts.
"""

from __future__ import annotations

import struct
from array import array
from dataclasses import dataclass
from itertools import pairwise

from rensa import RMinHash

from pipelines.fingerprint import fold

SHORTEST = 60
"""Characters, folded, that a text must have: shorter ones are alike by chance."""
COMMON_KEYS = 2
"""Keys that two sketches must share before anything else is compared."""

_GRAM = 5
_SLOTS, _SEED = 256, 42
_KEYS = 24
_LIKELY = 22 / _SLOTS  # a fifth of the characters edited leaves 0.2 of the 5-grams, in a short text 0.12
_FINE_GRAM = 4
_SAMPLE = 256
_PARTS, _PARTS_COPIED = 8, 6
_PART_COPIED, _COPIED, _COPIED_OF_LONGER = 0.25, 0.3, 0.15


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is kept of a text to find its copies.

    ``keys`` are the 24 least ranks of its 5-grams, as signed 32-bit numbers: two texts of which one is the
    other with a fifth of all characters changed share seven of them on average. ``signature`` is its MinHash,
    256 slots of 8 bits.
    """

    keys: tuple[int, ...]
    signature: bytes


@dataclass(frozen=True, slots=True)
class Dissected:
    """A text taken apart: all 4-grams that are in it, and some 256 of them or more in their order."""

    sample: list[int]
    distinct: frozenset[int]


def comparable(text: str) -> str:
    """Return an article's text as it is compared: folded, without its division into paragraphs."""
    return "".join(map(fold, text.split("\n")))


def sketch(comparable_text: str) -> Sketch | None:
    """Return the sketch of a text, None for one too short to be compared."""
    if len(comparable_text) < SHORTEST:
        return None
    grams = memoryview(_numbered(comparable_text, _GRAM)).cast("Q")
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


def dissect(comparable_text: str) -> Dissected:
    """Return a text ready to be compared with others."""
    grams = memoryview(_numbered(comparable_text, _FINE_GRAM)).cast("Q").tolist()
    return Dissected(grams[:: max(1, len(grams) // _SAMPLE)], frozenset(grams))


def similarity(one: Dissected, other: Dissected) -> float | None:
    """Return how much of two texts is the same, 0 to 1; None when neither is a copy of the other.

    It counts 4-grams, those in common twice, over all of both. The shorter text must be in the longer one
    nearly throughout, in six of its eight parts: a paragraph that both print makes no copy. And it must make
    up a good part of it: an anthology is no copy of what it quotes.
    """
    shorter, longer = sorted((one, other), key=lambda text: len(text.distinct))
    copied = list(map(longer.distinct.__contains__, shorter.sample))
    if sum(map(_is_copied, _parts(copied))) < _PARTS_COPIED:
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
    limit = sorted(ranks)[_KEYS - 1]
    least = [(rank, slot) for slot, rank in enumerate(ranks) if rank <= limit]
    return tuple(sorted({((rank ^ slot << 24) & 0xFFFF_FFFF) - 0x8000_0000 for rank, slot in least}))


def _is_copied(part: list[bool]) -> bool:
    return sum(part) >= _PART_COPIED * len(part)


def _parts(copied: list[bool]) -> list[list[bool]]:
    bounds = [len(copied) * number // _PARTS for number in range(_PARTS + 1)]
    return [copied[start:end] for start, end in pairwise(bounds)]


def _numbered(text: str, length: int) -> bytearray:
    """Return the text's grams of 4 or 5 characters in order, each as the eight bytes of one number.

    A loop over characters would cost ten times as much. Of each character there is the low byte of its
    UTF-16 code, and of every other one the high byte: two grams with one number are as good as none.
    """
    codes = text.encode("utf-16-le", "surrogatepass")
    low, high = codes[0::2], codes[1::2]
    count = len(low) - length + 1
    grams = bytearray(8 * count)
    for place in range(length):
        grams[place::8] = low[place : place + count]
    for place, position in enumerate(range(0, length, 2), start=length):
        grams[place::8] = high[position : position + count]
    return grams
