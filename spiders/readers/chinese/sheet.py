"""A page as a reader sees it: its lines of text in order, each with what its markup says, and its pictures.

One pass over the tree, by a loop, in time proportional to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from spiders.readers.chinese.element_words import BODY, MARGIN, STRONG_MARGIN, TITLE, words_of

# fmt: off
_UNREAD = frozenset({
    "script", "style", "noscript", "template", "select", "textarea", "svg", "iframe", "object", "embed",
    "video", "audio", "head", "title", "button", "input", "map", "canvas", "option", "datalist", "math",
    "applet", "rp",
})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hgroup", "hr", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "thead", "tfoot", "tr", "td", "th", "ul", "caption", "html", "dir",
})
# fmt: on
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BOLD = frozenset({"b", "strong"})
_MARGIN_TAGS = frozenset({"nav", "footer", "aside"})
_PLAYERS = frozenset({"player", "videoplayer", "videobox", "videoarea", "vplayer", "playerbox"})
_GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table)\b", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"[ \t\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
_PROSE_MARK = re.compile("[，。！？；、“”]")


@dataclass(slots=True, eq=False)
class Line:
    """One line as shown. ``block`` is the element that it stands in, ``row`` the innermost table row.

    ``parts`` are its text nodes, ``linked`` counts the characters in links; ``heading`` is 1 to 6, or 0.
    ``margin`` is the outermost element around it that is called, or is, what no article's text is in;
    ``is_hidden`` that an element around it is not displayed.
    """

    text: str
    block: HtmlElement
    parts: list[str]
    row: HtmlElement | None = None
    cell: HtmlElement | None = None
    linked: int = 0
    heading: int = 0
    is_bold: bool = False
    is_centred: bool = False
    margin: HtmlElement | None = None
    is_hidden: bool = False
    is_titled: bool = False
    index: int = 0

    @property
    def is_margin(self) -> bool:
        """Whether an element around it stands around articles."""
        return self.margin is not None

    @property
    def is_link(self) -> bool:
        """Whether most of the line is links."""
        return self.linked * 2 > len(self.text)

    @property
    def prose(self) -> int:
        """How much of the line reads like an article's text, in characters."""
        plain = len(self.text) - self.linked
        if plain < 8 or self.linked > plain:
            return 0
        marks = len(_PROSE_MARK.findall(self.text))
        return plain + 5 * marks if marks else (plain // 4 if plain >= 16 else 0)


@dataclass(slots=True, eq=False)
class Picture:
    """An image of the page, standing before the line with that index."""

    element: HtmlElement
    before: int
    block: HtmlElement
    margin: HtmlElement | None = None
    is_hidden: bool = False


@dataclass(slots=True)
class Sheet:
    """All lines of a page and its pictures, in order; ``films`` says before which lines players stand."""

    lines: list[Line] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    films: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Around:
    """What the elements around a place make of it."""

    block: HtmlElement
    row: HtmlElement | None = None
    cell: HtmlElement | None = None
    margin: HtmlElement | None = None
    is_hidden: bool = False
    is_linked: bool = False
    is_bold: bool = False
    is_centred: bool = False
    heading: int = 0
    is_titled: bool = False


class _Laying:
    """A sheet while it is laid out: the line being put together."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self._pieces: list[tuple[str, _Around]] = []

    def add(self, text: str | None, around: _Around) -> None:
        """Read a text node."""
        if text:
            self._pieces.append((text, around))

    def end_line(self) -> None:
        """Put the line on the sheet, unless it is empty."""
        if not self._pieces:
            return
        pieces, self._pieces = self._pieces, []
        text = shown("".join(piece for piece, _ in pieces))
        if text:
            line = _line(text, [(piece, around) for piece, around in pieces if piece.strip(BLANKS)])
            line.index = len(self.sheet.lines)
            self.sheet.lines.append(line)


def shown(text: str) -> str:
    """Return a text as a page shows it: white space collapsed, blank edges and unseen characters cut."""
    return _WHITE_SPACE.sub(" ", _UNSEEN.sub("", text)).strip(BLANKS)


def _line(text: str, pieces: list[tuple[str, _Around]]) -> Line:
    first = pieces[0][1]
    linked = sum(len(piece.strip(BLANKS)) for piece, around in pieces if around.is_linked)
    return Line(
        text,
        first.block,
        [part for piece, _ in pieces if (part := shown(piece))],
        first.row,
        first.cell,
        linked=min(linked, len(text)),
        heading=max(around.heading for _, around in pieces),
        is_bold=all(around.is_bold for _, around in pieces),
        is_centred=first.is_centred,
        margin=first.margin if all(around.margin is not None for _, around in pieces) else None,
        is_hidden=all(around.is_hidden for _, around in pieces),
        is_titled=first.is_titled,
    )


def lay_out(tree: HtmlElement) -> Sheet:
    """Return the lines and pictures of a page, hidden ones and margins marked as such."""
    laying = _Laying()
    body = tree.find("body")
    root = tree if body is None else body
    stack: list[tuple[HtmlElement, _Around, bool]] = [(root, _Around(root), True)]
    while stack:
        element, around, is_start = stack.pop()
        if not is_start:
            _end(element, around, laying)
            continue
        tag = element.tag
        if not isinstance(tag, str):
            if tag is _ENTITY:
                laying.add(element.text, around)
            laying.add(element.tail, around)
            continue
        if tag in _UNREAD:
            if tag in ("video", "embed", "object"):
                laying.sheet.films.append(len(laying.sheet.lines))
            laying.add(element.tail, around)
            continue
        inner = _enter(element, around, laying)
        stack.append((element, around, False))
        laying.add(element.text, inner)
        stack.extend((child, inner, True) for child in element.iterchildren(reversed=True))
    laying.end_line()
    return laying.sheet


_ENTITY = object()


def _end(element: HtmlElement, around: _Around, laying: _Laying) -> None:
    if _is_block(element):
        laying.end_line()
    laying.add(element.tail, around)


def _is_block(element: HtmlElement) -> bool:
    if element.tag in _BLOCKS:
        return True
    style = element.attrib.get("style") if element.attrib else None
    return bool(style and _BLOCK_STYLE.search(style))


def _enter(element: HtmlElement, around: _Around, laying: _Laying) -> _Around:
    """Return what holds inside an element; end the line where it begins a new one."""
    tag = element.tag
    is_block = _is_block(element)
    if is_block or tag == "br":
        laying.end_line()
    if tag == "img":
        sheet = laying.sheet
        sheet.pictures.append(
            Picture(element, len(sheet.lines), around.block, around.margin, around.is_hidden)
        )
        return around
    if not is_block and not element.attrib and tag not in _BOLD and tag != "a":
        return around
    return _inner(element, around, laying, is_block=is_block)


def _inner(element: HtmlElement, around: _Around, laying: _Laying, *, is_block: bool) -> _Around:
    tag = element.tag
    attributes = element.attrib
    style = attributes.get("style", "")
    words = words_of(element)
    is_margin = tag in _MARGIN_TAGS or (bool(words) and is_margin_named(words))
    if is_block and words & _PLAYERS:
        laying.sheet.films.append(len(laying.sheet.lines))
    return _Around(
        block=element if is_block else around.block,
        row=element if tag == "tr" else around.row,
        cell=element if tag in ("td", "th") else around.cell,
        margin=around.margin if around.margin is not None else (element if is_margin else None),
        is_hidden=around.is_hidden or "hidden" in attributes or bool(style and _GONE.search(style)),
        is_linked=around.is_linked or (tag == "a" and "href" in attributes),
        is_bold=around.is_bold
        or tag in _BOLD
        or tag in _HEADINGS
        or bool(style and _BOLD_STYLE.search(style)),
        is_centred=_is_centred(element, style) if is_block else around.is_centred,
        heading=_HEADINGS.get(tag, around.heading),
        is_titled=(around.is_titled and not is_block) or bool(words & TITLE),
    )


def _is_centred(element: HtmlElement, style: str) -> bool:
    return (
        element.tag in ("center", "figcaption")
        or element.attrib.get("align") == "center"
        or bool(style and _CENTRED.search(style))
    )


def is_margin_named(words: frozenset[str]) -> bool:
    """Tell whether an element is called something that stands around an article, and nothing that is one."""
    return bool(words & STRONG_MARGIN) or (bool(words & MARGIN) and not words & BODY)


def ancestors(element: HtmlElement) -> Iterator[HtmlElement]:
    """Yield an element and those around it, from the inside."""
    yield element
    yield from element.iterancestors()
