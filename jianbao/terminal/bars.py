"""Bars for a terminal: one line each, as long as its value, readable without colour."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

_EIGHTHS = " ▏▎▍▌▋▊▉"
_LEAST = 10  # columns of a bar, however narrow the terminal
_GAP = "  "


def draw_bars(
    rows: Sequence[tuple[str, float, Sequence[str]]], most: float, width: int | None = None
) -> Iterator[str]:
    """Yield a line for each row of label, value and figures; ``most`` is the value of a whole bar.

    ``width`` is in columns of the terminal, its own when None; Chinese takes two a character.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    labels = max((cell_len(label) for label, _, _ in rows), default=0)
    figures = [max(cell_len(row[2][i]) for row in rows) for i in range(len(rows[0][2]))] if rows else []
    room = max(_LEAST, width - 1 - labels - len(_GAP) - sum(len(_GAP) + figure for figure in figures))
    for label, value, cells in rows:
        padded = (" " * (length - cell_len(cell)) + cell for cell, length in zip(cells, figures, strict=True))
        bar = _bar(value / most if most else 0, room)
        yield _GAP.join((label + " " * (labels - cell_len(label)), bar + " " * (room - len(bar)), *padded))


def _bar(part: float, room: int) -> str:
    """Return a bar that fills this part of the room; what is not nothing can be seen."""
    eighths = round(part * room * 8)
    if part > 0:
        eighths = max(1, eighths)
    whole, rest = divmod(min(eighths, room * 8), 8)
    return "█" * whole + (_EIGHTHS[rest] if rest else "")
