"""What storing an article needs, worked out before: who holds the write lock only looks whether it holds.

Folding a text of a megabyte and cutting it into tokens takes seconds, in which no other process could write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.deduplicate import Comparison, compare
from storage.records import Article, StoredArticle
from storage.search import ReadyTokens, make_tokens


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fetched article, what it is to the archived one, and the tokens that the index needs of both."""

    fetched: Article
    stored: StoredArticle | None
    comparison: Comparison
    tokens: tuple[ReadyTokens, ...] = field(default=(), repr=False)

    def is_of(self, fetched: Article, stored: StoredArticle | None) -> bool:
        """Tell whether it was worked out from these two as they are now."""
        return fetched == self.fetched and _witness(fetched) == _witness(self.fetched) and self.saw(stored)

    def saw(self, stored: StoredArticle | None) -> bool:
        """Tell whether the archived article is as it was then."""
        return is_unchanged(self.stored, stored)


def prepare(fetched: Article, stored: StoredArticle | None) -> Prepared:
    """Return what storing an article needs, where that is archived so far."""
    comparison = compare(fetched, stored)
    return Prepared(fetched, stored, comparison, tuple(_tokens(comparison.article, stored)))


def is_unchanged(seen: StoredArticle | None, stored: StoredArticle | None) -> bool:
    """Tell whether an archived article is as it was seen, down to who states its time."""
    if seen is None or stored is None:
        return seen is stored
    return seen == stored and _witness(seen.article) == _witness(stored.article)


def _tokens(current: Article, stored: StoredArticle | None) -> Iterator[ReadyTokens]:
    """Yield the tokens of an article as it will be and, where that changes them, as it was."""
    if stored is None:
        yield make_tokens(current.title, current.text)
    elif (current.title, current.text) != (stored.article.title, stored.article.text):
        yield make_tokens(current.title, current.text)
        yield make_tokens(stored.article.title, stored.article.text)


def _witness(article: Article) -> str:
    return article.witness
