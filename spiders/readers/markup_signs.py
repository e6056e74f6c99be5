"""Whether a text is a page, a fragment of one or another format, by its beginning, as browsers sniff it.

The tags are those of the MIME Sniffing Standard (section 7.1) and all other elements of HTML; white space,
marks and comments before them count for nothing.
"""

from __future__ import annotations

import json
import re

_BEFORE = re.compile(
    r"(?:[\s\x00\ufeff\u200b-\u200f\u2060\u3000]++|<!--.*?(?:-->|\Z)|<\?.*?(?:>|\Z))*+", re.DOTALL
)
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>!doctype|[a-z][a-z0-9]{0,15})(?=[\s/>])", re.IGNORECASE)
_DOCUMENT = frozenset(
    re.findall(r"\S+", "!doctype html head body title meta link base script style frameset")
)
_ELEMENTS = _DOCUMENT | frozenset(
    re.findall(
        r"\S+",
        "a abbr acronym address applet area article aside audio b bdi bdo big blockquote br button canvas "
        "caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em "
        "embed fieldset figcaption figure font footer form frame h1 h2 h3 h4 h5 h6 header hgroup hr i "
        "iframe img input ins kbd label legend li main map mark marquee menu meter nav nobr noframes "
        "noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp "
        "search section select slot small source span strike strong sub summary sup svg table tbody td "
        "template textarea tfoot th thead time tr track tt u ul var video wbr rss feed channel urlset ",
    )
)
_CLOSED = re.compile(
    r"</(?:p|div|span|td|tr|table|li|ul|a|h[1-6]|body|html|script|style|section)\s*>", re.IGNORECASE
)
_FEWEST_CLOSED, _ONE_CLOSED_IN = 3, 400  # characters
_FRONT_MATTER = re.compile(r"---\s*\n\s*layout\s*:", re.IGNORECASE)
_FORMATS = {
    "%PDF-": "a PDF file",
    "%!PS-Adobe-": "a PostScript file",
    "{\\rtf": "an RTF file",
    "From: <Saved by": "a saved page (MHTML)",
    "MIME-Version:": "a saved page or a mail",
    "BEGIN:V": "a calendar or an address",
}


def is_document(text: str) -> bool:
    """Tell whether a text begins as a whole page does, behind white space, comments and an XML prolog."""
    tag = _TAG.match(text, _begin(text))
    return bool(tag and tag["name"].lower() in _DOCUMENT)


def is_markup(text: str) -> bool:
    """Tell whether a text is a page or a piece of one: it begins with a comment or an element, or is full
    of elements.
    """
    begin = _begin(text)
    if "<" in text[:begin]:
        return True
    tag = _TAG.match(text, begin)
    if tag and tag["name"].lower() in _ELEMENTS:
        return True
    closed = len(_CLOSED.findall(text))
    return closed >= _FEWEST_CLOSED and closed * _ONE_CLOSED_IN >= len(text)


def name_format(text: str) -> str | None:
    """Return what a text is that has a format of its own; None when it may be plain text."""
    begin = _begin(text)
    if is_markup(text) or _FRONT_MATTER.match(text, begin):
        return "a page or a post with markup"
    named = next((name for start, name in _FORMATS.items() if text.startswith(start, begin)), None)
    if named is None and _is_code(text):
        return "a program"
    return named or ("JSON" if _is_json(text[begin:]) else None)


def _begin(text: str) -> int:
    """Return where a text's content begins."""
    before = _BEFORE.match(text)
    return before.end() if before else 0


def _is_code(text: str) -> bool:
    """Tell whether most lines end as a program's do, and as no sentence does."""
    lines = [line for line in text.splitlines() if line.strip()]
    ended = sum(line.rstrip().endswith((";", "{", "}")) for line in lines)
    return ended >= _FEWEST_CLOSED and ended * 2 > len(lines)


def _is_json(text: str) -> bool:
    """Tell whether a text is an object or a list of JSON; brackets alone are no sign."""
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
