"""What makes two texts the same (docs/design.md#sameness)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

from storage.records import Article
from storage.records.text.compatible_forms import narrow, thin_marks

_SHORT = 1_000
"""Characters up to which a line may be nothing but marks: sorting them takes less time than looking."""


def fold(text: str) -> str:
    """Return the text in NFKC and without any white space: brackets' width and spacing are no difference."""
    joined = _join(narrow(text))
    if unicodedata.is_normalized("NFKC", joined):
        return joined
    # Twice: marks that a blank kept apart join when it is gone.
    return unicodedata.normalize("NFKC", _join(unicodedata.normalize("NFKC", joined)))


def content_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded title and paragraphs; only another one makes a revision."""
    return hash_text(article.title, [paragraph.text for paragraph in article.paragraphs])


def hash_text(title: str, paragraphs: Iterable[str]) -> str:
    """Return the `content_hash` of a title and paragraphs."""
    return _sha256(f"{fold(title)}\n{''.join(map(fold, paragraphs))}")


def body_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded paragraphs alone."""
    return _sha256(_folded_body(article))


def _folded_body(article: Article) -> str:
    return "".join(fold(paragraph.text) for paragraph in article.paragraphs)


def _join(text: str) -> str:
    """Return the text without white space, and with no longer runs of marks than any script has."""
    joined = "".join(text.split())
    return joined if len(joined) <= _SHORT else thin_marks(joined)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
