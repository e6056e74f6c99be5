"""Which newspaper an article is from: what its tag or digest says, and what is only the name of a list."""

from __future__ import annotations

import re

from pipelines.normalise.text import one_line
from storage.records import ROLLING, Form

_TAG_SUFFIX = "新闻"
# Upstream's lists have names as newspapers do; what ends so is a list, whoever keeps it.
_LIST = re.compile(r".*(?:滚动(?:新闻|资讯)?|要闻|快讯|导读|首页|7\s*[x×*]\s*24.*)", re.IGNORECASE)
_NESTED = r"[^()（）]*(?:[(（][^()（）]*[)）][^()（）]*){0,2}"
_IN_BRACKETS = re.compile(
    rf"[(（]\s*(?:(?:文章)?来源\s*[:：]|据|摘自|转自|原载|刊于|载于)?(?P<name>{_NESTED})[)）]\s*[。.]?\s*\Z"
)
_LONGEST_NAME = 24
_LAST_WORDS = 60
"""Characters at a digest's end in which a name with its brackets must stand."""

_NAME = re.compile(
    r"(?!本|该|我|此|各|详?见|参见|综合)(?!.*(?:记者|编辑|作者|来自|图片))[\w· ]+?"
    r"(?:报|周刊|月刊|旬刊|导刊|杂志|新闻|客户端|财经|资讯|在线|网|社|电视台|电台|经济报道)"
    r"(?:\s*[(（][\w· ]+[)）])?(?:\s?(?:APP|网|海外版|农村版|电子版|公众号|微信))?",
    re.IGNORECASE,
)
# What ends as a newspaper's name does and is none: reports, nets and societies of other kinds.
_NO_NEWSPAPER = re.compile(
    r"(?:\d{2,4}|[年季度第一二三四前上下半每]|业绩|天气|活动|公司|宣传|行业|研究|策略|市场|宏观|收盘)*"
    r"(?:年|季|季度|月|中|财|研|快|公|预|海|通|简|战|捷|喜|警|情|汇|回|周|日|晚|早|晨|电|申)报"
    r"|.*(?:研|财|季|预|警|回|申|填|举)报|.*社电报"
    r"|.*(?:互联|物联|车联|电|官|管|路|光|局域|车|神经|物流|销售|营销|高铁|[234567]G)网"
    r"|.*(?:合作|供销|旅行|信用|福利|出版|株式会)社"
    r"|.*(?:图片|有关|相关|更多|最新)(?:新闻|资讯|财经|在线|客户端)|(?:电视|通讯)[台社]"
    r"|(?:公司|行业|市场|财经|今日|国际|国内|社会|体育|热点|焦点|官方)+(?:新闻|资讯|客户端)"
    r"|(?:新闻|财经)(?:杂志|周刊|月刊)"
)


def media_of_tag(tag: str | None, form: Form) -> str | None:
    """Return the newspaper that a post's tag names: the tag less exactly one 新闻.

    Some papers' own names end so too (docs/upstream.md#slugs-and-tags).
    None for the tag of a list, as rolling news always have it: a list prints no paper.
    """
    name = " ".join(one_line(tag).split()).removesuffix(_TAG_SUFFIX)
    return None if form == ROLLING else stated_media(name)


def stated_media(name: str | None) -> str | None:
    """Return a name that an answer states outright, None for an empty one and for that of a list."""
    name = one_line(name)
    return None if not name or _LIST.fullmatch(name) else name


def media_of_digest(digest: str | None) -> str | None:
    """Return the newspaper that a digest ends with in brackets (沪指收涨。（上海证券报）), None without one.

    Other things stand there too (完, 更新, a reporter, a place, a security's code): only what is named as
    newspapers are counts.
    """
    match = _IN_BRACKETS.search(one_line(digest)[-_LAST_WORDS:])
    name = match["name"].strip(" 《》") if match else ""
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or _NO_NEWSPAPER.fullmatch(name):
        return None
    return stated_media(name)
