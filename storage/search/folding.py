"""Folding: what search takes for the same character (docs/design.md#search).

Text and query are folded alike: width and compatibility forms (NFKC), case, the forms of a Chinese character
to its usual one, character by character (a converter that looks at words would fold a query otherwise than
the text around it), middle dots to one, white space to one blank; what nobody sees (zero width, direction
marks, controls) is left out. A number in a circle and the like begins and ends a run of its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from storage.records.text.compatible_forms import narrow, thin_marks
from storage.search.usual_forms import read_usual_forms

_DOTS = dict.fromkeys(map(ord, "\u2022\u2027\u2219\u22c5\u2e31\u30fb\uff65"), "\u00b7")
"""The middle dots between the parts of a foreign name, of which every keyboard and typesetter has another."""
_ZEROS = dict.fromkeys(map(ord, "\u25cb\u25ef"), "\u3007")
"""Circles in the place of a Chinese zero, which GB 2312 did not have."""
_INVISIBLE = (
    *range(0x09),
    *range(0x0E, 0x1C),
    *range(0x7F, 0x85),
    *range(0x86, 0xA0),
    0xAD,
    0x034F,
    0x061C,
    *range(0x115F, 0x1161),
    *range(0x17B4, 0x17B6),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0x3164,
    *range(0xD800, 0xE000),
    *range(0xFE00, 0xFE10),
    0xFEFF,
    0xFFA0,
    *range(0xFFF0, 0xFFF9),
    *range(0x1BCA0, 0x1BCA4),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE1000),
)
"""Control characters but for white space, surrogates, and Unicode's Default_Ignorable_Code_Point."""
_SECOND_PLANE = 0x10000
_RESERVED = 0xE000
"""A private character that the index uses for itself; it means nothing in a text."""
_SAME_SIGN = frozenset({"<font>", "<wide>", "<narrow>", "<noBreak>"})
"""Kinds of decomposition that change nothing about what a sign is."""
_NUMBERS = ((0x80, 0x3400), (0x1F100, 0x1F200))
"""Where Unicode has signs that stand for ASCII letters or digits in another place or shape."""
_ROUNDS = 4
_OFTEN = 8_192
"""More different characters than a newspaper prints."""


@dataclass(frozen=True, slots=True)
class Table:
    """Character by character, what is written otherwise or left out, and a fingerprint of all of it.

    ``changed`` finds a character that may be one of them, and never overlooks one; ``uneven`` are those that
    do not become just one other.
    """

    changes: dict[int, str | None]
    changed: re.Pattern[str]
    uneven: frozenset[str]
    digest: str


def fold(text: str) -> str:
    """Return one line of text as search compares it; folding it again changes nothing."""
    return fold_lines(text.replace("\n", " "))


def fold_lines(text: str) -> str:
    """Return a text folded line by line, the lines kept apart."""
    text = narrow(text)
    for _ in range(_ROUNDS):
        folded = _fold_once(text)
        if folded == text:
            break
        text = folded
    return text


def fold_roughly(text: str) -> str:
    """Return a text folded line by line, perhaps but for case and white space: most need nothing else."""
    narrowed = narrow(text)
    if _table().changed.search(narrowed) or not unicodedata.is_normalized("NFKC", narrowed):
        return fold_lines(text)
    return narrowed


def list_changes() -> Mapping[int, str | None]:
    """Return what folding makes of characters, None for left out; what NFKC does is not told."""
    return _table().changes


def compile_finder(points: Iterable[int]) -> re.Pattern[str]:
    """Return a pattern for the characters; of those beyond the first plane it finds any, to be quick."""
    near = "".join(re.escape(chr(point)) for point in sorted(points) if point < _SECOND_PLANE)
    return re.compile(f"[{near}{chr(_SECOND_PLANE)}-\U0010ffff]")


