"""Reading an article's page by a declared layout."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from lxml import html as lxml_html
from lxml.html import HtmlElement

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.field_reading import one_line, read_field, read_moment, text_of
from spiders.declared.field_rule import FieldRule
from spiders.declared.html_list import absolute, find_further
from spiders.declared.json_values import list_texts
from spiders.declared.layout import Layout
from spiders.declared.part_address import is_part
from spiders.declared.patterns import matches_from_beginning
from spiders.declared.rules import OriginLayout
from spiders.declared.selectors import is_found, select
from spiders.declared.words import REL_NEXT
from spiders.readers.chinese.page import read_chinese_page
from storage.records import MEDIA, Draft, Image, SetAside

_CELLS = ("td", "th")
_TEXTS = ("title", "media", "author", "kicker", "subtitle", "summary")
_LABELS = {
    "media": re.compile(r"^(?:文章|新闻|信息|稿件)?(?:来源|來源|稿源|出处|来自)\s*[:：丨|]\s*"),
    "author": re.compile(r"^(?:本报|文)?(?:作者|记者|撰文|文)\s*[:：/／丨|]\s*"),
}
_LINE_ENDS = frozenset(
    ["p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "blockquote"]
)
_MOST_PICTURES = 500


@dataclass(frozen=True, slots=True)
class LayoutReader:
    """One layout, ready to read the pages of one article: ``day`` is what its address or list says of it.

    ``address`` is that of its first page, for telling its further pages from other articles.

    Called with a page's text, its address and the moment of its fetch (aware, or None) it returns the draft,
    or None for a page that it does not fit. Raises `SetAside` for a time that can't be read.
    """

    declared: OriginLayout
    make_page: Callable[[str, str, datetime | None], DeclaredPage]
    day: date | None = None
    address: str | None = None

    def __call__(self, html: str, url: str, fetched_at: datetime | None) -> Draft | None:
        """Read a page."""
        layout, page = self.declared.layout, self.make_page(html, url, fetched_at)
        if not self._fits(layout, page):
            return None
        found = {name: value for name in _TEXTS if (value := _read_text(layout, name, page))}
        if layout.title is not None and "title" not in found:
            return None
        draft = self._with_body(layout, page, found)
        if draft is None:
            return None
        draft = replace(_with_time(draft, layout, page), parts=_parts(layout, page, self.address))
        if not layout.may_hold(self.day or _day_of(draft)):
            return None
        named = [name for name in (*found, "published_at") if name != "published_at" or layout.time]
        named = [name for name in named if getattr(draft, name)]
        others = tuple(pair for pair in draft.found_by if pair[0] not in named)
        return replace(draft, found_by=(*((name, self.declared.origin) for name in named), *others))

    def _fits(self, layout: Layout, page: DeclaredPage) -> bool:
        if self.day is not None and not layout.may_hold(self.day):
            return False
        if _is_of_json(layout) and not page.is_json:
            return False
        return layout.when is None or is_found(page.tree, layout.when)

    def _with_body(self, layout: Layout, page: DeclaredPage, found: dict[str, Any]) -> Draft | None:
        """Return the draft with its text: as declared, else as our reader finds it; None without one."""
        if layout.body is None:
            try:
                return replace(read_chinese_page(page.html, page.url, page.fetched_at), **found)
            except SetAside:
                return None
        body = read_body(layout, page)
        if body is None:
            return None
        base = page.base if page.base != page.url else None
        draft = Draft(None, page.url, MEDIA, body_html=body.html, pictures=body.pictures, base=base, **found)
        return replace(draft, found_by=(("paragraphs", self.declared.origin),))


@dataclass(frozen=True, slots=True)
class DeclaredBody:
    """An article's text as delivered, without what is not of it, and pictures that stand elsewhere."""

    html: str
    pictures: tuple[Image, ...] = ()


def read_body(layout: Layout, page: DeclaredPage) -> DeclaredBody | None:
    """Return the text that a layout finds; None where that is nothing that is shown."""
    assert layout.body is not None
    finds: _Finds = {}
    elements = [_BodyCopy(element, finds).trimmed(layout) for element in _body_elements(layout.body, page)]
    if not any(text_of(element) for element in elements):
        return None
    html = "".join(lxml_html.tostring(element, encoding="unicode") for element in elements)
    return DeclaredBody(html, tuple(_other_pictures(layout, page)))


def _body_elements(rule: FieldRule, page: DeclaredPage) -> Sequence[HtmlElement]:
    if rule.path is not None:
        parts = [part for part in list_texts(page.data, rule.path) if part.strip()]
        found: Sequence[HtmlElement] = [_as_element(part) for part in parts]
    else:
        found = [element for element in select(page.tree, rule.css or "") if text_of(element)]
    if rule.all:
        return _outermost(found)
    return found[-1:] if rule.last else found[:1]


def _as_element(part: str) -> HtmlElement:
    """Return a text of JSON as an element: HTML as it is, plain text with its lines as paragraphs."""
    if "<" not in part:
        part = "".join(f"<p>{_escape(line)}</p>" for line in part.splitlines() if line.strip())
    return DeclaredPage(f"<html><body><div>{part}</div></body></html>", "").tree.find(".//div")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _outermost(elements: Sequence[HtmlElement]) -> Sequence[HtmlElement]:
    """Return the elements that lie in none of the others, so that no text comes twice."""
    all_of_them = set(elements)
    return [
        element for element in elements if not any(outer in all_of_them for outer in element.iterancestors())
    ]


