"""What stands before NFKC, which makes one character of those that differ in width or shape alone."""

from __future__ import annotations

import unicodedata
from itertools import groupby, islice

NARROWED = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
"""What NFKC does to the punctuation of nearly every Chinese line: with it done, most lines need no more."""
_MOST_MARKS = 30
"""Marks in a row (Unicode's stream-safe limit, UAX 15): sorting a run takes the square of its length."""


def narrow(text: str) -> str:
    """Return the text with the usual Chinese punctuation in its narrow form."""
    for wide, small in NARROWED:
        text = text.replace(wide, small)
    return text


def thin_marks(text: str) -> str:
    """Return the text with no longer runs of marks than any script has."""
    runs = groupby(text, key=_is_mark)
    return "".join("".join(islice(run, _MOST_MARKS) if is_mark else run) for is_mark, run in runs)


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0
