"""Reading one field by its rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from lxml import etree
from lxml.html import HtmlElement

from spiders.declared.declared_page import DeclaredPage
from spiders.declared.field_rule import FieldRule
from spiders.declared.json_values import list_texts
from spiders.declared.patterns import cut_out
from spiders.declared.selectors import select
from spiders.readers.chinese.date_words import read_date_words
from storage.records import Precision, SetAside
from storage.records.saying import say

_Found = TypeVar("_Found")
_BLANKS = re.compile(r"[\s\u200b\ufeff\u00a0\u3000]+")
_LONGEST = 5_000
"""Characters of a field before anything is cut out of it."""
_MOST_TEXTS = 2_000
"""Pieces of text that are read of one element: no title, name or time has a tenth of them."""
_NO_TEXT = ("script", "style", "noscript")


def read_field(
    rule: FieldRule, page: DeclaredPage, inside: HtmlElement | None = None, data: Any = None
) -> str | None:
    """Return what a rule finds, white space collapsed and cut as it says; None for nothing.

    It looks in ``inside``, or in ``data`` where it has a path, else in the whole page.
    """
    cut = (value for text in _texts(rule, page, inside, data) if (value := _cut(rule, text)))
    if rule.all:
        return " ".join(cut) or None
    return next(cut, None)


def read_moment(rule: FieldRule, text: str, page: DeclaredPage) -> tuple[datetime, Precision]:
    """Return the time that a field's text says, aware; raise `SetAside`, quoting it, where it says none."""
    if rule.format is None:
        return read_date_words(text, page.fetched_at, page.zone)
    try:
        found = datetime.strptime(text, rule.format)  # noqa: DTZ007 - the zone follows
    except ValueError as error:
        raise SetAside(say("page.time_not_as_declared", format=str(rule.format), text=text)) from error
    return found if found.tzinfo else found.replace(tzinfo=page.zone), _precision_of(rule.format)


def text_of(element: HtmlElement) -> str:
    """Return the text of an element without that of its scripts, white space collapsed.

    Of one that is endless its beginning: where items are nested in each other, each would be read again and
    again.
    """
    return one_line("".join(islice(_shown_texts(element), _MOST_TEXTS)))


def _shown_texts(element: HtmlElement) -> Iterator[str]:
    """Yield what stands before and behind each node inside of an element, nothing too."""
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event != "start":
            yield (node.tail or "") if node is not element else ""
        elif node.tag in _NO_TEXT:
            walk.skip_subtree()
        else:
            yield node.text or ""


def one_line(text: str) -> str:
    """Return a text with each run of white space as one blank, and none at its edges."""
    return _BLANKS.sub(" ", text).strip()


def _texts(rule: FieldRule, page: DeclaredPage, inside: HtmlElement | None, data: Any) -> Iterator[str]:
    if rule.path is not None:
        found: Iterable[str] = _ordered(rule, list_texts(page.data if data is None else data, rule.path))
    elif rule.meta is not None:
        found = _ordered(rule, _meta_texts(page.tree, rule.meta))
    else:
        elements = _ordered(rule, select(page.tree if inside is None else inside, rule.css or ""))
        found = (_text_or_attribute(element, rule.attr) for element in elements)
    return (one_line(text[:_LONGEST]) for text in found)


def _ordered(rule: FieldRule, found: Iterable[_Found]) -> Iterable[_Found]:
    return reversed([*found]) if rule.last else found


def _text_or_attribute(element: HtmlElement, attribute: str | None) -> str:
    return text_of(element) if attribute is None else element.get(attribute) or ""


def _meta_texts(tree: HtmlElement, name: str) -> Iterator[str]:
    wanted = name.lower()
    for meta in tree.iter("meta"):
        named = (meta.get("name"), meta.get("property"), meta.get("itemprop"), meta.get("http-equiv"))
        if any(own is not None and own.strip().lower() == wanted for own in named):
            yield meta.get("content") or ""


def _cut(rule: FieldRule, text: str) -> str | None:
    if rule.after:
        mark = next((mark for mark in rule.after if mark in text), None)
        if mark is None:
            return None
        text = text.partition(mark)[2]
    for mark in rule.until:
        text = text.partition(mark)[0]
    if rule.match is not None:
        text = cut_out(rule.match, text) or ""
    return one_line(text) or None


def _precision_of(format_: str) -> Precision:
    if "%S" in format_ or any(mark in format_ for mark in ("%c", "%X", "%T", "%s")):
        return "second"
    return "minute" if "%M" in format_ or "%H" in format_ else "day"
