"""Which paper, site or account an article is from, as its page prints it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spiders.readers.chinese.date_words import find_time, has_day_words
from spiders.readers.chinese.element_words import words_of
from spiders.readers.chinese.furniture import is_tools, source_named
from spiders.readers.chinese.sheet import Line

_LABEL = re.compile(
    r"(?:信息|文章|新闻|稿件|本文|图文|内容)?(?:(?:来\s?源(?:于|自)?|稿\s?源|出\s?处)\s{0,3}[:：|｜]|来源[于自](?!网络)|来自\s?[:：]|\b[Ss]ource\s?[:：])\s{0,3}"
)
_BARE_LABEL = re.compile(r"[|｜/\s]{0,3}(?:来\s?源|稿\s?源|出\s?处)")
_WHOLE_LABEL = re.compile(r"(?:信息|文章|新闻|稿件)?(?:来\s?源|稿\s?源|出\s?处)\s?[:：]?")
"""A label that stands in an element of its own, before that of the name."""
_LIKE_MEDIA = re.compile(
    r"[\w·-]{1,14}(?:报|网|社|台|在线|新闻|客户端|周刊|杂志|发布|传媒|融媒体?|财经|频道|政府|委|局|办)"
)
_WRITER_OF = re.compile(
    r"[\u4e00-\u9fff·]{2,8}[/／](?P<name>[\u4e00-\u9fff]{1,10}(?:报|社|网|台|新闻|周刊|客户端|杂志))"
)
_PATH = re.compile(r"(?:当前|所在|现在)的?位置|[>＞»]\s?(?:正文|\Z)|(?:首页|主页)\s?(?:[>＞»/-]|-{2})")
"""What leads from the site's front page to this page."""
_EMPTY_LABEL = re.compile(
    r"来源\s?[:：]\s{0,3}(?:\Z|[|｜/]|发布|时间|日期|作者|编辑|浏览|点击|阅读|字号|20\d\d)"
)
_IN_BRACKETS = re.compile(
    r"[(（](?:[^()（）]{0,20}[\s，,])?(?:本文|文章|稿件)?来源\s?[:：|｜]\s?(?P<name>[^()（），。；\s]{2,30})[^()（）]{0,120}[)）]\s{0,3}\Z"
)
_AFTER_LABEL = re.compile(r"(?:发布|来自|地区|属地|时间|日期|作者|编辑|责编)(?:于)?\s?[:：]?\Z")
_WEEKDAY = re.compile(
    r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\b,?|(?:星期|周|礼拜)[一二三四五六日天](?![\u4e00-\u9fff])"
)
_NOTE = re.compile(r"[\[【(（](?:整理|原创|转载|编译|综合|图|文|转)[\]】)）]")
_CUT = re.compile(
    r"\s{2,}|[\s|｜/]+(?=(?:我来说|我有话|我要|网友|参与|录入|添加|上传|创建|作者|记者|编辑|责编|责任编辑|发布|时间|日期|字号|阅读|浏览|点击|评论|撰稿|分享|通讯员|打印|校对|更新|查看|访问|人气|热度|Views?|Author|By\b|Published|Date|20\d\d))|(?:作者|记者|编辑|责编|责任编辑|发布时间|发表时间|发布日期|更新时间|字号|字体|阅读量?|浏览量?|点击量?|点击数|评论|撰稿|分享|通讯员|打印|校对|我要|录入时间|添加时间|上传时间|创建时间|入库时间|点击率|点击数|查看|访问量?|访问次数|浏览次数|点击次数|阅读次数|人气|热度|Views?|Author|Published|Date)\s?[:：(（]|(?:字号|打印|分享到|我要纠错|【)|\d{4}[-年/.]"
)
_LONGEST = 40
_OTHER = re.compile(
    r".*(?:作者|记者|编辑|责编|字号|阅读|浏览|点击|评论|分享|打印|关注|收藏|举报|投稿|发布(?:时间|日期|于|者|在|人)|\A发布\Z|发表|时间|查看|访问|人气|摘要|Posted|Published|Views?|Comments?|Share|Tagged|admin|有效|失效|废止|索引号|文号|日期|\d{2}:\d{2}|\d条|人参与|跟贴|听新闻|首页|正文|原创|进入"
    r"|登录|注册|下载|扫码|更多|我要|订阅|来自|位置|主页|没有了|独家|抢先|上一|下一|也在看|跳到|推荐|回复|回答|用户|网友|有用|复制|展开|收起|全文|[:：>？?！!。，]).*"
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
    rows: Sequence[Line],
    last: Sequence[Line],
    after: Sequence[Line],
    moment: Line | None,
    around: Sequence[Line],
    ends: Sequence[Line] = (),
) -> str | None:
    """Return the name after 来源 in the rows under the headline, in the text's last lines or under it.

    Else an unlabelled one: beside the time, or an account's in an element that is called so.
    """
    named = _labelled(rows) or _bracketed(last) or _closing(after)
    if named or any(_EMPTY_LABEL.search(line.text) for line in rows):
        return named
    name = _beside(rows, moment) or _account(around)
    return None if name and any(_is_writer(name, line.text) for line in ends) else name


