"""Stories that go on on another page of an issue: the same title, or a mark that says where (下转, 上接)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = re.compile(
    r"[（(【\[]?\s*(?P<way>下转|上接|紧接)\s*第?\s*(?P<page>[A-Za-z]{0,4}\d{1,4}[A-Za-z]?|[一二三四五六七八九十百]{1,4})\s*版"
    r"[^）)】\]]{0,40}[）)】\]]?"
)
_WORD = re.compile(r"[^\w]+")
_GENERAL = re.compile(
    r"广告|公告|声明|启事|导读|提要|简讯|快讯|短讯|预报|招聘|图片|新闻|时评|来信|一句话|资讯|集萃|速览|速递|要闻|目录|更正|详细|全文"
)
"""Words of headings that stand on many pages of an issue without being one story."""
_SHORTEST = 5
_MOST_PARTS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """An article of an issue: its info code, its title, and the number of its page."""

    info_code: str
    title: str
    page: str | None


def find_first_parts(articles: Sequence[Part]) -> dict[str, str]:
    """Return for each article that continues another one of the issue the code of the first part.

    Two continue each other when they stand on different pages under the same title, which is no heading of
    many pages; with a mark (下转第6版) that title may be short.
    """
    firsts: dict[str, str] = {}
    by_title: dict[str, list[Part]] = {}
    for one in articles:
        by_title.setdefault(_folded(one.title), []).append(one)
    for title, parts in by_title.items():
        is_marked = any(_MARK.search(one.title) for one in parts)
        if _is_a_story(title, parts, is_marked=is_marked):
            first = next((one for one in parts if not _says(one.title, "上接")), parts[0])
            firsts |= {one.info_code: first.info_code for one in parts if one is not first}
    return firsts


def _is_a_story(title: str, parts: Sequence[Part], *, is_marked: bool) -> bool:
    pages = {one.page for one in parts}
    if len(parts) < 2 or len(parts) > _MOST_PARTS or len(pages) != len(parts) or not title:  # noqa: PLR2004
        return False
    return is_marked or (len(title) >= _SHORTEST and not _GENERAL.search(title))


def _says(title: str, way: str) -> bool:
    return any(mark["way"] == way for mark in _MARK.finditer(title))


def _folded(title: str) -> str:
    """Return a title without marks, signs and blanks."""
    return _WORD.sub("", _MARK.sub("", title)).casefold()
