"""What the index holds of a text: every character and every two neighbours, folded; the title's once more.

Nothing else knows how a token is written. Raise `TOKENS_VERSION` with any change here: indexes made before it
are then rebuilt by ``jianbao reindex``.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import add

from storage.search.folding import fold_lines, folding_digest
from storage.search.parted import add_closed
from storage.search.spelling import is_rewritten

TOKENS_VERSION = 3
TOKENIZER = "ascii tokenchars '!\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'"
"""SQLite's simplest tokenizer, told that every visible character is part of a word: blanks part tokens."""
_TITLE = "\ue000"
REWRITTEN = _TITLE * 3
"""The token of articles that are not searched as they are written: see `is_rewritten`."""
_PAIR = 2
_MOST_PAIRS = 12


def index_version() -> str:
    """Return what an index must have been made with to be trusted."""
    return f"{TOKENS_VERSION}-{folding_digest()}"


def article_tokens(title: str, text: str) -> str:
    """Return the tokens of an article, separated by blanks; the order means nothing."""
    own = _pieces(fold_lines(add_closed(title.replace("\n", " "))))
    tokens = _pieces(fold_lines(add_closed(text))) | own
    tokens.update(_of_title(piece) for piece in own)
    if is_rewritten(title) or is_rewritten(text):
        tokens.add(REWRITTEN)
    return " ".join(tokens)


def query_tokens(folded: str, *, in_title: bool = False) -> list[str]:
    """Return tokens that every text with this folded word holds: all pairs, or of a long one a choice."""
    pairs = [folded[place : place + _PAIR] for place in range(len(folded) - 1)]
    pairs = list(dict.fromkeys(pair for pair in pairs if " " not in pair))
    if not pairs:
        pairs = [character for character in dict.fromkeys(folded) if character != " "]
    chosen = pairs if len(pairs) <= _MOST_PAIRS else list(_spread(pairs))
    return [_of_title(token) for token in chosen] if in_title else chosen


def is_told_by_tokens(folded: str) -> bool:
    """Return whether the tokens alone decide about a word: one or two characters, and no edge to look at."""
    return len(folded) <= _PAIR and " " not in folded and not any(is_word_character(c) for c in folded)


def is_word_character(character: str) -> bool:
    """Return whether a folded character belongs to a run that a query must not cut: ASCII letter, digit."""
    return character.isascii() and character.isalnum()


def _pieces(folded: str) -> set[str]:
    """Return the characters and pairs of a folded text; none holds a blank or goes from line to line."""
    runs = folded.split()
    pieces = set("".join(runs))
    for run in runs:
        pieces.update(map(add, run, run[1:]))
    return pieces


def _of_title(piece: str) -> str:
    return _TITLE * (3 - len(piece)) + piece


def _spread(pairs: list[str]) -> Iterable[str]:
    for step in range(_MOST_PAIRS):
        yield pairs[step * (len(pairs) - 1) // (_MOST_PAIRS - 1)]
