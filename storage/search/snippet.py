"""Snippets: the place of a text that shows why it was found, cut from the original with the hits marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.search.folding import fold_lines, fold_with_spans
from storage.search.match import is_plain, pattern_of
from storage.search.parted import add_closed, close_parted, has_parted, list_kept
from storage.search.query import Query, Word

_BEFORE = 24
_LENGTH = 120
_CUT = "…"
_SCANNED = 200_000
"""Characters of a text in which hits are looked for: no newspaper prints more in one article."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, and whether it is a hit."""

    text: str
    hit: bool = False


def mark_hits(text: str, query: Query, *, in_title: bool = False) -> tuple[Piece, ...]:
    """Return a line of original text in pieces, the words of the query marked."""
    return _cut(text, find_hits(text, query.words, in_title=in_title))


def make_snippet(text: str, query: Query) -> tuple[Piece, ...]:
    """Return the piece of a text that holds most of the query's words, or its beginning, with hits marked."""
    words = [word for word in query.words if not word.in_title]
    best = _best_line(text[:_SCANNED], words)
    hits = find_hits(best, words)
    start = max(0, hits[0][0] - _BEFORE) if hits else 0
    end = min(len(best), start + _LENGTH)
    start = max(0, min(start, end - _LENGTH))
    inside = [(max(left, start) - start, min(right, end) - start) for left, right in hits if left < end]
    pieces = _cut(best[start:end], [span for span in inside if span[0] < span[1]])
    before = (Piece(_CUT),) if start else ()
    after = (Piece(_CUT),) if end < len(best) else ()
    return (*before, *pieces, *after)


def find_hits(text: str, words: Iterable[Word], *, in_title: bool = False) -> list[tuple[int, int]]:
    """Return the spans of the original text that match a word, from left to right, none overlapping."""
    plainly = fold_lines(add_closed(text.replace("\n", " ")))
    patterns = [pattern_of(word) for word in words if in_title or not word.in_title]
    patterns = [pattern for pattern in patterns if pattern.search(plainly)]
    if not patterns:
        return []
    spans = sorted(span for pattern in patterns for span in _find_spans(text, pattern))
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _find_spans(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the spans of a line whose folded form, also with names closed, the pattern finds."""
    folded = fold_with_spans(text)
    yield from (folded.original_span(*found.span()) for found in pattern.finditer(folded.text))
    if has_parted(text):
        kept = list_kept(text)
        folded = fold_with_spans(close_parted(text))
        for found in pattern.finditer(folded.text):
            start, end = folded.original_span(*found.span())
            yield kept[start], kept[end - 1] + 1


def _best_line(text: str, words: list[Word]) -> str:
    """Return the first of the lines that hold most of the words."""
    lines = text.split("\n")
    if not words:
        return lines[0]
    if all(is_plain(word) and word.folded in text for word in words):
        told = [sum(word.folded in line for word in words) for line in lines]
    else:
        patterns = [pattern_of(word) for word in words]
        folded = _fold_each(lines)
        told = [sum(pattern.search(line) is not None for pattern in patterns) for line in folded]
    return lines[told.index(max(told))]


def _fold_each(lines: list[str]) -> list[str]:
    """Return each line folded, one with names set wide followed by itself with these closed."""
    text = "\n".join(lines)
    if not has_parted(text):
        return fold_lines(text).split("\n")
    return [fold_lines(add_closed(line)) for line in lines]


def _cut(text: str, spans: list[tuple[int, int]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    place = 0
    for start, end in spans:
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], hit=True))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return tuple(pieces)
