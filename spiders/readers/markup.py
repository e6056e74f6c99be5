"""HTML text to a tree, whole or not at all.

libxml2 stops at some depth (256 elements, 2,048 when asked for more), and gives what it has until then as if
it were the page. So a page that is nested deeper is set aside: nothing of it may be lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from storage.records import SetAside
from storage.records.saying import say
from storage.records.text.crowded_tags import MOST_ATTRIBUTES, has_crowded_tag
from storage.records.text.outer_tags import without_outer_tags
from storage.records.text.unwritable import without_unwritable


def parse_fragment(html: str) -> lxml_html.HtmlElement:
    """Return a part of a page under a ``section``; raise `SetAside` where it is no page anybody writes."""
    _check_tags(html)
    parser = lxml_html.HTMLParser(huge_tree=True)
    tree = read_fragment(html, parser)
    _check_whole(parser)
    return tree


def read_fragment(html: str, parser: lxml_html.HTMLParser) -> lxml_html.HtmlElement:
    """Return a part of a page under a ``section``, with a parser that is asked how it went."""
    html = without_unwritable(html)
    try:
        return lxml_html.fragment_fromstring(html, create_parent="section", parser=parser)
    except AssertionError:  # it has two bodies
        return lxml_html.fragment_fromstring(without_outer_tags(html), create_parent="section", parser=parser)


def parse_document(html: str) -> lxml_html.HtmlElement:
    """Return a whole page; raise `SetAside` where it is no page anybody writes."""
    _check_tags(html)
    parser = lxml_html.HTMLParser(huge_tree=True)
    try:
        tree = lxml_html.document_fromstring(without_unwritable(html), parser=parser)
    except etree.ParserError as error:
        raise SetAside(say("page.no_element")) from error
    _check_whole(parser)
    return tree


def list_links(tree: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    """Yield the links inside list items, in the page's order; looking at each element once."""
    depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag == "li":
            depth += 1 if event == "start" else -1
        elif depth and event == "start" and element.tag == "a":
            yield element


def _check_tags(html: str) -> None:
    if has_crowded_tag(html):
        raise SetAside(say("page.crowded_element", most=MOST_ATTRIBUTES))


def _check_whole(parser: lxml_html.HTMLParser) -> None:
    if any("depth" in entry.message for entry in parser.error_log):
        raise SetAside(say("page.too_deep"))
