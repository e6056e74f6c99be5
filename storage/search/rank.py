"""Relevance: how much an article is about a query. Judged among a bounded number of matches.

The rank of an article grows with how often it holds the words (saturating, and less in a long text, as in
BM25) and most with words in its title; between equals the newer one comes first. Ranking every match of a
common word would read every text, so the newest matches are ranked, and with them the newest whose title
holds the words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select

from storage.database.schema import article
from storage.search.folding import fold_lines
from storage.search.match import pattern_of
from storage.search.parted import close_parted
from storage.search.query import Query, Word
from storage.search.spelling import is_rewritten, spellings
from storage.search.sweep import Begun, Sweep
from storage.search.way import Way, choose_way

_TITLED = 150
_SATURATION = 1.2
_LENGTH_SHARE = 0.75
_USUAL_LENGTH = 1_500
_TITLE_WEIGHT = 3.0


def rank_articles(
    connection: Connection, query: Query, way: Way, *, collapse: bool, newest: int
) -> tuple[list[int], Begun | None]:
    """Return the ids of so many ``newest`` matches, the most relevant first, and the pass if there are more.

    Older ones whose title has the words are ranked with them.
    """
    begun = Begun.of(Sweep(connection, query, collapse=collapse, way=way))
    found = [row.id for row in islice(begun.rest, newest + 1)]
    ids = {*found[:newest]}
    is_cut = len(found) > newest
    if is_cut:
        titled = _only_titles(query)
        in_titles = Sweep(connection, titled, collapse=collapse, way=choose_way(connection, titled))
        ids.update(row.id for row in islice(in_titles, _TITLED))
    rows = connection.execute(
        select(article.c.id, article.c.title, article.c.text).where(article.c.id.in_(ids))
    )
    scores = {row.id: score(query, row) for row in rows}
    ranked = sorted(scores, key=lambda id_: (scores[id_], id_), reverse=True)
    return ranked, begun if is_cut else None


def score(query: Query, row: Any) -> float:
    """Return how relevant an article is: more is better, 0 when it holds none of the words."""
    stretch = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * len(row.text) / _USUAL_LENGTH)
    title, text = _Counted.of(row.title), _Counted.of(row.text)
    return sum(_weigh(word, title, text, stretch) for word in query.words)


@dataclass(slots=True)
class _Counted:
    """A text in which words are counted: as it is written where that tells, else folded once it must be."""

    written: str
    is_rewritten: bool
    folded: tuple[str, ...] | None = None

    @classmethod
    def of(cls, text: str) -> _Counted:
        """Return a text to count in."""
        return cls(text, is_rewritten(text))

    def count(self, word: Word) -> int:
        """Return how often a word stands in the text."""
        forms = () if self.is_rewritten else spellings(word.folded)
        if forms:
            return sum(map(self.written.count, forms))
        if self.folded is None:
            closed = close_parted(self.written)
            lines = (self.written,) if closed == self.written else (self.written, closed)
            self.folded = tuple(map(fold_lines, lines))
        return max(sum(1 for _ in pattern_of(word).finditer(text)) for text in self.folded)


def _weigh(word: Word, title: _Counted, text: _Counted, stretch: float) -> float:
    times = 0 if word.in_title else text.count(word)
    in_title = _TITLE_WEIGHT if title.count(word) else 0.0
    return times * (_SATURATION + 1) / (times + stretch) + in_title


def _only_titles(query: Query) -> Query:
    groups = tuple(
        replace(group, words=tuple(replace(word, in_title=True) for word in group.words))
        for group in query.groups
    )
    return replace(query, groups=groups)
