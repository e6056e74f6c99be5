"""SQLite's own text functions again, for SQL from people: in time that grows with the text, never with text
times pattern or with a number that somebody wrote, and each call looks at the clock.

SQLite looks at no clock inside a function, its ``instr`` needs hours for a pattern of megabytes, and its
``printf('%.*c')`` counts to any number.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from math import isinf

from storage.records.saying import read_saying
from storage.sql.matching import IsOver, matches_glob, matches_like
from storage.sql.printing import Cell, Printer

_NO_HEX = re.compile(r"[^0-9A-Fa-f]+")


def replace_functions(connection: sqlite3.Connection, longest: int, is_over: IsOver) -> None:
    """Put ours in place of SQLite's in one connection; ``longest`` in bytes is what one of them may make.

    Once ``is_over`` says that the time is, they raise `InterruptedError` instead of working.
    """
    printed = Printer(longest)
    functions: list[tuple[str, int, Callable[..., Cell]]] = [
        ("instr", 2, find_text),
        ("replace", 3, partial(replace_text, longest=longest)),
        ("like", 2, partial(is_like, is_over)),
        ("like", 3, partial(is_like, is_over)),
        ("glob", 2, partial(is_glob, is_over)),
        ("printf", -1, printed),
        ("format", -1, printed),
        ("unhex", 2, unhex_text),
        ("said", 1, tell_stored),
        ("said", 2, tell_stored),
        *((name, 1, partial(trim_text, name)) for name in ("trim", "ltrim", "rtrim")),
        *((name, 2, partial(trim_text, name)) for name in ("trim", "ltrim", "rtrim")),
    ]
    for name, arguments, function in functions:
        connection.create_function(name, arguments, partial(_in_time, is_over, function), deterministic=True)


def is_like(is_over: IsOver, pattern: Cell, text: Cell, escape: Cell = "") -> bool | None:
    """Return what ``text LIKE pattern ESCAPE escape`` is."""
    if text is None or pattern is None or escape is None:
        return None
    return matches_like(_as_text(text), _as_text(pattern), _as_text(escape) or None, is_over)


def is_glob(is_over: IsOver, pattern: Cell, text: Cell) -> bool | None:
    """Return what ``text GLOB pattern`` is."""
    if text is None or pattern is None:
        return None
    return matches_glob(_as_text(text), _as_text(pattern), is_over)


def unhex_text(text: Cell, ignored: Cell) -> bytes | None:
    """Return the bytes that pairs of hexadecimal digits say, some characters between them passed over."""
    if text is None or ignored is None:
        return None
    pairs = _as_text(text)
    between = frozenset("".join(_NO_HEX.findall(pairs)))
    runs = _NO_HEX.split(pairs)
    if not between <= frozenset(_as_text(ignored)) or any(len(run) % 2 for run in runs):
        return None
    return bytes.fromhex("".join(runs))


def tell_stored(text: Cell, language: Cell = "en") -> str | None:
    """Return what a stored message, reason or error says, in English or the language ``zh``."""
    if text is None:
        return None
    return read_saying(_as_text(text)).tell("zh" if language == "zh" else "en")


def find_text(text: Cell, part: Cell) -> int | None:
    """Return where a text has a part, from 1; 0 when it has not. Two blobs are counted in bytes."""
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _as_text(text).find(_as_text(part)) + 1


def replace_text(text: Cell, old: Cell, new: Cell, longest: int) -> Cell:
    """Return a text with every ``old`` made ``new``; raise OverflowError when that is too long."""
    if text is None or old is None:
        return None
    whole, part = _as_text(text), _as_text(old)
    if not part:
        return whole if isinstance(text, bytes) else text
    if new is None:
        return None
    other = _as_text(new)
    if len(whole) + whole.count(part) * (len(other) - len(part)) > longest:
        raise OverflowError
    return whole.replace(part, other)


def trim_text(name: str, text: Cell, marks: Cell = " ") -> Cell:
    """Return a text without any of these characters at its end or ends: `trim`, `ltrim` or `rtrim`."""
    if text is None or marks is None:
        return None
    whole, unwanted = _as_text(text), frozenset(_as_text(marks))
    head = 0 if name == "rtrim" else sum(1 for _ in takewhile(unwanted.__contains__, whole))
    rest = whole[head:]
    tail = 0 if name == "ltrim" else sum(1 for _ in takewhile(unwanted.__contains__, reversed(rest)))
    return rest[: len(rest) - tail]


def _in_time(is_over: IsOver, function: Callable[..., Cell], *arguments: Cell) -> Cell:
    if is_over():
        raise InterruptedError
    return function(*arguments)


def _as_text(cell: str | float | bytes) -> str:
    """Return a value as SQLite casts it to text."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell if isinstance(cell, str) else _written(cell)


def _written(number: float) -> str:
    """Return a number as SQLite writes it: one that is no whole number by kind has a point."""
    if isinstance(number, int):
        return str(number)
    if isinf(number):
        return "Inf" if number > 0 else "-Inf"
    digits, mark, exponent = format(number + 0.0, ".15g").partition("e")
    point = ".0" if digits.lstrip("-").isdigit() else ""
    return f"{digits}{point}{mark}{exponent}"
