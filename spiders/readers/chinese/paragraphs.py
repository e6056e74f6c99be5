"""The paragraphs of an article: the lines of its part of the page, without what is furniture there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from spiders.readers.chinese.body import Body
from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.furniture import is_furniture, is_rule, is_stop, is_tools
from spiders.readers.chinese.heads import folded
from spiders.readers.chinese.info_row import is_info_row, is_promotion
from spiders.readers.chinese.pictures import is_caption
from spiders.readers.chinese.sheet import Line, Picture, Sheet
from spiders.readers.chinese.title import Titled
from storage.records import Paragraph

_CELL_LONGEST = 160
_MOST_BEHIND = 0.3
"""Share of the prose that may stand behind a line that heads other stories, and be dropped with them."""


@dataclass(slots=True)
class Text:
    """An article's lines, the first and last of the page that belong to its part, what was dropped behind."""

    lines: list[Line]
    first: int
    last: int
    behind: list[Line]
    pictures: list[Picture] = field(default_factory=list)


def take_text(sheet: Sheet, body: Body, title: Titled | None) -> Text:
    """Return the article's lines in order: rows of a table as one, furniture left out."""
    inside = set(body.element.iter())
    candidates = _candidates(sheet, body, title, inside)
    end = _end(candidates)
    lines: list[Line] = []
    behind: list[Line] = []
    for line in candidates[:end]:
        (behind if is_dropped(line) else lines).append(line)
    lines = [line for line in map(_without_link_on, lines) if line.text]
    lines = _without_summary(_without_headline(lines, title))
    while lines and (_is_tail(lines[-1]) or _is_imprint(lines, sheet)):
        behind.append(lines.pop())
    behind += candidates[end:]
    first = lines[0].index if lines else body.first
    last = lines[-1].index if lines else body.last
    pictures = [
        one for one in sheet.pictures if one.element in inside and _is_shown(one, first, last, inside)
    ]
    if lines:
        pictures = [one for one in pictures if one.before <= last or _is_beside(one, lines[-1])]
    return Text(_joined_rows(lines), first, last, behind, pictures)


def _candidates(sheet: Sheet, body: Body, title: Titled | None, inside: set[HtmlElement]) -> list[Line]:
    """Return the lines of the article's part of a page, from under headline and info rows on, seen ones."""
    kept = [
        line
        for line in sheet.lines
        if line.block in inside
        and not line.is_hidden
        and (line.margin is None or line.margin not in inside or line.margin is body.element)
    ]
    start = _start(kept, body, title)
    while start + 2 < len(kept) and is_promotion(kept[start]):
        start += 1
    return kept[start:]


def _is_shown(picture: Picture, first: int, last: int, inside: set[HtmlElement]) -> bool:
    """Tell whether a picture stands among the lines of a text, or right behind them."""
    if picture.is_hidden or (picture.margin is not None and picture.margin in inside):
        return False
    return first <= picture.before <= last + 1


def _is_beside(picture: Picture, line: Line) -> bool:
    """Tell whether a picture behind the last line stands where a further paragraph would."""
    return picture.block is line.block or picture.block.getparent() is line.block.getparent()


_LONGEST_HEADING = 40
_NO_HEADING = ("。", "；", "，", "：", "）", ")")


def paragraph_of(line: Line, pictures: Sequence[Picture]) -> Paragraph:
    """Return a line as a paragraph of its kind: a caption, a heading, or text."""
    if is_caption(line, pictures):
        return Paragraph(line.text, "caption")
    is_short = len(line.text) <= _LONGEST_HEADING and not line.text.endswith(_NO_HEADING)
    is_heading = is_short and (line.heading or line.is_bold) and not _WRITTEN_BY.search(line.text)
    return Paragraph(line.text, "heading" if is_heading else "text")


_MOST_OVER = 10
_MOST_BEFORE = 0.12
"""Lines, and share of the prose, that may stand in the text's part over the row of time and source."""


def _start(lines: Sequence[Line], body: Body, title: Titled | None) -> int:
    """Return the place of the first line under headline and info rows."""
    start = 0
    title_at = title.lines[-1].index if title else -1
    total = sum(line.prose for line in lines)
    passed = below = 0.0
    for place, line in enumerate(lines):
        below += 1 if line.index >= body.first else 0
        if below > _MOST_OVER or passed > _MOST_BEFORE * total:
            break
        if line.index <= title_at or (is_info_row(line) and (line.index < body.first or _is_dated(line))):
            start = place + 1
        elif line.index >= body.first:
            passed += line.prose
    return start


def _is_dated(line: Line) -> bool:
    """Tell whether a row says when an article was published and where from, or at which minute."""
    found = find_time(line.text)
    return found is not None and (found.precision != "day" or "来源" in line.text)


def _end(lines: Sequence[Line]) -> int:
    """Return the place behind the article's last line.

    That is where prose has most outweighed links, dates of others' words and short lines, and behind it as
    long as lines stand beside that one, up to one that heads what follows.
    """
    best = weight = 0.0
    last = stops = 0
    for place, line in enumerate(lines):
        if stops < _MOST_STOPS and is_stop(line.text):
            stops += 1
            if _is_end(lines, place):
                return _beside(lines, last, place)
        weight += _worth(line)
        if weight >= best or not last:
            best, last = weight, place + 1
    return _beside(lines, last, len(lines))


