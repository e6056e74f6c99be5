"""An article as plain text, copied from a digital newspaper (docs/upstream.md#digital-newspapers)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from itertools import groupby, takewhile
from statistics import median_low

from spiders.readers.broken_paragraphs import is_ended, is_heading, is_indented, join_broken
from spiders.readers.markup_signs import name_format
from storage.records import MEDIA, Draft, Paragraph, ParagraphKind, SetAside
from storage.records.press_days import PRESS_ZONE
from storage.records.saying import say

LONGEST_TEXT = 1_000_000
"""Characters beyond which a text is no article's."""
_MOST_LINES = 50_000

_LONGEST_TITLE = 120
_LONGEST_CAPTION = 60
_LONGEST_TOLD_CAPTION = 120
_TOLD_CAPTION = re.compile(
    r"图为|[(（\[【▲△]?\s*(?:上图|下图|左图|右图|题图|图[①-⑨一二三四五六0-9])|(?:新华社|本报)?资料(?:图片|照片)"
)
_PHOTOGRAPHED = re.compile(r"摄\s*[)）]?\s*[。]?\Z")
_SENTENCE_END = re.compile(r"[。！？!?…]")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with text. ``gap`` counts the blank lines before it."""

    text: str
    gap: int


def read_plain_text(text: str, url: str, *, info_code: str, media: str, day: date) -> Draft:
    """Return the draft of a plain text: title first, then captions, headings and paragraphs.

    Broken paragraphs are joined; nothing else is changed. A short sentence that stands further apart than
    paragraphs do, over or under all others, is a photo's caption; so is a line that says so (图为…, …摄).
    ``published_at`` is the start of the day in UTC+8, with precision ``day``. Raises `SetAside` for markup
    and for what is far too long.
    """
    if len(text) > LONGEST_TEXT:
        raise SetAside(say("page.text_too_long", length=len(text), most=LONGEST_TEXT))
    if other := name_format(text):
        raise SetAside(say("page.not_plain", format=other))
    lines = _lines(text)
    if len(lines) > _MOST_LINES:
        raise SetAside(say("page.too_many_lines", lines=len(lines), most=_MOST_LINES))
    title, rest = _take_title(lines)
    paragraphs = tuple(_paragraphs(rest, _usual_gap(lines)))
    return Draft(
        info_code=info_code,
        url=url,
        form=MEDIA,
        title=title,
        published_at=datetime.combine(day, time(), PRESS_ZONE),
        precision="day",
        witness="text",
        media=media,
        paragraphs=paragraphs,
        body_html="\n".join(escape(paragraph.text, quote=False) for paragraph in paragraphs),
    )


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    gap = 0
    for line in text.splitlines():
        if line.strip():
            lines.append(_Line(line, gap))
            gap = 0
        else:
            gap += 1
    return lines


def _take_title(lines: Sequence[_Line]) -> tuple[str | None, Sequence[_Line]]:
    """Return the first line if it can be a title, and the lines that are not."""
    first = lines[0].text.strip() if lines else ""
    if not first or len(first) > _LONGEST_TITLE or first.endswith("。"):
        return None, lines
    return first, lines[1:]


def _usual_gap(lines: Sequence[_Line]) -> int:
    return median_low(line.gap for line in lines[1:]) if len(lines) > 1 else 0


def _paragraphs(lines: Sequence[_Line], usual_gap: int) -> list[Paragraph]:
    """Return all paragraphs in their order; a caption in the midst of a sentence follows its paragraph."""
    above = list(takewhile(lambda line: _is_apart(line, usual_gap), lines[:-1]))
    rest = lines[len(above) :]
    below = list(takewhile(lambda line: _is_apart(line, usual_gap), reversed(rest[1:])))[::-1]
    body = rest[: len(rest) - len(below)]
    return [*map(_caption, above), *_body([line.text for line in body]), *map(_caption, below)]


def _is_apart(line: _Line, usual_gap: int) -> bool:
    """Tell whether a line is one short sentence that stands further off than paragraphs do."""
    text = line.text.strip()
    is_short = len(text) <= _LONGEST_CAPTION and len(_SENTENCE_END.findall(text)) == 1 and is_ended(text)
    return line.gap > usual_gap and is_short and not is_indented(line.text) and text[-1] not in "）)"


def _body(lines: Sequence[str]) -> list[Paragraph]:
    paragraphs: list[Paragraph] = []
    for is_caption, run in groupby(_after_their_sentences(lines), key=_is_marked_caption):
        pieces = list(run)
        texts = pieces if is_caption else join_broken(pieces)
        following = [*texts[1:], ""]
        paragraphs += [
            Paragraph(text.strip(), "caption" if is_caption else _kind(text, after))
            for text, after in zip(texts, following, strict=True)
        ]
    return paragraphs


def _after_their_sentences(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines, those captions later that stand in the midst of a sentence."""
    waiting: list[str] = []
    is_open = False
    for line in lines:
        if _is_marked_caption(line) and is_open:
            waiting.append(line)
            continue
        yield line
        is_open = not (_is_marked_caption(line) or is_ended(line))
        if not is_open:
            yield from waiting
            waiting.clear()
    yield from waiting


def _kind(text: str, following: str) -> ParagraphKind:
    is_over_text = bool(following) and not is_ended(text) and is_heading(text, following)
    return "heading" if is_over_text else "text"


def _caption(line: _Line) -> Paragraph:
    return Paragraph(line.text.strip(), "caption")


def _is_marked_caption(text: str) -> bool:
    """Tell whether a line says itself that it belongs to a photo."""
    line = text.strip()
    if len(line) > _LONGEST_TOLD_CAPTION:
        return False
    return bool(_TOLD_CAPTION.match(line) or _PHOTOGRAPHED.search(line))
