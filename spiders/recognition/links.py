"""The links of a page: where they lead, what they say, and in which part of the page they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from spiders.readers.base_address import base_of
from spiders.readers.feeds.address import web_address
from spiders.readers.markup import parse_document

_MOST = 5_000
"""Links of a page: beyond them none is looked at."""
_ITEMS = ("li", "tr", "dd", "dt", "article")
_DAY = re.compile(r"(?:\d{4}\s?[-/.年]\s?)?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_LONGEST_ITEM = 300
_LEVELS = 6
_MOST_INSIDE = 200
"""Elements, begun or ended, of a link or an item that are looked at."""


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link: its absolute address without a fragment, as written, and what it says (or its title does).

    ``place`` names the part of the page in which it stands, the same for all items of a list; ``item`` is the
    element around it that holds no other article, ``day`` a date beside it as printed.
    """

    url: str
    href: str
    text: str
    place: str
    item: str
    day: str | None = None


def list_page_links(html: str, url: str) -> tuple[PageLink, ...]:
    """Return the links of a page in its order; raise `SetAside` where it is no page anybody writes."""
    tree, base = parse_document(html), base_of(html, url)
    return tuple(_links(tree, base))


def _links(tree: HtmlElement, base: str) -> Iterator[PageLink]:
    for count, link in enumerate(tree.iter("a", "area")):
        if count >= _MOST:
            return
        href = (link.get("href") or "").strip()
        address = web_address(base, href.partition("#")[0]) if not href.startswith("#") else None
        if address is None:
            continue
        item = _item(link)
        yield PageLink(address, href, _text(link), _place(link), item.tag, _day(item, link))


def _text(link: HtmlElement) -> str:
    shown = beginning_of(link)
    named = " ".join((link.get("title") or "").split())
    inside = islice(link.iter(), _MOST_INSIDE)
    pictured = next((one.get("alt") or "" for one in inside if one.tag == "img"), "")
    return (named if len(named) > len(shown) else shown) or pictured.strip()


def _item(link: HtmlElement) -> HtmlElement:
    """Return the element around a link that is its own: of a list or a table, else its parent."""
    for element in link.iterancestors():
        if element.tag in _ITEMS:
            return element
        if element.tag in {"ul", "ol", "table", "body"}:
            break
    parent = link.getparent()
    return parent if parent is not None else link


def _place(link: HtmlElement) -> str:
    """Return the elements around a link with their classes and ids: a name of the part of the page."""
    outer = islice(link.iterancestors(), _LEVELS)
    parts = [_called(element) for element in outer if element.tag not in {"html", "body"}]
    return ">".join(reversed(parts))


def _called(element: HtmlElement) -> str:
    name = str(element.tag)
    marks = [f"#{element.get('id')}"] if element.get("id") and not re.search(r"\d", element.get("id")) else []
    marks += [f".{one}" for one in (element.get("class") or "").split()[:2] if not re.search(r"\d", one)]
    return name + "".join(marks) if element.tag not in _ITEMS else name


def beginning_of(element: HtmlElement) -> str:
    """Return an element's text on one line, or its beginning: it may hold half of a page."""
    parts = list[str]()
    for event, inner in islice(etree.iterwalk(element, events=("start", "end")), _MOST_INSIDE):
        text = inner.text if event == "start" else inner.tail if inner is not element else None
        if text and isinstance(inner.tag, str):
            parts.append(text)
    return " ".join("".join(parts).split())


def _day(item: HtmlElement, link: HtmlElement) -> str | None:
    text = beginning_of(item)
    if len(text) > _LONGEST_ITEM:
        return None
    beside = text.replace(beginning_of(link), " ")
    found = _DAY.search(beside)
    return found[0] if found else None
