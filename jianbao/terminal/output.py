"""How commands print: one JSON document on stdout, or a table for people; progress and notes on stderr."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain
from typing import Any
from unicodedata import category

import typer

from jianbao.terminal.streams import OutputLost, has_reader, is_encodable, say

# What JSON allows in a string unescaped, and a terminal obeys (U+009B begins a command) or no stream encodes.
_WIDE, _NARROW = 160, 80  # columns of a table that goes into a pipe or a file
_UNESCAPED = re.compile(r"[\x7f-\x9f\ud800-\udfff]")


def print_json(document: Any) -> None:
    """Print one JSON document, Chinese as it is and control characters escaped."""
    text = _escape(json.dumps(document, ensure_ascii=False, indent=2))
    if not is_encodable(text):
        text = _escape(json.dumps(document, indent=2))
    _put(f"{text}\n")


def _escape(text: str) -> str:
    return _UNESCAPED.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    title: str | None = None,
    *,
    narrow: bool = False,
) -> None:
    """Print a table as wide as the terminal; what was crawled is shown as text, never as markup.

    ``narrow``: without lines between the columns, and no wider than 80 columns where there is no terminal;
    only the first column is folded. Cells may have several lines.
    """
    from rich.box import HEAVY_HEAD, SIMPLE_HEAD  # noqa: PLC0415 - rich takes 0.1 s
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=SIMPLE_HEAD if narrow else HEAVY_HEAD,
        show_edge=not narrow,
        pad_edge=not narrow,
        padding=(0, 1, 0, 0) if narrow else (0, 1),
    )
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=narrow and place > 0)
    for row in rows:
        table.add_row(*(Text(printable(str("" if cell is None else cell))) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else _NARROW if narrow else _WIDE)
    with console.capture() as printed:
        console.print(table)
    _put(printed.get())


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV (RFC 4180) as they come, while somebody reads them; safe for a terminal.

    Raises `OutputLost` for a character that stdout's encoding lacks: CSV has no way to write it otherwise.
    """
    line = StringIO()
    writer = csv.writer(line)
    for row in chain((columns,), rows):
        writer.writerow(row)
        text = line.getvalue()
        if not is_encodable(text):
            raise OutputLost(
                f"standard output is {sys.stdout.encoding}, which lacks a character of "
                f"{text.strip()[:40]!r}: set PYTHONIOENCODING=utf-8, or ask for --json"
            )
        if not _put(printable(text.replace("\r\n", "\n")) if sys.stdout.isatty() else text):
            return
        line.seek(0)
        line.truncate()


def print_line(text: str = "") -> None:
    """Print a line of text on stdout, safe for a terminal."""
    _put(printable(text) + "\n")


def print_marked(text: str, hits: Iterable[Sequence[int]], *, indent: int = 0, bold: bool = False) -> None:
    """Print a line with its hits in colour on a terminal; hits are [start, end) after the indent."""
    if not sys.stdout.isatty():
        print_line(text)
        return
    place = 0
    parts: list[str] = []
    for start, end in hits:
        parts += [
            typer.style(printable(text[place : start + indent]), bold=bold),
            typer.style(printable(text[start + indent : end + indent]), fg="red", bold=True),
        ]
        place = end + indent
    _put("".join(parts) + typer.style(printable(text[place:]), bold=bold) + "\n")


def print_styled(pieces: Iterable[tuple[str, str]]) -> None:
    """Print a line of pieces, each in a style of rich's such as ``red strike``, for a terminal."""
    from rich.console import Console  # noqa: PLC0415 - rich takes 0.1 s
    from rich.text import Text  # noqa: PLC0415

    console = Console()
    with console.capture() as printed:
        console.print(Text.assemble(*((printable(text), style) for text, style in pieces)))
    _put(printed.get())


def print_note(text: str) -> None:
    """Print a line for people on stderr."""
    say(printable(text))


def _put(text: str) -> bool:
    """Write to stdout; return whether its reader is still there (in `jianbao list | head`, it goes away)."""
    sys.stdout.write(text)
    sys.stdout.flush()
    return has_reader()


def printable(text: str) -> str:
    """Return the text without control characters: what was crawled must not steer a terminal."""
    return "".join(character if _is_harmless(character) else "\ufffd" for character in text)


def _is_harmless(character: str) -> bool:
    """Return whether a terminal only shows the character: letters, signs and every width of blank."""
    return character.isprintable() or character == "\n" or category(character) == "Zs"
