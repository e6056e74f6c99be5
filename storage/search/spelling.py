"""Spelling: which folded words stand in a text just as it is written, so that SQLite can look for them.

Chinese characters and most Chinese punctuation mean only themselves, but for a text with traditional
characters, invisible ones and the like, which folding rewrites: the index marks those texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import product

from storage.records.text.compatible_forms import NARROWED
from storage.search.folding import compile_finder, list_changes
from storage.search.parted import has_parted
from storage.search.usual_forms import rank_character

_OWN = "\u4e00-\u9fff〇。、《》“”"
_WIDE = {narrow: wide for wide, narrow in NARROWED}
_SPELLED = re.compile(f"[{_OWN}{re.escape(''.join(_WIDE))}]+")
_MAKES = re.compile(f"[{_OWN}{re.escape(''.join(_WIDE))}]")
_MOST_SPELLINGS = 4
_COMPATIBLE = ((0x0080, 0x4E00), (0xF900, 0x10000))
"""Where the first plane has characters that NFKC may write otherwise, but for Hangul and Chinese itself."""


def is_rewritten(text: str) -> bool:
    """Return whether folding may make, drop or replace Chinese characters and punctuation in the text.

    Where it does not, a folded word stands in the text in one of its `spellings`, or not at all.
    """
    return _rewritten().search(text) is not None or has_parted(text)


def spellings(folded: str) -> tuple[str, ...]:
    """Return the ways to write a folded word of Chinese characters and punctuation; none for other words.

    Few have two: a comma and its like, the narrow and the wide form, and what simplified print has two of.
    """
    if _SPELLED.fullmatch(folded) is None:
        return ()
    also = _written_also()
    forms = [(character, *also.get(character, ())) for character in folded]
    if sum(len(form) > 1 for form in forms) * 2 > _MOST_SPELLINGS:
        return ()
    return tuple(map("".join, product(*forms)))


@cache
def _written_also() -> Mapping[str, str]:
    """Return the further forms of folded characters that usual simplified print has, as 著 is one of 着."""
    also = dict(_WIDE)
    for point, new in list_changes().items():
        if new is not None and _is_usual(chr(point)) and _MAKES.search(new):
            also[new] = also.get(new, "") + chr(point)
    return also


def _is_usual(character: str) -> bool:
    """Return whether common print has it: GB 2312's signs and the first level of its characters."""
    return rank_character(character) == 0


@cache
def _rewritten() -> re.Pattern[str]:
    usual = frozenset("".join(_written_also().values()))
    changes = list_changes()
    others = (chr(point) for start, end in _COMPATIBLE for point in range(start, end))
    made = {
        ord(other)
        for other in others
        if not unicodedata.is_normalized("NFKC", other)
        and other not in usual
        and _MAKES.search(unicodedata.normalize("NFKC", other).translate(changes))
    }
    changed = {
        point
        for point, new in changes.items()
        if chr(point) not in usual and (new is None or _MAKES.search(chr(point) + new))
    }
    return compile_finder(changed | made)
