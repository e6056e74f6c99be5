"""The page that leads to a paper's newest issue: ``paperindex.htm``, ``PaperIndex.htm``, a home page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from spiders.readers.base_address import base_of
from spiders.readers.epaper.elements import parse_page

_REFRESH = re.compile(r"\burl\s?=\s?['\"]?([^'\"]{1,2000})", re.IGNORECASE)
_SCRIPTED = re.compile(
    r"location(?:\.href)?\s{0,9}(?:=|\.(?:replace|assign)\s{0,9}\()\s{0,9}"
    r"(?:\"(?P<one>[^\"\n]{1,500})\"|'(?P<other>[^'\n]{1,500})')"
)
_LONGEST = 3_000
_MOST = 5_000
"""Addresses of a page: beyond them none is looked at."""


def read_leads(html: str, url: str) -> tuple[str, ...]:
    """Return where a page leads by itself, absolute: meta refresh, a script that sets its address, frames.

    The page's own address is none of them. Raises `SetAside` where it is no page anybody writes.
    """
    tree, base = parse_page(html), base_of(html, url)
    found = dict.fromkeys(_absolute([*_refreshes(tree), *_scripted(tree), *_framed(tree)], base))
    found.pop(url, None)
    return tuple(found)


def read_addresses(html: str, url: str) -> tuple[str, ...]:
    """Return all that a page leads or links to, absolute, where it leads by itself first, each once."""
    tree, base = parse_page(html), base_of(html, url)
    links = (link.get("href") or "" for link in tree.iter("a", "area", "option"))
    values = (option.get("value") or "" for option in tree.iter("option"))
    found = dict.fromkeys(
        _absolute([*_refreshes(tree), *_scripted(tree), *_framed(tree), *links, *values], base)
    )
    return tuple(found)[:_MOST]


def _refreshes(tree: HtmlElement) -> Iterator[str]:
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").strip().casefold() == "refresh":
            content = " ".join((meta.get("content") or "")[:_LONGEST].split())
            if match := _REFRESH.search(content):
                yield match[1].strip()


def _scripted(tree: HtmlElement) -> Iterator[str]:
    told = [script.text or "" for script in tree.iter("script")]
    told += [(body.get("onload") or "")[:_LONGEST] for body in tree.iter("body")]
    for script in told:
        for match in _SCRIPTED.finditer(script):
            yield match["one"] or match["other"]


def _framed(tree: HtmlElement) -> Iterator[str]:
    for frame in tree.iter("frame", "iframe"):
        yield frame.get("src") or ""


def _absolute(addresses: list[str], base: str) -> Iterator[str]:
    for address in addresses:
        try:
            absolute = urljoin(base, address.strip())
        except ValueError:
            continue
        if address.strip() and absolute.startswith(("http://", "https://")):
            yield absolute
