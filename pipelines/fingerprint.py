"""What makes two texts the same (docs/design.md#sameness)."""

from __future__ import annotations

import hashlib
import unicodedata
from itertools import groupby, islice

from storage.records import Article

_NARROW = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
"""What NFKC does to the punctuation of nearly every Chinese line: with it done, most lines need no more."""
_MOST_MARKS = 30
"""Marks in a row (Unicode's stream-safe limit, UAX 15): sorting a run takes the square of its length."""
_SHORT = 1_000
"""Characters up to which a line may be nothing but marks: sorting them takes less time than looking."""


def fold(text: str) -> str:
    """Return the text in NFKC and without any white space: brackets' width and spacing are no difference."""
    for wide, narrow in _NARROW:
        text = text.replace(wide, narrow)
    joined = _join(text)
    if unicodedata.is_normalized("NFKC", joined):
        return joined
    # Twice: marks that a blank kept apart join when it is gone.
    return unicodedata.normalize("NFKC", _join(unicodedata.normalize("NFKC", joined)))


def content_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded title and paragraphs; only another one makes a revision."""
    return _sha256(f"{fold(article.title)}\n{_folded_body(article)}")


def body_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded paragraphs alone."""
    return _sha256(_folded_body(article))


def _folded_body(article: Article) -> str:
    return "".join(fold(paragraph.text) for paragraph in article.paragraphs)


def _join(text: str) -> str:
    """Return the text without white space, and with no longer runs of marks than any script has."""
    joined = "".join(text.split())
    if len(joined) <= _SHORT:
        return joined
    runs = groupby(joined, key=_is_mark)
    return "".join("".join(islice(run, _MOST_MARKS) if is_mark else run) for is_mark, run in runs)


def _is_mark(character: str) -> bool:
    return unicodedata.combining(character) > 0


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
