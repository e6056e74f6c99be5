"""Spelling: which folded words stand in a text just as it is written, so that SQLite can look for them.

Chinese characters and most Chinese punctuation mean only themselves, but for a text with traditional
characters, invisible ones and the like, which folding rewrites: the index marks those texts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import product

from storage.search.folding import NARROWED, changed_points, compile_finder

_OWN = "\u4e00-\u9fff〇。、《》“”"
_WIDE = {narrow: wide for wide, narrow in NARROWED}
_SPELLED = re.compile(f"[{_OWN}{re.escape(''.join(_WIDE))}]+")
_MOST_SPELLINGS = 4
_COMPATIBLE = ((0x0080, 0x4E00), (0xF900, 0x10000))
"""Where the first plane has characters that NFKC may write otherwise, but for Hangul and Chinese itself."""


def is_rewritten(text: str) -> bool:
    """Return whether folding may make, drop or replace Chinese characters and punctuation in the text.

    Where it does not, a folded word stands in the text in one of its `spellings`, or not at all.
    """
    return _rewritten().search(text) is not None


def spellings(folded: str) -> tuple[str, ...]:
    """Return the ways to write a folded word of Chinese characters and punctuation; none for other words.

    Only a comma and its like have two, the narrow and the wide form.
    """
    if _SPELLED.fullmatch(folded) is None:
        return ()
    forms = [(character, *_WIDE.get(character, ())) for character in folded]
    if sum(len(form) > 1 for form in forms) * 2 > _MOST_SPELLINGS:
        return ()
    return tuple(map("".join, product(*forms)))


@cache
def _rewritten() -> re.Pattern[str]:
    makes = re.compile(f"[{_OWN}{re.escape(''.join(_WIDE))}]")
    others = (chr(point) for start, end in _COMPATIBLE for point in range(start, end))
    made = {
        ord(other)
        for other in others
        if not unicodedata.is_normalized("NFKC", other)
        and other not in _WIDE.values()
        and makes.search(unicodedata.normalize("NFKC", other))
    }
    return compile_finder(changed_points() | made)
