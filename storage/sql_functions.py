"""SQLite's own text functions again, for SQL from people: in time that grows with the text, never with text
times pattern.

SQLite looks at no clock inside a function, and its ``instr`` needs hours for a pattern of megabytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import takewhile

Cell = str | int | float | bytes | None


def replace_functions(connection: sqlite3.Connection, longest: int) -> None:
    """Put ours in place of SQLite's in one connection; ``longest`` in bytes is what `replace` may make."""
    functions: list[tuple[str, int, Callable[..., Cell]]] = [
        ("instr", 2, find_text),
        ("replace", 3, partial(replace_text, longest=longest)),
        *((name, 1, partial(trim_text, name)) for name in ("trim", "ltrim", "rtrim")),
        *((name, 2, partial(trim_text, name)) for name in ("trim", "ltrim", "rtrim")),
    ]
    for name, arguments, function in functions:
        connection.create_function(name, arguments, function, deterministic=True)


def find_text(text: Cell, part: Cell) -> int | None:
    """Return where a text has a part, from 1; 0 when it has not. Two blobs are counted in bytes."""
    if text is None or part is None:
        return None
    if isinstance(text, bytes) and isinstance(part, bytes):
        return text.find(part) + 1
    return _as_text(text).find(_as_text(part)) + 1


def replace_text(text: Cell, old: Cell, new: Cell, longest: int) -> Cell:
    """Return a text with every ``old`` made ``new``; raise OverflowError when that is too long."""
    if text is None or old is None or new is None:
        return None
    whole, part, other = _as_text(text), _as_text(old), _as_text(new)
    if not part:
        return whole if isinstance(text, bytes) else text
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


def _as_text(cell: str | float | bytes) -> str:
    """Return a value as SQLite casts it to text."""
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return cell if isinstance(cell, str) else format(cell, "" if isinstance(cell, int) else ".15g")
