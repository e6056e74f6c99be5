"""HTML made shallow and well-formed, so that what reads it next needs time in proportion to its length.

A browser's algorithm (html5ever, in nh3) looks through all open elements at every tag, and opens every
unclosed ``<font>`` anew in each paragraph: a page of 360 KB can cost it half a minute. libxml2 does neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from lxml import etree
from lxml import html as lxml_html

from storage.records.text.crowded_tags import has_crowded_tag
from storage.records.text.outer_tags import without_outer_tags

_DEEPEST = 60  # elements inside one another; an article's HTML has about ten
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
_TAG = re.compile(r"<[^<>]*>")


def make_shallow(html: str) -> str:
    """Return HTML of the same text in which every element is closed, and none is deeper than 60.

    Tags further inside are left out, their text is not. Where even that is nested too deeply to be read, has
    a tag of a thousand attributes, or no element at all, the text alone is returned.
    """
    if not html.strip():
        return ""
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        tree = None if has_crowded_tag(html) else _parse(html, parser)
    except etree.ParserError:
        tree = None
    if tree is None or any("depth" in entry.message for entry in parser.error_log):
        return escape(_TAG.sub(" ", html))
    return "".join(_write(tree))


def _parse(html: str, parser: lxml_html.HTMLParser) -> lxml_html.HtmlElement:
    try:
        return lxml_html.fragment_fromstring(html, create_parent="div", parser=parser)
    except AssertionError:  # it has two bodies
        return lxml_html.fragment_fromstring(without_outer_tags(html), create_parent="div", parser=parser)


def _write(tree: lxml_html.HtmlElement) -> Iterator[str]:
    """Yield the pieces of what is inside an element."""
    depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "start":
            if 0 < depth <= _DEEPEST:
                yield _open(element)
            yield escape(element.text or "")
            depth += 1
            continue
        depth -= 1
        if depth:
            if depth <= _DEEPEST and element.tag not in _VOID:
                yield f"</{element.tag}>"
            yield escape(element.tail or "")


def _open(element: lxml_html.HtmlElement) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>"
