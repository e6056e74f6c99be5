"""Who wrote an article, as the rows around its text label them; bylines in the text are read by others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.sheet import Line

_LABEL = re.compile(r"(?:本文|原)?(?:作\s?者|记\s?者|撰\s?稿|撰\s?文|文|通讯员|采写)\s{0,3}[:：|｜/]\s{0,3}")
_CUT = re.compile(
    r"\s{2,}|\s?[\s|｜]\s?(?=(?:编辑|责编|责任编辑|来源|稿源|发布|时间|字号|阅读|浏览|点击|摄影|图|视频|校对))|(?:编辑|责编|责任编辑|来源|稿源|发布时间|时间|字号|阅读|浏览|点击|摄影|校对)\s?[:：]|\d{4}[-年/.]|[（(【]"
)
_BYLINE = re.compile(
    r"(?:□|■|◎|●)?\s?(?:[\u4e00-\u9fff·]{0,12}(?:记者|通讯员|评论员|特派员))[\s:：/]\s?[\u4e00-\u9fff]{2}"
)
_LATER_LABEL = re.compile(r"(?:^|[\s　|｜])" + _LABEL.pattern)
_BARE_LABEL = re.compile(r"[|｜/\s]{0,3}(?:作\s?者|记\s?者|撰\s?文)")
_OF_PAPER = re.compile(
    r"(?P<name>[\u4e00-\u9fff·]{2,4})[/／][\u4e00-\u9fff]{1,10}(?:报|社|网|台|新闻|周刊|客户端|杂志)"
)
_IN_OFFICE = re.compile(
    r"[(（][^()（）]{0,60}作者\s?[:：系为是]?[^()（）]{2,80}?(?:研究员|教授|院长|所长|主任|部长|会长|博士|学者|评论员|作家)"
    r"\s?(?P<name>[\u4e00-\u9fff]{2,3})\s?[)）]\s{0,3}\Z"
)
_LONGEST_ROW, _LONGEST_BYLINE = 200, 60
_NOBODY = re.compile(
    r"未知|佚名|匿名|不详|网络|本站|admin|管理员|无|原创|转载|小编|.{0,6}整理|.{0,6}综合|.{0,12}(?:编辑|网|报|社|台|中心|频道|部|局|客户端|杂志)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[\u4e00-\u9fff·•]{2,12}(?:[\s、，,/|和 ]{1,3}[\u4e00-\u9fff·•]{2,12}){0,8}")


def find_author(rows: Sequence[Line], last: Sequence[Line]) -> str | None:
    """Return the author's names as a row labels them, joined by ``、``, or a byline as it is printed.

    Else the name behind its bearer's office in the brackets that a text ends with (``last``); None without.
    """
    for line in rows:
        if len(line.text) > _LONGEST_ROW:
            continue
        if len(line.text) <= _LONGEST_BYLINE and _BYLINE.match(line.text) and not find_time(line.text):
            return line.text
        if names := _labelled(line):
            return names
    for line in reversed(last):
        if match := _IN_OFFICE.search(line.text[-200:]):
            return match["name"]
    return None


def _labelled(line: Line) -> str | None:
    for place, part in enumerate(line.parts):
        following = line.parts[place + 1] if place + 1 < len(line.parts) else ""
        if writer := _OF_PAPER.fullmatch(part):
            return writer["name"]
        if _BARE_LABEL.fullmatch(part) and (names := _names(following)):
            return names
        match = _LABEL.match(part) or _LATER_LABEL.search(part)
        if match and (names := _names(part[match.end() :].strip(" 　") or following)):
            return names
    return None


def _names(value: str) -> str | None:
    cut = _CUT.search(value)
    value = (value[: cut.start()] if cut else value).strip(" 　|｜、，,。;；:：")
    if not _NAMES.fullmatch(value) or _NOBODY.fullmatch(value):
        return None
    return "、".join(re.split(r"[\s、，,/|和]+", value))