def folding_digest() -> str:
    """Return the fingerprint of the folding: an index made with another one cannot be trusted."""
    return _table().digest


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text, and for each of its characters the span of the original text that it comes from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that a span of the folded text covers."""
        return self.starts[start], self.ends[end - 1]


def fold_with_spans(text: str) -> Folded:
    """Return the folded text with the way back to the original."""
    wanted = fold(text)
    if _is_one_to_one(text, wanted):
        return Folded(wanted, range(len(text)), range(1, len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    joints = _find_joints(text)
    for start, end in _clusters(text):
        piece = text[start:end]
        if start in joints:
            parts.append(" ")
            starts.append(start)
            ends.append(end)
        part = (_fold_character if end - start == 1 else fold)(piece) or (" " if piece.isspace() else "")
        if part == " " and (not parts or parts[-1] == " "):
            continue
        if part:
            parts.append(part)
            starts += [start] * len(part)
            ends += [end] * len(part)
    folded = "".join(parts)
    if not folded.startswith(wanted):  # a script that joins its characters in ways of its own
        return Folded(wanted, [0] * len(wanted), [len(text)] * len(wanted))
    return Folded(wanted, starts[: len(wanted)], ends[: len(wanted)])


def _find_joints(text: str) -> frozenset[int]:
    """Return the places before which folding sets a blank that is not in the text."""
    changes = _table().changes
    seen = [place for place, sign in enumerate(text) if changes.get(ord(sign), sign) is not None]
    shown = "".join(text[place] for place in seen)
    return frozenset(seen[joint.start()] for joint in _joints().finditer(shown))


def _is_one_to_one(text: str, folded: str) -> bool:
    """Return whether every character of a line became one character of the folded line by itself."""
    if len(folded) != len(text):
        return False
    table = _table()
    narrowed = narrow(text.replace("\n", " "))
    if not table.uneven.isdisjoint(narrowed):
        return False
    written = narrowed.translate(table.changes)
    return (
        unicodedata.is_normalized("NFKC", written)
        and len(written.casefold()) == len(text)
        and _fold_once(narrowed) == folded
    )


def _fold_once(text: str) -> str:
    table = _table()
    if table.changed.search(text):
        text = text.translate(table.changes)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", _joints().sub(" ", thin_marks(text)))
    return "\n".join(" ".join(line.split()) for line in text.casefold().split("\n"))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the text that fold by themselves: a character with the marks that follow it."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _may_melt(text[place]):
            yield start, place
            start = place


@lru_cache(maxsize=_OFTEN)
def _fold_character(character: str) -> str:
    return fold(character)


@lru_cache(maxsize=_OFTEN)
def _may_melt(character: str) -> bool:
    """Return whether a character may melt into the one before: marks, Hangul's vowels and finals."""
    return character > "\u02ff" and (
        unicodedata.combining(character) > 0
        or unicodedata.category(character).startswith("M")
        or "\u1160" <= character <= "\u11ff"
        or character in "ﾞﾟ"
    )


@cache
def _table() -> Table:
    changes: dict[int, str | None] = {
        ord(old): unicodedata.normalize("NFKC", new) for old, new in read_usual_forms().items()
    }
    changes |= _DOTS
    changes |= _ZEROS
    changes |= dict.fromkeys((*_INVISIBLE, _RESERVED))
    told = repr(sorted((point, new or "") for point, new in changes.items())) + _joints().pattern
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    uneven = frozenset(chr(point) for point, new in changes.items() if new is None or len(new) != 1)
    return Table(changes, compile_finder(changes), uneven, digest)


@cache
def _joints() -> re.Pattern[str]:
    """Return the pattern for the places where a blank keeps a number in a circle from going on with a run.

    So ``GDP①`` holds GDP, ``①②`` is not 12, ``10⁴`` not 104 and ``1½`` not 11⁄2. Signs of units and figures
    that are set low or high behind a letter (50㎏, m², CO₂) do go on.
    """
    numbers: dict[str, list[str]] = {"first": [], "last": [], "ringed first": [], "ringed last": []}
    for point in (point for start, end in _NUMBERS for point in range(start, end)):
        kind, _, _ = unicodedata.decomposition(chr(point)).partition(" ")
        if not kind.startswith("<") or kind in _SAME_SIGN:
            continue
        sign = re.escape(chr(point))
        written = unicodedata.normalize("NFKC", chr(point))
        is_ringed = kind == "<circle>" or re.fullmatch("[0-9]+[.,]", written) is not None
        if is_ringed and _is_latin(written[0]):
            numbers["ringed first"].append(sign)
        if is_ringed and (_is_latin(written[-1]) or written[-1] in ".,"):
            numbers["ringed last"].append(sign)
        if not is_ringed and _is_figure(written[0]):
            numbers["first"].append(sign)
        if not is_ringed and _is_figure(written[-1]):
            numbers["last"].append(sign)
    first, last, ringed_first, ringed_last = ("".join(signs) for signs in numbers.values())
    figures, run = "0-9０-９", "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
    return re.compile(
        f"(?<=[{run}{ringed_last}])(?=[{ringed_first}])|(?<=[{ringed_last}])(?=[{run}])"
        f"|(?<=[{figures}])(?=[{first}])|(?<=[{last}])(?=[{figures}])"
    )


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _is_figure(character: str) -> bool:
    return character.isascii() and character.isdigit()
