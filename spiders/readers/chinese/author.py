"""Who wrote an article, as the rows around its text label them; bylines in the text are read by others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.sheet import Line

_LABEL = re.compile(r"(?:本文)?(?:作\s?者|记\s?者|撰\s?稿|撰\s?文|文|通讯员|采写)\s{0,3}[:：|｜/]\s{0,3}")
_CUT = re.compile(
    r"\s{2,}|\s?[\s|｜]\s?(?=(?:编辑|责编|责任编辑|来源|稿源|发布|时间|字号|阅读|浏览|点击|摄影|图|视频|校对))|(?:编辑|责编|责任编辑|来源|稿源|发布时间|时间|字号|阅读|浏览|点击|摄影|校对)\s?[:：]|\d{4}[-年/.]|[（(【]"
)
_BYLINE = re.compile(
    r"(?:□|■|◎|●)?\s?(?:[\u4e00-\u9fff·]{0,12}(?:记者|通讯员|评论员|特派员))[\s:：/]\s?[\u4e00-\u9fff]{2}"
)
_NOBODY = re.compile(
    r"未知|佚名|匿名|不详|网络|本站|admin|管理员|无|原创|转载|小编|.{0,12}(?:编辑|网|报|社|台|中心|频道|部|局|客户端|杂志)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[\u4e00-\u9fff·•]{2,12}(?:[\s、，,/|和 ]{1,3}[\u4e00-\u9fff·•]{2,12}){0,8}")


def find_author(rows: Sequence[Line]) -> str | None:
    """Return the names that a row labels as the author's, joined by ``、``; None where it names nobody."""
    for line in rows:
        if len(line.text) > 200:
            continue
        if len(line.text) <= 60 and _BYLINE.match(line.text) and not find_time(line.text):
            return line.text
        for place, part in enumerate(line.parts):
            match = _LABEL.match(part) or re.search(r"(?:^|[\s　|｜])" + _LABEL.pattern, part)
            if not match:
                continue
            value = part[match.end() :].strip(" 　")
            if not value and place + 1 < len(line.parts):
                value = line.parts[place + 1]
            if names := _names(value):
                return names
    return None


def _names(value: str) -> str | None:
    cut = _CUT.search(value)
    value = (value[: cut.start()] if cut else value).strip(" 　|｜、，,。;；:：")
    if not _NAMES.fullmatch(value) or _NOBODY.fullmatch(value):
        return None
    return "、".join(re.split(r"[\s、，,/|和]+", value))
