"""What a match is: the one definition that decides, whatever the index proposed (docs/design.md#search).

A word matches where it is part of the folded title or of one folded line of the text, as it is or with names
set wide closed, and where a run of ASCII letters or digits at its end does not go on.
"""

from __future__ import annotations

import re
from functools import lru_cache

from storage.search.folding import fold_lines, fold_roughly
from storage.search.parted import add_closed
from storage.search.query import Group, Query, Word
from storage.search.tokens import is_word_character

_HAN_FIRST, _HAN_LAST = "\u4e00", "\u9fff"
_STEADY = re.compile("[\u4e00-\u9fff,:;!?()。、《》“”]+")
"""Characters without case that no mark behind them melts into."""


def matches(query: Query, title: str, text: str) -> bool:
    """Return whether an article with this title and these lines of text answers the query."""
    if not query.groups:
        return True
    if _is_plainly_there(query, title, text):
        return True
    fold_text = fold_roughly if _is_steady(query) else fold_lines
    folded_title = fold_text(add_closed(title.replace("\n", " ")))
    everything = f"{folded_title}\n{fold_text(add_closed(text))}"
    return any(_matches_group(group, folded_title, everything) for group in query.groups)


def pattern_of(word: Word) -> re.Pattern[str]:
    """Return the pattern that finds a word in folded text."""
    return _pattern(word.folded, word.open_left, word.open_right)


def has_edge(word: Word) -> bool:
    """Return whether an end of the word must not be in the middle of a run of ASCII letters or digits."""
    return (not word.open_left and is_word_character(word.folded[0])) or (
        not word.open_right and is_word_character(word.folded[-1])
    )


def is_plain(word: Word) -> bool:
    """Return whether a word that stands in an unfolded text as it was asked for matches it.

    It begins and ends with a Chinese character, which folding joins to no neighbour.
    """
    return all(_HAN_FIRST <= character <= _HAN_LAST for character in (word.folded[0], word.folded[-1]))


def _matches_group(group: Group, title: str, everything: str) -> bool:
    return all(_is_in(word, title if word.in_title else everything) for word in group.words) and not any(
        _is_in(word, title if word.in_title else everything) for word in group.excluded
    )


def _is_in(word: Word, folded: str) -> bool:
    if not has_edge(word):
        return word.folded in folded
    return pattern_of(word).search(folded) is not None


def _is_steady(query: Query) -> bool:
    """Return whether folding of case and white space changes nothing about any of the words."""
    return all(
        _STEADY.fullmatch(word.folded) for group in query.groups for word in (*group.words, *group.excluded)
    )


def _is_plainly_there(query: Query, title: str, text: str) -> bool:
    """Return whether the words stand in the text as they were asked for: then nothing need be folded."""
    if len(query.groups) > 1 or query.groups[0].excluded:
        return False
    return all(
        is_plain(word) and (word.folded in title or (not word.in_title and word.folded in text))
        for word in query.groups[0].words
    )


@lru_cache(maxsize=512)
def _pattern(folded: str, open_left: bool, open_right: bool) -> re.Pattern[str]:
    left = "" if open_left or not is_word_character(folded[0]) else "(?<![a-z0-9])"
    right = "" if open_right or not is_word_character(folded[-1]) else "(?![a-z0-9])"
    return re.compile(left + re.escape(folded) + right)