_Finds: TypeAlias = dict[tuple[HtmlElement, str], frozenset[HtmlElement]]
"""What selectors find in whole pages, each asked once for all bodies of a page."""


class _BodyCopy:
    """A copy of an element that holds the text; selectors see the page around the element, and its copy."""

    def __init__(self, element: HtmlElement, finds: _Finds) -> None:
        self._page, self._finds = element.getroottree().getroot(), finds
        self._copy = copy.deepcopy(element)
        self._copy.tail = None
        self._twins = dict(zip(element.iter(), self._copy.iter(), strict=True))
        if self._copy.tag in _CELLS:
            self._copy.tag = "div"  # without its table it is no cell, whose lines would be one

    def trimmed(self, layout: Layout) -> HtmlElement:
        """Return it without what the layout drops, its captions marked, with the pictures that it names."""
        editor = (layout.editor.css,) if layout.editor is not None and layout.editor.css else ()
        others = set() if layout.images is None else {*self._copy.iter("img")} - self._pictures(layout.images)
        captions = [*self._find(*layout.caption)]
        for element in {*self._find(*layout.drop, *editor), *others} - {self._copy}:
            _drop(element)
        for element in captions:
            if element is not self._copy:
                element.tag = "figcaption"
        if layout.drop_text:
            _drop_lines(self._copy, layout.drop_text)
        return self._copy

    def _pictures(self, selector: str) -> set[HtmlElement]:
        return {image for element in self._find(selector) for image in element.iter("img")}

    def _find(self, *selectors: str) -> Iterator[HtmlElement]:
        """Yield what is found in the copy, by its place in the page or in the copy itself."""
        for selector in selectors:
            yield from select(self._copy, selector)
            on_page = self._on_page(selector)
            yield from (twin for one, twin in self._twins.items() if one in on_page)

    def _on_page(self, selector: str) -> frozenset[HtmlElement]:
        key = self._page, selector
        if key not in self._finds:
            self._finds[key] = frozenset(select(*key))
        return self._finds[key]


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _other_pictures(layout: Layout, page: DeclaredPage) -> Iterator[Image]:
    """Yield the pictures that a layout names outside of its text."""
    if layout.images is None or layout.body is None or layout.body.css is None:
        return
    inside = {image for element in _body_elements(layout.body, page) for image in element.iter("img")}
    named = [image for element in select(page.tree, layout.images) for image in element.iter("img")]
    for image in list(dict.fromkeys(named))[:_MOST_PICTURES]:
        source = (image.get("src") or "").strip()
        if image not in inside and source:
            address = absolute(page.base, source)
            if address is not None:
                yield Image(address, one_line(image.get("alt") or "") or None)


def _drop_lines(body: HtmlElement, patterns: Sequence[str]) -> None:
    """Take out each line whose text matches one of the patterns from its beginning on."""
    for nodes in _lines(body):
        text = one_line("".join(getattr(owner, which) or "" for owner, which in nodes))
        if text and any(matches_from_beginning(pattern, text) for pattern in patterns):
            for owner, which in nodes:
                setattr(owner, which, None)


def _lines(body: HtmlElement) -> Iterator[list[tuple[HtmlElement, str]]]:
    """Yield for each line of a body where its text nodes hang: the element, and ``text`` or ``tail``."""
    line: list[tuple[HtmlElement, str]] = []
    todo: list[tuple[HtmlElement, bool]] = [(body, True)]
    while todo:
        element, begins = todo.pop()
        if element.tag in _LINE_ENDS and line:
            yield line
            line = []
        if begins:
            if isinstance(element.tag, str) and element.text:
                line.append((element, "text"))
            todo.append((element, False))
            todo += [(child, True) for child in reversed(element)]
        elif element is not body and element.tail:
            line.append((element, "tail"))
    if line:
        yield line


def _parts(layout: Layout, page: DeclaredPage, first: str | None) -> tuple[str, ...]:
    """Return the addresses of an article's further pages; those found by words must look like its own."""
    if layout.parts is None:
        return ()
    further = find_further(page, layout.parts)
    return tuple(url for url in further if layout.parts != REL_NEXT or is_part(url, first or page.url))


def _read_text(layout: Layout, name: str, page: DeclaredPage) -> str | None:
    rule: FieldRule | None = getattr(layout, name)
    found = read_field(rule, page) if rule is not None else None
    if found is None:
        return None
    label = _LABELS.get(name)
    return label.sub("", found) or None if label is not None else found


def _is_of_json(layout: Layout) -> bool:
    rules = (layout.body, layout.title, layout.time)
    return any(rule is not None and rule.path is not None for rule in rules)


def _with_time(draft: Draft, layout: Layout, page: DeclaredPage) -> Draft:
    text = read_field(layout.time, page) if layout.time is not None else None
    if layout.time is None or text is None:
        return draft
    moment, precision = read_moment(layout.time, text, page)
    return replace(draft, published_at=moment, precision=precision, witness="page")


def _day_of(draft: Draft) -> date | None:
    return draft.published_at.date() if draft.published_at is not None else None
