"""Which paper, site or account an article is from, as its page prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.readers.chinese.date_words import find_time
from spiders.readers.chinese.element_words import words_of
from spiders.readers.chinese.furniture import is_tools, source_named
from spiders.readers.chinese.sheet import Line

_LABEL = re.compile(
    r"(?:信息|文章|新闻|稿件|本文|图文|内容)?(?:来\s?源(?:于|自)?|稿\s?源|出\s?处)\s{0,3}[:：|｜]\s{0,3}"
)
_CUT = re.compile(
    r"\s{2,}|[\s|｜/]+(?=(?:作者|记者|编辑|责编|责任编辑|发布|时间|日期|字号|阅读|浏览|点击|评论|撰稿|分享|通讯员|打印|校对|更新|20\d\d))|(?:作者|记者|编辑|责编|责任编辑|发布时间|发表时间|发布日期|更新时间|字号|字体|阅读量?|浏览量?|点击量?|点击数|评论|撰稿|分享|通讯员|打印|校对|我要)\s?[:：(（]|(?:字号|打印|分享到|我要纠错|【)|\d{4}[-年/.]"
)
_LONGEST = 40
_OTHER = re.compile(
    r".*(?:作者|记者|编辑|责编|字号|阅读|浏览|点击|评论|分享|打印|关注|收藏|举报|投稿|发布|时间|日期|\d{2}:\d{2}|条|人参与|跟贴|听新闻|首页|正文|原创|进入|登录|下载|客户端下载|微博|微信|扫码|更多|我要|订阅|[:：>？！。，]).*"
)
_WORDS = frozenset(
    [
        "source",
        "laiyuan",
        "from",
        "media",
        "account",
        "origin",
        "author",
        "name",
        "nickname",
        "nick",
        "user",
        "mp",
        "writer",
        "profile",
        "ly",
        "where",
    ]
)
_NAME = re.compile(r"[\w\u4e00-\u9fff·•—\-－&《》“”.+ @（）()]{2,24}")


def find_media(
    rows: Sequence[Line], after: Sequence[Line], moment: Line | None, aside: Sequence[Line]
) -> str | None:
    """Return the name after 来源 in the rows under the headline or a line under the text; else an unlabelled one.

    An unlabelled name stands beside the time, or is an account's in an element that is called so.
    """
    return _labelled(rows) or _closing(after) or _beside(rows, moment) or _account(rows) or _account(aside)


def _labelled(rows: Sequence[Line]) -> str | None:
    for line in rows:
        if len(line.text) > 300:
            continue
        for place, part in enumerate(line.parts):
            match = _LABEL.search(part)
            if match:
                value = part[match.end() :].strip(" 　")
                if not value and place + 1 < len(line.parts):
                    value = line.parts[place + 1]
                if name := cut_name(value):
                    return name
        match = _LABEL.search(line.text)
        if match and (name := cut_name(line.text[match.end() :])):
            return name
    return None


def cut_name(value: str) -> str | None:
    """Return a name without what is printed behind it; None where none is left."""
    value = value.strip(" 　\xa0")
    cut = _CUT.search(value)
    name = (value[: cut.start()] if cut else value).strip(" 　\xa0|｜/-[]【】:：;；,，。")
    if name.count("（") > name.count("）") or name.count("(") > name.count(")"):
        name = name.strip("（(")
    name = (
        name.rstrip(")）")
        if name.count("）") > name.count("（") or name.count(")") > name.count("(")
        else name
    )
    return name if 2 <= len(name) <= _LONGEST and not is_tools(name) else None


def _closing(after: Sequence[Line]) -> str | None:
    for line in after:
        named = source_named(line.text)
        if named and (name := cut_name(named)) and not re.fullmatch("网络|互联网|综合|本站|网友", name):
            return name
    return None


def _beside(rows: Sequence[Line], moment: Line | None) -> str | None:
    """Return the unlabelled name in the same row as the time, or in the row before or after it."""
    if moment is None:
        return None
    near = [line for line in rows if line is moment]
    near += [line for line in rows if 0 < abs(line.index - moment.index) <= 3]
    for line in near:
        for part in line.parts:
            if _is_name(part):
                return part
    return None


def _is_name(part: str) -> bool:
    return (
        bool(_NAME.fullmatch(part))
        and not find_time(part)
        and not is_tools(part)
        and not _OTHER.fullmatch(part)
        and not part.isdigit()
        and bool(re.search("[\u4e00-\u9fffA-Za-z]{2}", part))
    )


def _account(lines: Sequence[Line]) -> str | None:
    for line in lines:
        if len(line.text) <= 24 and _is_name(line.text) and words_of(line.block) & _WORDS:
            return line.text
    return None
