"""What makes two texts the same (DESIGN, section 5)."""

from __future__ import annotations

import hashlib
import unicodedata

from storage.records import Article

_NARROW = tuple(zip("，：；！？（）", ",:;!?()", strict=True))
"""What NFKC does to the punctuation of nearly every Chinese line: with it done, most lines need no more."""


def fold(text: str) -> str:
    """Return the text in NFKC and without any white space: brackets' width and spacing are no difference."""
    for wide, narrow in _NARROW:
        text = text.replace(wide, narrow)
    joined = _without_space(text)
    if unicodedata.is_normalized("NFKC", joined):
        return joined
    # Twice: marks that a blank kept apart join when it is gone.
    return unicodedata.normalize("NFKC", _without_space(unicodedata.normalize("NFKC", joined)))


def content_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded title and paragraphs; only another one makes a revision."""
    return _sha256(f"{fold(article.title)}\n{_folded_body(article)}")


def body_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded paragraphs alone."""
    return _sha256(_folded_body(article))


def _folded_body(article: Article) -> str:
    return "".join(fold(paragraph.text) for paragraph in article.paragraphs)


def _without_space(text: str) -> str:
    return "".join(text.split())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
