"""The elements of a page by name, id and class, told apart once: a page is asked for some fifty marks.

Selectors are the plain ones of CSS: names, ids, classes, an attribute's value, ``:first-child``, and one
within another. ``select`` yields what a tree itself has too, as a page's element is part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from lxml.etree import ParserError
from lxml.html import HtmlElement

from spiders.readers.markup import parse_document
from storage.records import SetAside
from storage.records.saying import say

_MOST, _DEEPEST = 2_000, 100
"""Elements of one mark, and elements around one, beyond which none is looked at."""
_PART = re.compile(
    r"(?P<tag>[a-zA-Z][\w-]*)|\#(?P<id>[\w-]+)|\.(?P<class>[\w-]+)"
    r"|\[(?P<name>[\w-]+)=['\"]?(?P<value>[^\]'\"]*)['\"]?\]|(?P<first>:first-child)"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one element must be like; ``within`` is what must stand around it."""

    tag: str | None = None
    own_id: str | None = None
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    is_first: bool = False
    within: Mark | None = None


class Elements:
    """The elements of a tree in its order, by tag, id and class."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self._by: dict[tuple[str, str], list[HtmlElement]] = {}
        self._places: dict[HtmlElement, int] = {}
        for place, element in enumerate(tree.iter()):
            if not isinstance(element.tag, str):
                continue
            self._places[element] = place
            self._add(("tag", element.tag), element)
            for attribute in ("id", "class"):
                if value := element.get(attribute):
                    for word in value.split() if attribute == "class" else (value,):
                        self._add((attribute, word), element)

    def _add(self, key: tuple[str, str], element: HtmlElement) -> None:
        found = self._by.setdefault(key, [])
        if len(found) < _MOST:
            found.append(element)

    def place_of(self, element: HtmlElement) -> int:
        """Return an element's place in the tree's order."""
        return self._places[element]

    def select(self, css: Iterable[str]) -> Iterator[HtmlElement]:
        """Yield what selectors find, selector by selector, each in the tree's order."""
        for key, mark in _read_selectors(tuple(css)):
            for element in self._by.get(key, ()):
                if mark is None or _matches(element, mark):
                    yield element


def parse_page(html: str) -> HtmlElement:
    """Return a page's tree; raise `SetAside` for one that nobody writes, or that has no element at all."""
    try:
        return parse_document(html)
    except ParserError as error:
        raise SetAside(say("page.no_element_of_page")) from error


@cache
def read_selector(css: str) -> Mark:
    """Return what a selector asks for; raise `ValueError` for one of another kind."""
    mark: Mark | None = None
    for compound in css.split():
        parts = list(_PART.finditer(compound))
        if "".join(part[0] for part in parts) != compound:
            raise ValueError(f"{css!r} is no plain selector")
        found = {
            name: [part[name] for part in parts if part[name]] for name in ("tag", "id", "class", "first")
        }
        mark = Mark(
            tag=found["tag"][0].lower() if found["tag"] else None,
            own_id=found["id"][0] if found["id"] else None,
            classes=tuple(found["class"]),
            attributes=tuple((part["name"], part["value"]) for part in parts if part["name"]),
            is_first=bool(found["first"]),
            within=mark,
        )
    if mark is None:
        raise ValueError("an empty selector finds nothing")
    return mark


@cache
def _read_selectors(css: tuple[str, ...]) -> tuple[tuple[tuple[str, str], Mark | None], ...]:
    """Return under which key the elements of each selector are, and what more they must be like, if more."""
    marks = [read_selector(one) for one in css]
    return tuple((_key(mark), None if _is_key_alone(mark) else mark) for mark in marks)


def _is_key_alone(mark: Mark) -> bool:
    """Return whether a mark says nothing beside its key."""
    kind, word = _key(mark)
    return mark == {"id": Mark(own_id=word), "class": Mark(classes=(word,)), "tag": Mark(tag=word)}[kind]


def _key(mark: Mark) -> tuple[str, str]:
    if mark.own_id is not None:
        return "id", mark.own_id
    return ("class", mark.classes[0]) if mark.classes else ("tag", mark.tag or "")


def _matches(element: HtmlElement, mark: Mark) -> bool:
    if mark.tag not in (None, element.tag) or mark.own_id not in (None, element.get("id")):
        return False
    if mark.classes and not set(mark.classes) <= set((element.get("class") or "").split()):
        return False
    if any((element.get(name) or "").casefold() != value.casefold() for name, value in mark.attributes):
        return False
    if mark.is_first and element.getprevious() is not None:
        return False
    within = mark.within
    return within is None or any(
        _matches(around, within) for around in islice(element.iterancestors(), _DEEPEST)
    )
