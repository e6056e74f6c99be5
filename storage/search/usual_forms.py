"""Characters that are written in several ways, and which way is the usual one.

The table is made of OpenCC's (Apache License 2.0) and Unicode's, before a start has to wait for it: ``make
forms`` makes it anew, and a test compares.
"""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_suffix(".txt")
"""A line for each usual form: that one first, then the characters that are written so in other places."""
_FIRST_LEVEL = 0xD8  # the rows of GB 2312 from here on hold its rarer characters


def read_usual_forms() -> dict[str, str]:
    """Return each Chinese character that is not the usual form of itself, and the usual form."""
    families = TABLE.read_text("utf-8").splitlines()
    return {other: family[0] for family in families for other in family[1:]}


def rank_character(character: str) -> int:
    """Return 0 for a common character of simplified print (GB 2312's first level), 1 for a rarer, else 2."""
    try:
        row = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 2
    return int(row >= _FIRST_LEVEL)