_SIGNED = re.compile(r"[【(（]?(?:执笔|作者|撰文|撰稿|采写|记者|文)\s?[/／:：|丨]\s?(?P<names>.{2,60})")


def _is_writer(name: str, text: str) -> bool:
    """Tell whether a name is one of those by which a text says who wrote it."""
    signed = _SIGNED.match(text)
    return signed is not None and name in re.split(r"[\s、，,&＆】)）]+", signed["names"])


def _bracketed(lines: Sequence[Line]) -> str | None:
    for line in reversed(lines):
        match = _IN_BRACKETS.search(line.text[-200:])
        if match and (name := cut_name(match["name"])):
            return name
    return None


def _labelled(rows: Sequence[Line]) -> str | None:
    for line in rows:
        if len(line.text) <= 300 and (name := _labelled_in(line)):
            return name
    following = {line.index: line.text for line in rows}
    for line in rows:
        value = following.get(line.index + 1)
        if value and _WHOLE_LABEL.fullmatch(line.text) and _is_name(value):
            return value
    return None


def _labelled_in(line: Line) -> str | None:
    for place, part in enumerate(line.parts):
        following = line.parts[place + 1] if place + 1 < len(line.parts) else ""
        if _BARE_LABEL.fullmatch(part):
            return cut_name(following)
        if match := _LABEL.search(part):
            value = part[match.end() :].strip(" 　") or following
            if name := cut_name(value):
                return name
    match = _LABEL.search(line.text)
    return cut_name(line.text[match.end() :]) if match else None


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
    """Return the unlabelled name in the same row as the time, or in a row next to it."""
    if moment is None:
        return None
    near = [line for line in rows if line is moment]
    near += [
        line
        for line in rows
        if 0 < abs(line.index - moment.index) <= 5 and not line.is_margin and len(line.text) <= 30
    ]
    labels = {line.index + 1 for line in rows if line.text.endswith(("：", ":"))}
    for line in near:
        if line is not moment and line.is_link and not _is_accounts(line):
            continue
        if _PATH.search(line.text) or (line is not moment and line.index in labels):
            continue
        if name := _nearest_name(line):
            return name
    return None


def _nearest_name(line: Line) -> str | None:
    """Return the name in a row that stands nearest to its time, behind it rather than before."""
    timed = next((place for place, part in enumerate(line.parts) if find_time(part)), 0)
    best: tuple[float, str] | None = None
    for place, part in enumerate(line.parts):
        if writer := _WRITER_OF.fullmatch(part):
            return writer["name"]
        name = _without_time(part)
        if not _is_name(name) or len(name.split()) > 2:
            name = next((one for one in _words_of(name) if _LIKE_MEDIA.fullmatch(one) and _is_name(one)), "")
        if not _is_name(name) or (place and _AFTER_LABEL.search(line.parts[place - 1])):
            continue
        far = abs(place - timed) + (0.5 if place < timed else 0)
        if best is None or far < best[0]:
            best = far, name
    return best[1] if best else None


def _without_time(part: str) -> str:
    found = find_time(part)
    rest = part if found is None else f"{part[: found.start]}{part[found.end :]}"
    return _WEEKDAY.sub("", _NOTE.sub("", rest)).strip(" 　|｜/-·:：").removesuffix("官方账号")


def _words_of(rest: str) -> list[str]:
    """Return the words of a row of several, parted by blanks and strokes."""
    return [one for one in re.split(r"[\s　|｜]+", rest) if one]


def _is_name(part: str) -> bool:
    return (
        bool(_NAME.fullmatch(part))
        and not find_time(part)
        and not has_day_words(part)
        and not is_tools(part)
        and not _OTHER.fullmatch(part)
        and not part.isdigit()
        and bool(re.search("[\u4e00-\u9fff]{2}|[A-Z][A-Za-z]{2}", part))
    )


def _account(lines: Sequence[Line]) -> str | None:
    for line in lines:
        if len(line.text) <= 24 and _is_name(line.text) and _is_accounts(line):
            return line.text
    return None


def _is_accounts(line: Line) -> bool:
    parent = line.block.getparent()
    words = words_of(line.block) | (words_of(parent) if parent is not None else frozenset())
    return bool(words & _WORDS)
