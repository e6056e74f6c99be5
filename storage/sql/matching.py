"""``LIKE`` and ``GLOB`` again, for SQL from people: SQLite's take text times pattern and see no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from storage.records.remedy import Mistaken

IsOver = Callable[[], bool]
"""Tells that a statement's time is over."""

LONGEST_PATTERN = 1_000
"""Characters of a pattern."""

_PART = 20_000  # places that are tried between two looks at the clock: some hundredths of a second
_SET = re.compile(r"\[(?P<negated>\^?+)(?P<members>\]?+[^\]]*)\]", re.DOTALL)
_RANGE = re.compile(r"(?P<low>.)-(?P<high>.)|(?P<one>.)", re.DOTALL)


class BadPattern(Mistaken, ValueError):
    """The pattern is no pattern: it is too long, or its escape is not one character."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """What stands between two wildcards of any length. ``literal`` is None where it has others in it."""

    length: int
    literal: str | None
    expression: re.Pattern[str]


def matches_like(text: str, pattern: str, escape: str | None, is_over: IsOver) -> bool:
    """Tell whether a text is LIKE a pattern: ``%`` any text, ``_`` any character, ASCII letters of any case.

    Raises `BadPattern`, and `InterruptedError` once the time is over.
    """
    return _matches(fold_ascii(text), _like_segments(pattern, escape), is_over)


def matches_glob(text: str, pattern: str, is_over: IsOver) -> bool:
    """Tell whether a text is GLOB a pattern: ``*`` any text, ``?`` any character, ``[a-z]`` one of a set.

    Raises as `matches_like` does.
    """
    return _matches(text, _glob_segments(pattern), is_over)


def fold_ascii(text: str) -> str:
    """Return the text with ASCII letters alone in lower case."""
    if text.isascii():
        return text.lower()
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def _matches(text: str, segments: tuple[_Segment, ...] | None, is_over: IsOver) -> bool:
    """Look for each segment at the first place after the one before; first and last stand at the ends."""
    if segments is None:
        return False
    first, *rest = segments
    if not rest:
        return len(text) == first.length and bool(first.expression.match(text))
    *inner, last = rest
    end = len(text) - last.length
    if first.length > end or not first.expression.match(text) or not last.expression.match(text, max(end, 0)):
        return False
    place = first.length
    for segment in inner:
        place = _find(text, segment, place, end, is_over)
        if place < 0:
            return False
    return True


def _find(text: str, segment: _Segment, start: int, end: int, is_over: IsOver) -> int:
    """Return where the first occurrence of a segment ends, -1 when there is none before ``end``."""
    if segment.literal is not None:
        found = text.find(segment.literal, start, end)
        return found + segment.length if found >= 0 else -1
    while start + segment.length <= end:
        stop = min(start + _PART + segment.length - 1, end)
        match = segment.expression.search(text, start, stop)
        if match:
            return match.end()
        if is_over():
            raise InterruptedError
        start += _PART
    return -1


@lru_cache(maxsize=64)
def _like_segments(pattern: str, escape: str | None) -> tuple[_Segment, ...] | None:
    """Return a pattern's segments; None for one that ends in its escape, which matches nothing."""
    _check_length(pattern)
    if escape is not None and len(escape) != 1:
        raise BadPattern("ESCAPE expression must be a single character")
    segments: list[list[str | None]] = [[]]
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            following = next(characters, None)
            if following is None:
                return None
            segments[-1].append(fold_ascii(following))
        elif character == "%":
            segments.append([])
        else:
            segments[-1].append(None if character == "_" else fold_ascii(character))
    return tuple(_segment([re.escape(one) if one else "." for one in each], each) for each in segments)


@lru_cache(maxsize=64)
def _glob_segments(pattern: str) -> tuple[_Segment, ...] | None:
    """Return a pattern's segments; None for one with a set that does not end, which matches nothing."""
    _check_length(pattern)
    segments: list[tuple[list[str], list[str | None]]] = [([], [])]
    place = 0
    while place < len(pattern):
        character = pattern[place]
        expressions, literals = segments[-1]
        if character == "*":
            segments.append(([], []))
        elif character == "[":
            members = _SET.match(pattern, place)
            if members is None:
                return None
            expressions.append(_set_expression(members["members"], negated=bool(members["negated"])))
            literals.append(None)
            place = members.end() - 1
        else:
            expressions.append("." if character == "?" else re.escape(character))
            literals.append(None if character == "?" else character)
        place += 1
    return tuple(_segment(expressions, literals) for expressions, literals in segments)


def _segment(expressions: list[str], literals: list[str | None]) -> _Segment:
    plain = None if None in literals else "".join(one for one in literals if one is not None)
    return _Segment(len(expressions), plain, re.compile("".join(expressions), re.DOTALL))


def _set_expression(members: str, *, negated: bool) -> str:
    parts = "".join(_ranges(members))
    if not parts:  # nothing is in an empty set, and anything outside of it
        return "." if negated else "(?!)."
    return f"[{'^' if negated else ''}{parts}]"


def _ranges(members: str) -> Iterator[str]:
    if members.startswith("]"):  # which begins no range
        yield re.escape("]")
    for found in _RANGE.finditer(members.removeprefix("]")):
        if found["one"] is not None:
            yield re.escape(found["one"])
        elif found["low"] <= found["high"]:
            yield f"{re.escape(found['low'])}-{re.escape(found['high'])}"


def _check_length(pattern: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern("LIKE or GLOB pattern too complex")
