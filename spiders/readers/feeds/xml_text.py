"""The text of an XML feed to a tree: no network, no entities of its own, mended where it can be."""

from __future__ import annotations

import re
import sys
from html.entities import html5
from typing import Any

from lxml import etree

from storage.records import SetAside
from storage.records.saying import say
from storage.records.text.crowded_tags import has_crowded_tag

_DECLARATION = re.compile(r"\A\s{0,1000}<\?xml[^<>]{0,300}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^<>\[]{0,2000}", re.IGNORECASE)
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_AMPERSAND = re.compile(r"&(?:(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});)?")
_TAG = re.compile(r"<(?P<end>/)?(?:(?P<item>(?:item|entry|url|sitemap)\b)|[A-Za-z])[^<>]*?(?P<closed>/)?>")
_DEEPEST = 200
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def parse_xml(text: str) -> etree._Element:
    """Return the root of an XML document; raise `SetAside` where there is none.

    A document type goes, and with it every entity that a document declares itself. Names of HTML's entities
    and ampersands that stand for themselves are mended, as are tags that nobody closed: many feeds have them.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_pis=True)
    try:
        root: Any = etree.fromstring(mend_xml(text).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise SetAside(say("page.no_xml", error=error.msg)) from error
    if root is None:  # recovery gave up
        raise SetAside(say("page.xml_empty"))
    element: etree._Element = root
    return element


def mend_xml(text: str) -> str:
    """Return an XML document without declaration and type, and with its ampersands mended.

    Raises `SetAside` for what takes a parser the square of its length.
    """
    text = _UNPRINTED.sub("", _DECLARATION.sub("", text, count=1))
    mended = "".join(_mend(_without_doctype(text)))
    if has_crowded_tag(mended) or _is_nested_deeply(mended):
        raise SetAside(say("page.xml_absurd"))
    return mended


def _is_nested_deeply(text: str) -> bool:
    """Return whether many elements stand open in one another, within an item or before the first."""
    depth = 0
    for tag in _TAG.finditer(text):
        if tag["item"]:
            depth = 0
        elif not tag["closed"]:
            depth += -1 if tag["end"] else 1
            if depth > _DEEPEST:
                return True
    return False


def name_of(element: etree._Element) -> str:
    """Return an element's name without its namespace, in lower case; nothing for a comment."""
    tag: object = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _without_doctype(text: str) -> str:
    """Return a document without its type; the subset of declarations within brackets goes too."""
    found = _DOCTYPE.search(text[:20_000])
    if found is None:
        return text
    end = found.end()
    if text[end : end + 1] == "[":
        end = text.find("]", end)
    end = text.find(">", end) if end >= 0 else -1
    if end < 0:
        raise SetAside(say("page.endless_doctype"))
    return text[: found.start()] + text[end + 1 :]


def _mend(text: str) -> list[str]:
    """Return the pieces of a text, ampersands mended outside of CDATA."""
    pieces, at = [], 0
    while (start := text.find(_CDATA, at)) >= 0:
        end = text.find(_CDATA_END, start)
        if end < 0:
            break
        pieces += [_AMPERSAND.sub(_entity, text[at:start]), text[start : end + len(_CDATA_END)]]
        at = end + len(_CDATA_END)
    return [*pieces, _AMPERSAND.sub(_entity, text[at:])]


def _is_character(reference: str) -> bool:
    """Return whether a number, as a reference has it, is that of a character that XML allows."""
    number = int(f"0{reference[1:]}", 0) if reference[1] in "xX" else int(reference[1:])
    return number <= sys.maxunicode and not _UNPRINTED.match(chr(number))


def _entity(match: re.Match[str]) -> str:
    name = match[1]
    if name is None:
        return "&amp;"
    if name.startswith("#"):
        return match[0] if _is_character(name) else ""
    if name in _OWN:
        return match[0]
    known = html5.get(f"{name};")
    return known if known is not None and known not in "<&>" else f"&amp;{name};"
