"""Lines that belong to the page around an article: who edited it, where it came from, its former title."""

from __future__ import annotations

import re

from pipelines.normalise.credits import is_name

_LONGEST_LINE = 120
_MAKERS = (
    "责任编辑|责任校对|值班编辑|值班主任|值班编委|本版编辑|本期编辑|编辑|责编|编审|编校|校对|校审|审校|审核|审读|初审|复审|终审|监制"
    "|总监制|美编|版式|主编|执行主编"
)
_ORIGINS = "本文来源|文章来源|新闻来源|稿件来源|信息来源|原文来源|内容来源|来源|稿源"
_BEGINNING = frozenset("责值本编校审初复终监总美版主执文新稿信原内来我纠[【(（〔 ")
"""What such a line begins with; nearly all other lines are passed by at once."""
_CORRECT = re.compile(r"[\[【(（]?\s*+(?:我要)?纠错\s*+[\]】)）]?\s*+")
_ENTRY = re.compile(
    rf"[\s/／|｜丨、，;；]*+(?:(?P<maker>{_MAKERS})|(?P<origin>{_ORIGINS}))(?P<mark>\s*+[:：/／|｜丨]\s*+|\s++|\Z)"
)
_OUTER = re.compile(r"[\[【(（〔]([^\[\]【】〔〕]*)[\]】)）〕]")
_ORIGINAL_TITLE = re.compile(r"[\[【(（]?\s*原(?:标题|题)\s*[:：|｜].{1,110}")
_MARK_OF_EDITOR = re.compile(r"[A-Za-z0-9_]{1,12}")
_NUMBERED = re.compile(r"[_(（\[]?[A-Za-z]{0,4}[0-9]{2,8}[)）\]]?\Z|_[A-Za-z0-9]{1,10}\Z")
_NAMES_APART = re.compile(r"[\s、，,]+")
_PROSE = re.compile("[。！？!?；：“”]")
_LONGEST_ORIGIN = 30


def is_imprint(text: str) -> bool:
    """Tell whether a line is only ``责编：…``, ``编辑 … 校对 …``, ``来源：…``, ``原标题：…``, ``【纠错】``.

    Prose that merely begins with such a word (``编辑部的灯还亮着``, ``编辑：您好！``) is none.
    """
    if len(text) > _LONGEST_LINE or text[0] not in _BEGINNING:
        return False
    correct = _CORRECT.match(text)
    rest = text[correct.end() :] if correct else text
    return not rest or bool(_ORIGINAL_TITLE.fullmatch(rest)) or _is_entries(_unwrapped(rest))


def _unwrapped(line: str) -> str:
    outer = _OUTER.fullmatch(line.strip())
    return outer[1].strip() if outer else line.strip()


def _is_entries(line: str) -> bool:
    """Tell whether a line is words like ``责编`` and ``来源``, each with what may stand behind it."""
    entries = list(_ENTRY.finditer(line))
    if not entries or entries[0].start() > 0:
        return False
    ends = [entry.start() for entry in entries[1:]] + [len(line)]
    return all(_is_filled(entry, line[entry.end() : end]) for entry, end in zip(entries, ends, strict=True))


def _is_filled(entry: re.Match[str], value: str) -> bool:
    """Tell whether an entry's value is what such an entry has: names, or where a text was taken from."""
    is_marked = bool(entry["mark"].strip())
    value = value.strip()
    if entry["origin"]:
        return is_marked and len(value) <= _LONGEST_ORIGIN and not _PROSE.search(value)
    if not value:
        return is_marked
    names = [_NUMBERED.sub("", word) for word in _NAMES_APART.split(value.strip("、，, /／|｜丨")) if word]
    spaced = "".join(names) if all(len(name) == 1 for name in names) else ""
    if spaced:
        return is_name(spaced)
    return all(not name or is_name(name) or bool(_MARK_OF_EDITOR.fullmatch(name)) for name in names)
