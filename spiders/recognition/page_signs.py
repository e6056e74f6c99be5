"""What a page says of itself: its name, feeds, newspapers and lists that it links to, a login."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from spiders.readers.base_address import base_of
from spiders.readers.feeds.address import web_address
from spiders.readers.markup import parse_document
from spiders.recognition.links import beginning_of

_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "text/xml",
    "application/xml",
)
_FEED_NAME = re.compile(
    r"(?:rss|atom|feed)[\w-]*(?:\.xml|\.json|\.rss|/)?(?:\?|$)|\.rss(?:\?|$)", re.IGNORECASE
)
_PAPER = re.compile(r"数字报|电子报|数字版|电子版|多媒体数字|e-?paper|报纸版面", re.IGNORECASE)
_MORE = re.compile(r"更多|more\s*>*|新闻|要闻|动态|资讯|时政|快讯|滚动", re.IGNORECASE)
_JSON = re.compile(
    r"""["']((?:https?:)?/{0,2}[\w./-]{1,200}(?:\.json|/api/[\w./-]{1,100})(?:\?[\w=&%-]{0,200})?)["']"""
)
_LOGIN = re.compile(r"登录|登陆|login|sign\s?in", re.IGNORECASE)
_ERROR = re.compile(r"404|403|50[0-4]|not\s+found|出错|错误|找不到|不存在|无法访问|维护", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:[-_|–—·>»]+|--)\s*")
_SITE = re.compile(r"(?:网|报|在线|日报社|传媒|之声|之窗)$")
_LONGEST_NAME = 30
_SHORT = 20_000  # characters of an error page, at most


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What a page says of itself. ``feeds``, ``papers``, ``lists`` and ``json`` are absolute addresses."""

    title: str
    site_name: str | None
    feeds: tuple[str, ...]
    papers: tuple[str, ...]
    lists: tuple[str, ...]
    json: tuple[str, ...]
    asks_for_login: bool
    is_error: bool


def read_signs(html: str, url: str) -> PageSigns:
    """Return what a page says of itself; raise `SetAside` where it is no page anybody writes."""
    tree, base = parse_document(html), base_of(html, url)
    title = " ".join((tree.findtext(".//title") or "").split())
    return PageSigns(
        title=title,
        site_name=_site_name(tree, title),
        feeds=tuple(dict.fromkeys(_feeds(tree, base))),
        papers=tuple(dict.fromkeys(_by_text(tree, base, _PAPER))),
        lists=tuple(dict.fromkeys(_by_text(tree, base, _MORE))),
        json=tuple(dict.fromkeys(_json(html, base))),
        asks_for_login=_asks_for_login(tree, title),
        is_error=bool(_ERROR.search(title)) and len(html) < _SHORT,
    )


def _feeds(tree: HtmlElement, base: str) -> Iterator[str]:
    for link in tree.iter("link"):
        is_other = "alternate" in (link.get("rel") or "").lower().split()
        is_other = is_other and (link.get("type") or "").lower().split(";")[0].strip() in _FEED_TYPES
        address = web_address(base, link.get("href")) if is_other else None
        if address is not None:
            yield address
    for link in tree.iter("a"):
        address = web_address(base, link.get("href"))
        if (
            address
            and _FEED_NAME.search(urlsplit(address).path)
            and urlsplit(address).netloc == urlsplit(base).netloc
        ):
            yield address


def _by_text(tree: HtmlElement, base: str, words: re.Pattern[str]) -> Iterator[str]:
    for link in tree.iter("a"):
        text = " ".join(f"{beginning_of(link)} {link.get('title') or ''}".split())
        if len(text) <= _LONGEST_NAME and words.search(text):
            address = web_address(base, (link.get("href") or "").partition("#")[0])
            if address and address != base:
                yield address


def _json(html: str, base: str) -> Iterator[str]:
    for found in _JSON.finditer(html[:500_000]):
        address = web_address(base, urljoin(base, found[1]))
        if address and urlsplit(address).netloc == urlsplit(base).netloc:
            yield address


def _site_name(tree: HtmlElement, title: str) -> str | None:
    for meta in tree.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in {
            "og:site_name",
            "sitename",
            "application-name",
        }:
            name = " ".join((meta.get("content") or "").split())
            if name:
                return name[:_LONGEST_NAME]
    parts = [part for part in _SEPARATOR.split(title) if part]
    named = [part for part in parts if _SITE.search(part)]
    return (named or parts)[-1][:_LONGEST_NAME] if parts else None


def _asks_for_login(tree: HtmlElement, title: str) -> bool:
    fields = [one for one in tree.iter("input") if (one.get("type") or "").lower() == "password"]
    links = sum(1 for _ in tree.iter("a"))
    return bool(fields) and (bool(_LOGIN.search(title)) or links < 30)  # noqa: PLR2004 - a list has more