_DEEPEST_CELL = 6


def _is_of_table(line: Line, parents: set[HtmlElement | None]) -> bool:
    """Tell whether a line is a cell of a table that stands in one of some elements."""
    element = line.row
    for _ in range(_DEEPEST_CELL):
        if element is None:
            return False
        element = element.getparent()
        if element is not None and element.tag == "table":
            return element.getparent() in parents
    return False


_MOST_STOPS = 20


def _is_end(lines: Sequence[Line], place: int) -> bool:
    """Tell whether behind a place only a little prose stands in elements that held some before it."""
    parents: set[HtmlElement | None] = set()
    passed = 0.0
    for line in lines[:place]:
        if line.prose:
            parents |= {line.block, line.block.getparent()}
            passed += line.prose
    beside = sum(
        line.prose for line in lines[place:] if not parents.isdisjoint({line.block, line.block.getparent()})
    )
    return bool(passed) and beside <= _MOST_BEHIND * passed


def _worth(line: Line) -> float:
    if line.is_link:
        return -15.0 - 0.5 * line.linked
    if is_furniture(line.text):
        return -5.0
    if len(line.text) <= 60 and line.text[:1] not in "（(《" and is_info_row(line):
        return -60.0
    return float(line.prose) if line.prose else -2.0


def _beside(lines: Sequence[Line], last: int, end: int) -> int:
    """Return the place behind the lines that follow the last prose in the same element as that."""
    if not last:
        return end
    parents = {lines[last - 1].block, lines[last - 1].block.getparent()}
    while last < end:
        line = lines[last]
        if parents.isdisjoint({line.block, line.block.getparent()}) and not _is_of_table(line, parents):
            break
        if line.is_link and not is_furniture(line.text) and last + 1 < end and lines[last + 1].is_link:
            break
        last += 1
    return last


def is_dropped(line: Line) -> bool:
    """Tell whether a line is none of the article's, by its words, or because it only leads elsewhere."""
    text = line.text
    if is_furniture(text) or (is_stop(text) and (line.is_link or len(text) <= 12)):
        return True
    return line.is_link and not _is_linked_sentence(line)


def _without_link_on(line: Line) -> Line:
    """Cut what leads elsewhere off a line's end (返回首页，查看更多)."""
    while (
        line.linked
        and len(line.parts) > 1
        and line.text.endswith(line.parts[-1])
        and is_furniture(line.parts[-1])
    ):
        part = line.parts.pop()
        line.text = line.text[: -len(part)].rstrip()
    return line


def _is_linked_sentence(line: Line) -> bool:
    return len(line.text) > 40 and line.text.endswith(("。", "！", "？", "”"))


_WRITTEN_BY = re.compile("记者|通讯员|作者|文[/／]|图[/／]")
_PRINTED_IN = re.compile(r"\s*[(（]?\s*(?:来源|发布|编辑|责|稿源|出处|阅读|浏览|时间：|日期：)")


def _is_tail(line: Line) -> bool:
    """Tell whether a last line belongs to the page: it heads what follows, or is a row of source and time."""
    if is_stop(line.text) or is_tools(line.text):
        return True
    return bool(_PRINTED_IN.match(line.text)) and is_info_row(line) and not _WRITTEN_BY.search(line.text)


_IMPRINT = re.compile(
    r"(?:主办|承办|主管|协办|版权|技术支持|制作维护|维护|地址|邮编|邮箱|电话|传真|联系电话|投稿邮箱|网站标识码|您是第|总访问)[^。！？]{0,120}"
)
_NEAR_RULE = 8


def _is_imprint(lines: Sequence[Line], sheet: Sheet) -> bool:
    """Tell whether a last line says who makes the site: what says its rights stands right under it."""
    at = lines[-1].index
    return bool(_IMPRINT.fullmatch(lines[-1].text)) and any(
        is_rule(line.text) and re.search(r"Copyright|备案|ICP|版权所有|Reserved", line.text)
        for line in sheet.lines[at + 1 : at + 1 + _NEAR_RULE]
    )


_SUMMARY = re.compile(r"[\[【]?(?:内容)?(?:摘要|提要|导读)[\]】]?\s{0,3}[:：]\s{0,3}(?P<text>.+)")
_REPEATED = 15


def _without_summary(lines: list[Line]) -> list[Line]:
    """Leave a summary out over the text that stands in an element of its own or only repeats the text."""
    match = _SUMMARY.fullmatch(lines[0].text) if len(lines) > 1 else None
    if not match:
        return lines
    is_apart = lines[0].block.getparent() is not lines[1].block.getparent() and lines[0].block.tag != "p"
    begins = folded(match["text"])[:_REPEATED]
    return lines[1:] if is_apart or any(begins in folded(line.text) for line in lines[1:4]) else lines


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
