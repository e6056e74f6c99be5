"""A delivered body taken apart in one pass: its lines of text, its images, and what it links to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PageElement

from pipelines.normalise_securities import attribute, is_glossary_link, read_chart, read_link
from pipelines.normalise_text import drop_controls, drop_unseen
from storage.records import Link, Paragraph, ParagraphKind, Security, SetAside

_LONGEST_BODY = 1_000_000
"""Characters of markup beyond which a body is set aside: real ones have up to 50,000 (UPSTREAM, section 4.3),
and a tree takes 150 times the memory."""
_MOST_OPEN_LINKS = 8
"""Links inside one another, beyond which one is only text: HTML allows one, upstream's spans make two."""

# White space as HTML shows it. NBSP and U+3000 are text, but not at a line's edges.
_WHITE_SPACE = re.compile(r"[ \t\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
# Every white space that Unicode knows (U+3000 is the last), and the marks of no width.
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
_CELL = "\x1f"
# A paragraph that every parser reads alike, as most of a newspaper's are: a tree of it costs ten times more.
_PLAIN = re.compile(r"\s*<p>([^<&\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*)</p>")
# fmt: off
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "html", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
})
_DROPPED = frozenset({
    "button", "embed", "head", "iframe", "math", "noscript", "object", "script", "select", "style", "svg",
    "template", "textarea", "title",
})
# fmt: on
_CELLS = frozenset({"td", "th"})
_TRAITS = {
    **dict.fromkeys(("strong", "b"), ("bold",)),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ("heading",)),
    **dict.fromkeys(("center", "figcaption"), ("centred",)),
    "blockquote": ("quoted",),
}
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_ADVERTISEMENT = re.compile(r"(?:\A|\s)(?:toplink\b|ad_context)")
# The attribute's name is upstream's own misspelling (UPSTREAM, section 4, row 9).
_ADDRESSES = ("orginial_src", "original_src", "data-original", "data-src", "src")


@dataclass(slots=True)
class Line:
    """One line of text with what its markup or its reader (``kind``) says of it, and what it links to."""

    text: str
    is_bold: bool = False
    is_heading: bool = False
    is_centred: bool = False
    is_source: bool = False
    is_quoted: bool = False
    kind: ParagraphKind = "text"
    links: list[Link] = field(default_factory=list)
    securities: list[Security] = field(default_factory=list)


@dataclass(slots=True)
class Picture:
    """An image's address, standing before the line with that index."""

    url: str
    before: int


@dataclass(slots=True)
class Body:
    """A body's lines, none of them empty, its images, and the securities of its charts."""

    lines: list[Line] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    charts: list[Security] = field(default_factory=list)


def read_body(markup: str, url: str) -> Body:
    """Return the parts of a body as delivered at ``url``: any HTML, or plain text with one paragraph a line.

    Hidden elements, scripts, advertisements and charts are no text. Spans and links are unwrapped without
    adding a blank; white space is collapsed as HTML shows it, and the edges of each line are stripped.
    Raises `SetAside` for a body that is far longer than any article's.
    """
    if len(markup) > _LONGEST_BODY:
        raise SetAside(
            f"has a body of {len(markup):,} characters, and no article has more than {_LONGEST_BODY:,}"
        )
    reading = _Reading(url)
    if "<" in markup:
        rest = _read_plain(markup, reading)
        if rest:
            # The body tag keeps bs4 from taking a leading "<?xml" for a mistake of ours.
            _walk(BeautifulSoup(f"<body>{rest}", "lxml"), reading)
    else:
        for line in unescape(markup).splitlines():
            reading.add_text(line)
            reading.end_line()
    reading.end_line()
    return reading.body


def read_lines(paragraphs: Iterable[Paragraph]) -> Body:
    """Return the body of paragraphs that their reader told apart, as `read_body` does for others."""
    lines = (
        Line(_WHITE_SPACE.sub(" ", drop_unseen(one.text)).strip(_BLANKS), kind=one.kind) for one in paragraphs
    )
    return Body([line for line in lines if line.text])


def _read_plain(markup: str, reading: _Reading) -> str:
    """Read the paragraphs at the start that hold nothing but text, and return the markup that follows."""
    end = 0
    while paragraph := _PLAIN.match(markup, end):
        if text := _line_text(paragraph[1]):
            reading.body.lines.append(Line(text))
        end = paragraph.end()
    return markup[end:].strip()


def _walk(root: Tag, reading: _Reading) -> None:
    """Lead the reading through the tree in order; by a loop, since hostile nesting is deep."""
    stack: list[tuple[PageElement, bool]] = [(child, True) for child in reversed(root.contents)]
    while stack:
        node, is_start = stack.pop()
        if not isinstance(node, Tag):
            if type(node) is NavigableString:
                reading.add_text(node)
        elif not is_start:
            reading.end(node)
        elif not _is_dropped(node):
            reading.start(node)
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(node.contents))


