"""The paragraphs of an article: the lines of its part of the page, without what is furniture there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from spiders.readers.chinese.body import Body, is_in_margin
from spiders.readers.chinese.furniture import is_furniture, is_stop
from spiders.readers.chinese.heads import folded
from spiders.readers.chinese.info_row import is_info_row
from spiders.readers.chinese.sheet import Line, Sheet
from spiders.readers.chinese.title import Titled

_CELL_LONGEST = 160
_MOST_BEHIND = 0.3
"""Share of the prose that may stand behind a line that heads other stories, and be dropped with them."""


@dataclass(slots=True)
class Text:
    """An article's lines, the first and last of the page that belong to its part, and what was dropped behind."""

    lines: list[Line]
    first: int
    last: int
    behind: list[Line]


def take_text(sheet: Sheet, body: Body, title: Titled | None) -> Text:
    """Return the article's lines in order: rows of a table as one, furniture left out."""
    inside = set(body.element.iter())
    own = [line for line in sheet.lines if line.block in inside and not line.is_hidden]
    kept = [line for line in own if not line.is_margin or not is_in_margin(line.block, body.element)]
    start = _start(kept, body, title)
    candidates = kept[start:]
    end = _end(candidates)
    behind = candidates[end:]
    lines = [line for line in candidates[:end] if not _is_dropped(line)]
    lines = _without_headline(lines, title)
    while lines and _is_tail(lines[-1]):
        behind.insert(0, lines.pop())
    behind = [*(line for line in candidates[:end] if line not in lines and _is_dropped(line)), *behind]
    first = lines[0].index if lines else body.first
    last = lines[-1].index if lines else body.last
    return Text(_joined_rows(lines), first, last, behind)


def _start(lines: Sequence[Line], body: Body, title: Titled | None) -> int:
    """Return the place of the first line under headline and info rows."""
    start = 0
    title_at = title.lines[-1].index if title else -1
    for place, line in enumerate(lines):
        if line.index > body.first:
            break
        if line.index <= title_at or (line.index < body.first and is_info_row(line)):
            start = place + 1
    return start


def _end(lines: Sequence[Line]) -> int:
    """Return the place of the line that heads what follows the article, or the number of lines."""
    total = sum(line.prose for line in lines)
    passed = 0
    for place, line in enumerate(lines):
        if is_stop(line.text) and passed and (total - passed) <= _MOST_BEHIND * total:
            return place
        passed += line.prose
    return len(lines)


def _is_dropped(line: Line) -> bool:
    text = line.text
    if is_furniture(text) or (is_stop(text) and (line.is_link or len(text) <= 12)):
        return True
    return line.is_link and line.linked >= len(text) - 3 and not _is_linked_sentence(line)


def _is_linked_sentence(line: Line) -> bool:
    return len(line.text) > 40 and line.text.endswith(("。", "！", "？", "”"))


def _is_tail(line: Line) -> bool:
    return is_stop(line.text) or (
        is_info_row(line) and not re.search("记者|通讯员|作者|文[/／]|图[/／]", line.text)
    )


def _without_headline(lines: list[Line], title: Titled | None) -> list[Line]:
    """Leave the headline out where the text begins by repeating it."""
    if title is None or not lines:
        return lines
    if folded(lines[0].text) == folded(title.text):
        return lines[1:]
    return lines


def _joined_rows(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the cells of each row of a table of data as one line."""
    joined: list[Line] = []
    texts: list[HtmlElement | None] = []
    for line in lines:
        last = joined[-1] if joined else None
        if (
            last is not None
            and line.row is not None
            and line.row is last.row
            and line.cell is not None
            and (line.cell is not last.cell or texts[-1] is line.cell)
            and len(line.text) <= _CELL_LONGEST
            and len(last.text) <= 4 * _CELL_LONGEST
        ):
            last.text = f"{last.text}{' ' if line.cell is last.cell else chr(9)}{line.text}"
            last.cell = line.cell
            texts[-1] = line.cell
        else:
            joined.append(line)
            texts.append(None)
    return joined
