"""One article as a list names it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from spiders.declared.identity import code_of
from spiders.declared.rules import ListRules
from storage.records import MEDIA, NOTHING_TOLD, Listed, Told

_LONGEST_TITLE = 500
_MORE = frozenset(
    {
        "查阅全文",
        "阅读全文",
        "查看全文",
        "全文",
        "详细",
        "详情",
        "更多",
        "查看详情",
        "阅读更多",
        "点击查看",
        "查看",
        "评论",
        "more",
    }
)
"""What links say that lead to an article and are not called by its title."""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An address that a list names, absolute, with the named groups of ``link`` in it."""

    address: str
    title: str
    groups: dict[str, str] = field(default_factory=dict)
    told: Told = NOTHING_TOLD
    day: date | None = None


def as_listed(items: Iterable[ListedItem], site: str, rules: ListRules, page_url: str) -> tuple[Listed, ...]:
    """Return what a page of a list lists, each info code once, in its order.

    Of several links to one article the first that has a title of its own gives the title, and the first that
    tells a time the time.
    """
    found: dict[str, Listed] = {}
    for item in items:
        code = code_of(site, item.address, item.groups, rules)
        told = replace(item.told, listed_on=page_url)
        listed = Listed(code, MEDIA, item.address, item.title[:_LONGEST_TITLE], told)
        found[code] = _merged(found[code], listed) if code in found else listed
    return tuple(found.values())


def _merged(first: Listed, further: Listed) -> Listed:
    title = first.title if is_title(first.title) or not is_title(further.title) else further.title
    told = first.told
    if told.published_at is None and further.told.published_at is not None:
        told = replace(told, published_at=further.told.published_at, precision=further.told.precision)
    return replace(first, title=title, told=told)


def is_title(text: str) -> bool:
    """Return whether a link's text may be a title, and is no invitation to read on."""
    return bool(text) and text.strip(" 【】[]（）()…").lower() not in _MORE
