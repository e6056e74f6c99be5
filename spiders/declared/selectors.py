"""CSS that a user wrote, to elements of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from lxml import etree
    from lxml.html import HtmlElement

LONGEST_SELECTOR = 2_000
"""Characters of a selector."""

_LIST_IN_NOT = re.compile(r":not\(([^()]*,[^()]*)\)")
_CONTAINS = re.compile(r":-soup-contains\(")


def check_css(selector: str) -> str:
    """Return a selector as it is; raise `ValueError` with a clause about it where it is none."""
    if not selector.strip():
        raise ValueError("it is empty")
    if len(selector) > LONGEST_SELECTOR:
        raise ValueError(f"it is longer than {LONGEST_SELECTOR:,} characters")
    try:
        _compile(selector)
    except Exception as error:
        raise ValueError(f"it is no CSS selector ({error})") from error
    return selector


def select(tree: HtmlElement, selector: str) -> Sequence[HtmlElement]:
    """Return the elements inside of another that a selector finds, in the page's order."""
    return cast("Sequence[HtmlElement]", _compile(selector)(tree))


def is_found(tree: HtmlElement, selector: str) -> bool:
    """Return whether a selector finds anything."""
    return bool(select(tree, selector))


@lru_cache(maxsize=2_000)
def _compile(selector: str) -> etree.XPath:
    from cssselect import HTMLTranslator  # noqa: PLC0415 - a configuration without selectors needs none
    from lxml import etree  # noqa: PLC0415

    selector = _CONTAINS.sub(":contains(", selector)
    translated = HTMLTranslator().css_to_xpath(_LIST_IN_NOT.sub(r":not(:is(\1))", selector))
    return etree.XPath(translated)
