"""``printf`` again, for SQL from people: SQLite's counts to whatever width or precision is written."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

Cell = str | int | float | bytes | None

_DIRECTIVE = re.compile(
    r"%[-+ 0#!,]*(?P<width>\*|[0-9]*)(?:\.(?P<precision>\*|-?[0-9]*))?l{0,2}(?P<kind>.?)", re.DOTALL
)
_NUMBER = re.compile(r"\s*[-+]?[0-9]+")
_TAKES_NOTHING = frozenset("%n")
_MOST_DIGITS = 18


class Printer:
    """SQLite's own ``printf``, for all that fits into ``longest`` characters."""

    def __init__(self, longest: int) -> None:
        self._longest = longest

    def __call__(self, *cells: Cell) -> Cell:
        """Return what ``printf`` prints; None, as SQLite does, when a width asks for more than may be."""
        if not cells or cells[0] is None:
            return None
        form = cells[0].decode("utf-8", "replace") if isinstance(cells[0], bytes) else str(cells[0])
        if sum(_sizes(form, cells[1:])) > self._longest:
            return None
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, self._longest)
            marks = ", ".join("?" * len(cells))
            printed: Cell = connection.execute(f"SELECT printf({marks})", cells).fetchone()[0]
        return printed


def _sizes(form: str, cells: Sequence[Cell]) -> Iterator[int]:
    """Yield every width and precision of a format, those among the arguments included."""
    rest = iter(cells)
    for directive in _DIRECTIVE.finditer(form):
        for size in (directive["width"], directive["precision"]):
            if size:
                yield abs(_whole(next(rest, None)) if size == "*" else _whole(size))
        if directive["kind"] not in _TAKES_NOTHING:
            next(rest, None)


def _whole(cell: Cell) -> int:
    """Return a value as the whole number that SQLite casts it to, or one that is as much too large."""
    if cell is None or isinstance(cell, int):
        return cell or 0
    if isinstance(cell, float):
        return int(max(-1e18, min(cell, 1e18))) if cell == cell else 0  # noqa: PLR0124 - not a number
    text = cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell
    found = _NUMBER.match(text)
    return int(found[0][: _MOST_DIGITS + 1]) if found else 0
