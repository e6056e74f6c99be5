"""What makes two texts the same (DESIGN, section 5)."""

from __future__ import annotations

import hashlib
import unicodedata

from storage.records import Article


def fold(text: str) -> str:
    """Return the text in NFKC and without any white space: brackets' width and spacing are no difference."""
    without_space = "".join(unicodedata.normalize("NFKC", text).split())
    return unicodedata.normalize("NFKC", without_space)  # marks that a blank kept apart join now


def content_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded title and paragraphs; only another one makes a revision."""
    return _sha256(f"{fold(article.title)}\n{_folded_body(article)}")


def body_hash(article: Article) -> str:
    """Return the SHA-256 (hex) of the folded paragraphs alone."""
    return _sha256(_folded_body(article))


def _folded_body(article: Article) -> str:
    return "".join(fold(paragraph.text) for paragraph in article.paragraphs)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
