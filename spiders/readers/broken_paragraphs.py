"""Paragraphs that the columns of a printed page broke, put together again (docs/design.md#normalising)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_INDENT = re.compile(r"[ \xa0]*(?:\u3000|\t|[ \xa0]{2})")
_TAIL = 300
"""Characters at a line's end that tell whether its sentence ends there."""
_SENTENCE_END = r"(?:[。！？!?…]|(?<![0-9])[.．])"
_CLOSERS = r"[\"'”’」』）)》〉】\]]*+"
_ENDED = re.compile(rf"{_SENTENCE_END}\s*+{_CLOSERS}(?:\s*+[(（][^()（）]*+[)）]\s*+{_SENTENCE_END}?)?\Z")
_OPENERS, _ENDERS = "(（[【〔", ")）]】〕"
_BRACKET = re.compile(r"[()（）\[\]【】〔〕]")
_OPEN_ENDED = re.compile(r"[,，、]\Z")
_ANNOUNCES = re.compile(r"[:：；;]\Z")
_NUMBER = r"[一二三四五六七八九十]{1,3}"
_ITEM = re.compile(
    rf"—|–|[•·■□◆◇●○▲△★☆※①-⑳⑴-⒇]|[(（](?:{_NUMBER}|[0-9]{{1,2}})[)）]"
    rf"|(?:第{_NUMBER}[,，、:：])|{_NUMBER}[、是]|[0-9]{{1,2}}(?:[、．]|\.(?![0-9]))"
)
_QUOTE = re.compile(r"[“‘「『\"]")
_CREDIT = re.compile(r"记者|通讯员|实习生|撰稿|撰文|摄影|作者")
_CLAUSE = re.compile(r"[，,。；;！!？?…]|[、：:—.．-]\Z")
# A paragraph may begin with a day, but hardly with another number.
_CONTINUED = re.compile(r"[，,、。．；;：:！!？?）)”’」』》〉】%％的等]|[0-9]+(?![0-9]|\s*[年月日时点])")
_PAIRS = ("“”", "‘’", "《》", "（）", "()", "「」", "『』")
_LONGEST_HEADING = 30
_LONGEST_CREDIT = 40
_WORD = re.compile(r"\w")


def join_broken(lines: Iterable[str]) -> list[str]:
    """Return the paragraphs of some lines: a line whose sentence does not end is joined with the next one.

    Unless that is indented, or is an item of a list. Headings, credits and bracketed lines stand alone. Blank
    lines are dropped; a paragraph keeps its first line's indent. No other character is lost or added but
    white space: joined again, the paragraphs stay as they are.
    """
    joined: list[_Joined] = []
    for line in filter(str.strip, lines):
        if joined and joined[-1].is_continued_by(line):
            joined[-1].add(line)
        else:
            joined.append(_Joined(line))
    return ["".join(paragraph.pieces) for paragraph in joined]


def is_indented(line: str) -> bool:
    """Tell whether a line begins as paragraphs do in print: with U+3000, a tab or two blanks."""
    return bool(_INDENT.match(line))


def is_ended(text: str) -> bool:
    """Tell whether a line ends where a sentence does, closing quotes and a bracket after it included."""
    tail = text.strip()[-_TAIL:]
    return bool(_ENDED.search(tail)) or not _WORD.search(text)


def is_heading(text: str, following: str) -> bool:
    """Tell whether an unended line is a heading over the following one: short, of one clause, and whole."""
    text = text.strip()
    if len(text) > _LONGEST_HEADING or _CLAUSE.search(text) or not _WORD.search(text) or is_credit(text):
        return False
    goes_on = _CONTINUED.match(following.strip())
    return not goes_on and all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)


def is_credit(text: str) -> bool:
    """Tell whether a line names who wrote or photographed, and says nothing else."""
    text = text.strip()
    return len(text) <= _LONGEST_CREDIT and bool(_CREDIT.search(text)) and not _CLAUSE.search(text)


class _Joined:
    """A paragraph as far as it is put together, and what must be known of it to go on.

    Looking through all of it at each line would take the square of its length.
    """

    def __init__(self, line: str) -> None:
        stripped = line.strip()
        self.pieces = [line.rstrip()]
        self._length = len(stripped)
        self._tail = stripped[-_TAIL:]
        self._has_word = bool(_WORD.search(stripped))
        self._is_open = stripped[0] in _OPENERS and not _BRACKET.search(stripped, 1)
        self._is_bracketed = (
            stripped[0] in _OPENERS and stripped[-1] in _ENDERS and not _BRACKET.search(stripped[1:-1])
        )

    def add(self, line: str) -> None:
        """Join a line; two Latin words that met at the break keep a blank between them."""
        piece = line.strip()
        left, right = self._tail[-1], piece[0]
        if left.isascii() and left.isalpha() and right.isascii() and right.isalpha():
            piece = f" {piece}"
        self.pieces.append(piece)
        self._length += len(piece)
        self._tail = f"{self._tail}{piece}"[-_TAIL:]
        self._has_word = self._has_word or bool(_WORD.search(piece))
        self._is_bracketed = self._is_open and piece[-1] in _ENDERS and not _BRACKET.search(piece[:-1])
        self._is_open = self._is_open and not _BRACKET.search(piece)

    def is_continued_by(self, following: str) -> bool:
        """Tell whether the next line belongs to it."""
        if _ENDED.search(self._tail) or not self._has_word or is_indented(following):
            return False
        if _OPEN_ENDED.search(self._tail):
            return True
        if self._is_bracketed or self._is_credit_or_heading(following):
            return False
        if _ITEM.match(following.strip()):
            return False
        return not (_ANNOUNCES.search(self._tail) and _QUOTE.match(following.strip()))

    def _is_credit_or_heading(self, following: str) -> bool:
        """Tell whether it is a credit or a heading, which are short."""
        if self._length > max(_LONGEST_CREDIT, _LONGEST_HEADING):
            return False
        line = "".join(self.pieces).strip()
        return is_credit(line) or is_heading(line, following)
