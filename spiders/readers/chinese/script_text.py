"""An article's text that a page shows only by a script: the longest in the scripts' own data."""

from __future__ import annotations

import html
import json
import re

from lxml import etree
from lxml.html import HtmlElement

from spiders.readers.chinese.sheet import Line, Sheet, lay_out
from spiders.readers.markup import parse_document
from storage.records import SetAside

_VALUE = re.compile(
    r"[\"']?\b(?:articleBody|article_?[cC]ontent|content|contentHtml|body|html|detail|newsContent|text)[\"']?\s{0,3}:\s{0,3}"
    r"\"(?P<value>(?:[^\"\\]|\\.){100,})\""
)
_MOST = 3_000_000
_HAN = re.compile("[\u4e00-\u9fff]")
_LEAST_HAN = 80


def read_script_text(tree: HtmlElement) -> list[Line]:
    """Return the lines of the longest Chinese text that a page's scripts hold as data; none without one."""
    best: tuple[int, str] = (_LEAST_HAN, "")
    left = _MOST
    for script in tree.iter("script"):
        source = (script.text or "")[: max(left, 0)]
        left -= len(source)
        for match in _VALUE.finditer(source):
            value = _decoded(match["value"])
            han = len(_HAN.findall(value))
            if han > best[0]:
                best = han, value
    return _lines(best[1]) if best[1] else []


def _decoded(value: str) -> str:
    """Return a string of JSON as it is meant; its markup may be written with entities."""
    try:
        text = str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return ""
    return html.unescape(text) if "&lt;" in text else text


def _lines(value: str) -> list[Line]:
    markup = value if "<" in value else "".join(f"<p>{html.escape(line)}</p>" for line in value.splitlines())
    try:
        sheet: Sheet = lay_out(parse_document(f"<html><body><div>{markup}</div></body></html>"))
    except (SetAside, etree.LxmlError, ValueError):
        return []
    return [line for line in sheet.lines if not line.is_hidden]