class _Reading:
    """A body half read: what is open around the place, and the line that is being put together."""

    def __init__(self, url: str) -> None:
        self.body = Body()
        self._url = url
        self._open: Counter[str] = Counter()
        self._anchors: list[tuple[Tag, list[str]]] = []
        self._begin_line()

    def _begin_line(self) -> None:
        self._pieces: list[str] = []
        self._line = Line("", is_bold=True)

    def add_text(self, text: str) -> None:
        text = drop_unseen(text)
        self._pieces.append(text)
        for _, texts in self._anchors:
            texts.append(text)
        if self._line.is_bold and not self._open["bold"] and text.strip(_BLANKS):
            self._line.is_bold = False

    def start(self, tag: Tag) -> None:
        name = tag.name
        if name in _BLOCKS:
            self._break_line()
        elif name in _CELLS:
            self._open["cell"] += 1
        elif name == "br":
            self._break_line()
        elif name == "img":
            self._add_image(tag)
        elif _is_link(tag) and len(self._anchors) < _MOST_OPEN_LINKS:
            self._anchors.append((tag, []))
        for trait in _traits(tag):
            self._open[trait] += 1

    def end(self, tag: Tag) -> None:
        name = tag.name
        if name in _BLOCKS:
            self._break_line()
        elif name in _CELLS:
            self._open["cell"] -= 1
            self._pieces.append(_CELL)
        elif self._anchors and self._anchors[-1][0] is tag:
            self._add_link(*self._anchors.pop())
        for trait in _traits(tag):
            self._open[trait] -= 1

    def _break_line(self) -> None:
        """End the line; inside a table's cell, which is a part of its row's line, leave a blank instead."""
        if self._open["cell"] > 0:
            self._pieces.append(" ")
        else:
            self.end_line()

    def end_line(self) -> None:
        """Put the line to the body, unless it is empty; what it links to goes with it."""
        text = _line_text("".join(self._pieces))
        if text:
            line = self._line
            line.text = text
            line.is_bold = line.is_bold and "\t" not in text
            line.is_heading = self._open["heading"] > 0
            line.is_centred = self._open["centred"] > 0
            line.is_source = self._open["source"] > 0
            line.is_quoted = self._open["quoted"] > 0
            self.body.lines.append(line)
        self._begin_line()

    def _add_image(self, image: Tag) -> None:
        anchor = self._anchors[-1][0] if self._anchors else None
        chart = read_chart(image, anchor)
        if chart:
            self.body.charts.extend(chart)
            return
        url = _largest_address(image, self._url)
        if url:
            self.body.pictures.append(Picture(url, len(self.body.lines)))

    def _add_link(self, tag: Tag, texts: list[str]) -> None:
        text = _line_text("".join(texts))
        if not text or is_glossary_link(tag):
            return
        security = read_link(tag, text)
        if security:
            self._line.securities.append(security)
            return
        url = _web_address(attribute(tag, "href"), self._url)
        if url and tag.name == "a":
            self._line.links.append(Link(url, text))


def _is_link(tag: Tag) -> bool:
    return tag.name == "a" or (tag.name == "span" and "data-code" in tag.attrs)


def _traits(tag: Tag) -> tuple[str, ...]:
    """Return what the element makes of the text inside it."""
    fixed = _TRAITS.get(tag.name, ())
    if tag.name not in _BLOCKS or not tag.attrs:
        return fixed
    styled = bool(_CENTRED.search(attribute(tag, "style"))) or attribute(tag, "align") == "center"
    source = "em_media" in attribute(tag, "class").split()
    return fixed + (("centred",) if styled else ()) + (("source",) if source else ())


def _is_dropped(tag: Tag) -> bool:
    if tag.name in _DROPPED:
        return True
    if not tag.attrs:
        return False
    hidden = "hidden" in tag.attrs or bool(_HIDDEN.search(attribute(tag, "style")))
    return hidden or bool(_ADVERTISEMENT.search(attribute(tag, "class")))


def _line_text(text: str) -> str:
    """Return one line as HTML shows it, the cells of a table's row parted by tabs."""
    if _CELL not in text:
        return _WHITE_SPACE.sub(" ", text).strip(_BLANKS)
    cells = (_WHITE_SPACE.sub(" ", cell).strip(_BLANKS) for cell in text.split(_CELL))
    return "\t".join(cells).strip(_BLANKS)


def _largest_address(image: Tag, base: str) -> str | None:
    """Return the address of the largest original that the element names, None when it has no web address."""
    addresses = (_web_address(attribute(image, name), base) for name in _ADDRESSES)
    return next((address for address in addresses if address), None)


def _web_address(address: str, base: str) -> str | None:
    if not address:
        return None
    try:
        absolute = urljoin(base, drop_controls(address).strip())
        return absolute if urlsplit(absolute).scheme in {"http", "https"} else None
    except ValueError:
        return None
