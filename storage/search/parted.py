"""Names set wide: two characters and a blank as wide as a third between them, as 李　平 beside 王小明.

Their lines are searched as they are, and once more with such blanks closed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WIDE_BLANKS = "\u3000\u2003"
_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_PARTED = re.compile(f"(?<![{_HAN}])[{_HAN}](?:[{_WIDE_BLANKS}][{_HAN}])+(?![{_HAN}])")
"""Single Chinese characters, each parted from the next by exactly one wide blank."""


def has_parted(text: str) -> bool:
    """Return whether single characters are parted by a wide blank somewhere in the text."""
    return any(blank in text for blank in _WIDE_BLANKS) and _PARTED.search(text) is not None


def close_parted(text: str) -> str:
    """Return the text without the wide blanks that part single characters."""
    return _PARTED.sub(lambda parted: parted[0].translate(_CLOSED), text) if has_parted(text) else text


def add_closed(text: str) -> str:
    """Return the lines of a text, followed by those that close otherwise than they are written."""
    if not has_parted(text):
        return text
    closed = ((line, close_parted(line)) for line in text.split("\n"))
    return "\n".join([text, *(after for before, after in closed if after != before)])


def list_kept(text: str) -> Sequence[int]:
    """Return the places of the text that `close_parted` keeps, in their order."""
    dropped = {
        parted.start() + place
        for parted in _PARTED.finditer(text)
        for place, sign in enumerate(parted[0])
        if sign in _WIDE_BLANKS
    }
    return [place for place in range(len(text)) if place not in dropped]


_CLOSED = dict.fromkeys(map(ord, _WIDE_BLANKS))
