"""The lines of a headline beside the headline itself: the kicker over it, the subtitle under it."""

from __future__ import annotations

from collections.abc import Sequence

from spiders.readers.chinese.element_words import words_of
from spiders.readers.chinese.info_row import is_info_row
from spiders.readers.chinese.sheet import Line
from spiders.readers.chinese.title import Titled

_OVER = frozenset(
    [
        "pre",
        "kicker",
        "yinti",
        "yin",
        "shoulder",
        "jianti",
        "uptitle",
        "suptitle",
        "pretitle",
        "introtitle",
        "toptitle",
        "overline",
    ]
)
_UNDER = frozenset("subtitle sub futi fubiaoti subhead subtit futitle fbt downtitle secondtitle".split())  # noqa: SIM905
_SHORTEST, _LONGEST = 4, 80


def find_kicker(lines: Sequence[Line], title: Titled | None) -> str | None:
    """Return the line right over the headline where its element says that it belongs there."""
    if title is None or not title.lines or not title.lines[0].index:
        return None
    line = lines[title.lines[0].index - 1]
    return line.text if _is_of_headline(line, title, _OVER) else None


def find_subtitle(lines: Sequence[Line], title: Titled | None, first: int) -> str | None:
    """Return the line right under the headline, over the text that begins at ``first``, likewise."""
    if title is None or not title.lines or title.lines[-1].index + 1 >= first:
        return None
    line = lines[title.lines[-1].index + 1]
    return line.text if _is_of_headline(line, title, _UNDER) else None


def _is_of_headline(line: Line, title: Titled, words: frozenset[str]) -> bool:
    if line.is_hidden or line.is_margin or line.linked or line.text == title.text or is_info_row(line):
        return False
    if not _SHORTEST <= len(line.text) <= _LONGEST:
        return False
    beside = line.block.getparent() is title.lines[0].block.getparent()
    return bool(words_of(line.block) & words) or (beside and line.heading > 1)
