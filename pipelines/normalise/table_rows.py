"""The columns of a table's rows, where cells are wider than one or reach down into the rows below."""

from __future__ import annotations

from bs4 import Tag

from pipelines.normalise.securities import attribute

_MOST_COLUMNS = 50
"""Columns up to which cells are lined up: a page may claim that one cell is a thousand wide."""
_MOST_ROWS = 65_534
"""The highest rowspan that HTML knows."""


class TableRows:
    """A table that is being read: says how many cells are missing before and after each one."""

    def __init__(self) -> None:
        self._column = 0
        self._reaching: dict[int, int] = {}

    def begin_row(self) -> None:
        """Begin the next row; cells that reach down from above reach one row less far."""
        self._column = 0
        self._reaching = {column: rows - 1 for column, rows in self._reaching.items() if rows > 1}

    def place(self, cell: Tag) -> tuple[int, int]:
        """Return how many columns before a cell are taken by cells from above, and how many more it takes."""
        start = self._column
        while self._column in self._reaching and self._column < _MOST_COLUMNS:
            self._column += 1
        skipped = self._column - start
        width = _span(cell, "colspan", _MOST_COLUMNS - self._column)
        rows = _span(cell, "rowspan", _MOST_ROWS) or _MOST_ROWS  # 0: down to the table's end
        if rows > 1:
            self._reaching.update(
                (column, rows)
                for column in range(self._column, min(self._column + max(width, 1), _MOST_COLUMNS))
            )
        self._column += max(width, 1)
        return skipped, max(width - 1, 0)


def _span(cell: Tag, name: str, most: int) -> int:
    value = attribute(cell, name).strip()
    if not (value.isascii() and value.isdigit()):
        return 1
    return min(int(value[:6]), most)
