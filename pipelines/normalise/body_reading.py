"""A delivered body while it is read: what is open around the place, and the line being put together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from bs4 import Tag

from pipelines.normalise.blocks import BLOCKS, is_styled_block
from pipelines.normalise.concealment import Property, inherited, is_concealed
from pipelines.normalise.list_numbers import OrderedList
from pipelines.normalise.pictures import picture_address, web_address
from pipelines.normalise.players import read_player
from pipelines.normalise.raised_text import APART, END, NOTE, STRUCK, SUB, SUPER, spell_raised
from pipelines.normalise.securities import attribute, is_glossary_link, read_chart, read_link
from pipelines.normalise.table_rows import TableRows
from pipelines.normalise.text import drop_unseen
from storage.records import Link, ParagraphKind, Player, Security

_MOST_OPEN_LINKS = 8
"""Links inside one another, beyond which one is only text: HTML allows one, upstream's spans make two."""

# White space as HTML shows it. NBSP and U+3000 are text, but not at a line's edges.
WHITE_SPACE = re.compile(r"[ \t\n\r\f\v\x1c-\x1e\x85\u2028\u2029]+")
# Every white space that Unicode knows (U+3000 is the last), and the marks of no width.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u2060\ufeff"
_CELL = "\x1f"
_CELLS = frozenset({"td", "th"})
_LISTS = frozenset({"ol", "ul", "menu", "dir"})
_IMAGES = frozenset({"img", "amp-img", "image"})
_TRAITS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("strong", "b"), ("bold",)),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), ("heading",)),
    **dict.fromkeys(("center", "figcaption"), ("centred",)),
    **dict.fromkeys(("del", "s", "strike"), ("struck",)),
    **dict.fromkeys(("rt", "rtc"), ("annotating",)),
    "blockquote": ("quoted",),
    "sup": ("raised",),
    "sub": ("lowered",),
    "noscript": ("unscripted",),
}
_KEEPS_LINES = frozenset({"pre", "listing", "xmp"})
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_STRUCK_STYLE = re.compile(
    r"text-decoration(?:-line)?\s*+:(?:(?!text-decoration)[^;])*?line-through", re.IGNORECASE
)
_SET = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_SET_TRAITS = {"super": "raised", "sub": "lowered"}
_MARKS = {"raised": SUPER, "lowered": SUB}
_MOST_SOURCES = 20
# Nearly all styles say nothing that text depends on, and are passed by at once.
_SPEAKING = re.compile(r"visib|font|white-space|line-through|vertical", re.IGNORECASE)
_LINE_BREAK = re.compile(r"\r\n?|\n")


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
    """A body's lines, none of them empty, its images and players, and the securities of its charts."""

    lines: list[Line] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    players: list[Player] = field(default_factory=list)
    charts: list[Security] = field(default_factory=list)


_Entered = tuple[tuple[str, ...], list[tuple[Property, bool]]]
_NOTHING: _Entered = ((), [])
"""What most elements make of the text inside them."""


class Reading:
    """A body half read: what is open around the place, and the line that is being put together."""

    def __init__(self, url: str) -> None:
        self.body = Body()
        self._url = url
        self._open: defaultdict[str, int] = defaultdict(int)
        self._entered: list[_Entered] = []
        self._said: dict[Property, list[bool]] = {"invisible": [], "sizeless": [], "lined": []}
        self._is_silent = False
        self._levels: list[str] = []
        self._anchors: list[tuple[Tag, list[str]]] = []
        self._lists: list[OrderedList | None] = []
        self._tables: list[TableRows] = []
        self._wider: list[int] = []
        self._annotations: list[list[str]] = []
        self._sources: list[Tag] = []
        self._number = ""
        self._begin_line()

    def _begin_line(self) -> None:
        self._pieces: list[str] = []
        self._line = Line("", is_bold=True)
        self._is_marked = self._is_pictured = False

    def add_text(self, text: str) -> None:
        """Read text between two tags."""
        if self._is_silent:
            return
        text = drop_unseen(text)
        if self._said["lined"] and self._said["lined"][-1] and ("\n" in text or "\r" in text):
            first, *others = _LINE_BREAK.split(text)
            self._put(first)
            for line in others:
                self._break_line()
                self._put(line)
        else:
            self._put(text)

    def _put(self, text: str) -> None:
        if (self._levels or self._open["struck"]) and not text.isspace():
            text = self._marked(text)
        if self._open["annotating"] and self._annotations:
            self._annotations[-1].append(text)
            return
        self._pieces.append(text)
        for _, texts in self._anchors:
            texts.append(text)
        if self._line.is_bold and not self._open["bold"] and text.strip(BLANKS):
            self._line.is_bold = False

    def _marked(self, text: str) -> str:
        """Return text between the marks of what is open: struck out, and raised or low."""
        self._is_marked = True
        if self._levels:
            text = f"{self._levels[-1]}{NOTE if self._open['note'] else ''}{text}{END}"
        return f"{STRUCK}{text}{END}" if self._open["struck"] else text

    def start(self, tag: Tag) -> None:
        """Read the beginning of an element."""
        name = tag.name
        if name in BLOCKS:
            self._break_line()
            self._start_block(tag)
        elif name in _CELLS:
            self._start_cell(tag)
        elif name == "br":
            self._break_line()
        elif name in _IMAGES:
            self._add_image(tag)
        else:
            self._start_inline(tag)
        self._enter(tag)

    def end(self, tag: Tag) -> None:
        """Read the end of an element."""
        name = tag.name
        if name in BLOCKS:
            self._break_line()
            self._end_block(tag)
        elif name in _CELLS:
            self._open["cell"] -= 1
            self._pieces.append(_CELL * (1 + self._wider.pop()))
        elif name not in _IMAGES:
            self._end_inline(tag)
        self._leave()

    def _enter(self, tag: Tag) -> None:
        """Note what an element makes of the text inside it."""
        if not tag.attrs and tag.name not in _TRAITS and tag.name not in _KEEPS_LINES:
            self._entered.append(_NOTHING)
            return
        style = attribute(tag, "style") if "style" in tag.attrs else ""
        traits = _traits(tag, style)
        said = inherited(style) if style and _SPEAKING.search(style) else []
        if tag.name in _KEEPS_LINES:
            said.insert(0, ("lined", True))
        for trait in traits:
            self._open[trait] += 1
            if trait in _MARKS:
                self._levels.append(_MARKS[trait])
        for what, value in said:
            self._said[what].append(value)
        self._entered.append((traits, said))
        if said or "unscripted" in traits:
            self._look()

    def _leave(self) -> None:
        entered = self._entered.pop()
        if entered is _NOTHING:
            return
        traits, said = entered
        for trait in traits:
            self._open[trait] -= 1
            if trait in _MARKS:
                self._levels.pop()
                self._pieces.append(APART)
                self._is_marked = True
        for what, _ in said:
            self._said[what].pop()
        if said or "unscripted" in traits:
            self._look()

    def _look(self) -> None:
        """Find out whether text that comes now is seen."""
        unseen = (self._said["invisible"], self._said["sizeless"])
        self._is_silent = any(said and said[-1] for said in unseen) or self._open["unscripted"] > 0

    def _start_block(self, tag: Tag) -> None:
        if tag.name == "li":
            numbers = self._lists[-1] if self._lists else None
            self._announce(numbers.number(tag) if numbers else "")
        elif tag.name in _LISTS:
            self._lists.append(OrderedList(tag) if tag.name == "ol" else None)
        elif tag.name == "table":
            self._tables.append(TableRows())
        elif tag.name == "tr" and self._tables:
            self._tables[-1].begin_row()

    def _end_block(self, tag: Tag) -> None:
        if tag.name == "li":
            self._number = ""
        elif tag.name in _LISTS:
            self._lists.pop()
        elif tag.name == "table":
            self._tables.pop()

    def _announce(self, number: str) -> None:
        """Let a list's number stand before the next text."""
        if self._open["cell"] > 0:
            self._pieces.append(number)
        else:
            self._number += number

    def _start_cell(self, tag: Tag) -> None:
        skipped = more = 0
        if self._tables and not self._open["cell"]:
            skipped, more = self._tables[-1].place(tag)
        self._open["cell"] += 1
        self._wider.append(more)
        self._pieces.append(_CELL * skipped)

    def _start_inline(self, tag: Tag) -> None:
        if "style" in tag.attrs and is_styled_block(tag):
            self._break_line()
        if _is_link(tag) and len(self._anchors) < _MOST_OPEN_LINKS:
            self._anchors.append((tag, []))
        elif tag.name == "q":
            self._put("‘" if self._open["q"] % 2 else "“")
            self._open["q"] += 1
        elif tag.name == "ruby":
            # One inside another adds to the outer one's readings: joined at each end, they cost its square.
            self._open["ruby"] += 1
            if not self._annotations:
                self._annotations.append([])
        elif tag.name == "picture":
            self._sources = []
            self._open["picture"] += 1
        elif tag.name == "source" and self._open["picture"] and len(self._sources) < _MOST_SOURCES:
            self._sources.append(tag)

    def _end_inline(self, tag: Tag) -> None:
        if self._anchors and self._anchors[-1][0] is tag:
            self._add_link(*self._anchors.pop())
        elif tag.name == "q":
            self._open["q"] -= 1
            self._put("’" if self._open["q"] % 2 else "”")
        elif tag.name == "ruby":
            self._end_ruby()
        elif tag.name in ("rt", "rtc") and self._annotations:
            self._annotations[-1].append(" ")
        elif tag.name == "picture":
            self._sources = []
            self._open["picture"] -= 1
        if "style" in tag.attrs and is_styled_block(tag):
            self._break_line()

    def _end_ruby(self) -> None:
        """Put the readings behind the words that they belong to."""
        self._open["ruby"] -= 1
        if self._open["ruby"]:
            return
        # Its marks are spelt out here: the line that they made a marked one may have ended since.
        reading = spell_raised(line_text("".join(self._annotations.pop())))
        if reading:
            self._put(f"（{reading}）")

    def _break_line(self) -> None:
        """End the line; inside a table's cell, which is a part of its row's line, leave a blank instead."""
        if self._open["cell"] > 0:
            self._pieces.append(" ")
        else:
            self.end_line()

    def end_line(self) -> None:
        """Put the line to the body, unless it is empty; what it links to goes with it."""
        if not self._pieces:
            return
        text = line_text(self._spelt(self._pieces))
        if text:
            line = self._line
            line.text = self._number + (text.strip(BLANKS) if self._is_pictured else text)
            line.is_bold = line.is_bold and "\t" not in text
            line.is_heading = self._open["heading"] > 0
            line.is_centred = self._open["centred"] > 0
            line.is_source = self._open["source"] > 0
            line.is_quoted = self._open["quoted"] > 0
            self.body.lines.append(line)
            self._number = ""
        self._begin_line()

    def _spelt(self, pieces: list[str]) -> str:
        text = "".join(pieces)
        return spell_raised(text) if self._is_marked else text

    def _add_image(self, image: Tag) -> None:
        anchor = self._anchors[-1][0] if self._anchors else None
        chart = read_chart(image, anchor)
        if chart:
            self.body.charts.extend(chart)
            return
        url = picture_address(image, self._url, self._sources)
        last = self.body.pictures[-1].url if self.body.pictures else None
        invisible = self._said["invisible"]
        if url and not (invisible and invisible[-1]) and not (self._open["unscripted"] and url == last):
            self.body.pictures.append(Picture(url, len(self.body.lines)))
            self._is_pictured = self._open["cell"] > 0

    def add_player(self, tag: Tag) -> bool:
        """Note what an element plays, unless it is hidden; what stands inside it is no text. Tell whether."""
        invisible = self._said["invisible"]
        is_unseen = is_concealed(tag) or bool(invisible and invisible[-1])
        played = None if is_unseen else read_player(tag, self._url)
        if played:
            kind, url, poster = played
            self.body.players.append(Player(kind, url, poster, len(self.body.lines)))
        return played is not None or is_unseen

    def _add_link(self, tag: Tag, texts: list[str]) -> None:
        text = line_text(self._spelt(texts))
        if not text or is_glossary_link(tag):
            return
        security = read_link(tag, text)
        if security:
            self._line.securities.append(security)
            return
        url = web_address(attribute(tag, "href"), self._url)
        if url and tag.name == "a":
            self._line.links.append(Link(url, text))


def _is_link(tag: Tag) -> bool:
    return tag.name == "a" or (tag.name == "span" and "data-code" in tag.attrs)


def _traits(tag: Tag, style: str) -> tuple[str, ...]:
    """Return what the element makes of the text inside it."""
    traits = _TRAITS.get(tag.name, ())
    if not tag.attrs:
        return traits
    if tag.name in BLOCKS:
        traits = (*traits, *_block_traits(tag, style))
    if tag.name == "a" and attribute(tag, "href").startswith("#"):
        traits = (*traits, "note")
    return (*traits, *_styled(style)) if style and _SPEAKING.search(style) else traits


def _block_traits(tag: Tag, style: str) -> tuple[str, ...]:
    centred = attribute(tag, "align") == "center" or _CENTRED.search(style)
    is_source = "em_media" in attribute(tag, "class").split()
    return (("centred",) if centred else ()) + (("source",) if is_source else ())


def _styled(style: str) -> tuple[str, ...]:
    """Return what a style alone makes of text: struck out, raised or low."""
    struck = ("struck",) if _STRUCK_STYLE.search(style) else ()
    level = _SET.search(style)
    return (*struck, _SET_TRAITS[level[1].lower()]) if level else struck


def line_text(text: str) -> str:
    """Return one line as HTML shows it, a row's cells parted by tabs, without empty ones at its end."""
    if _CELL not in text:
        return WHITE_SPACE.sub(" ", text).strip(BLANKS)
    cells = (WHITE_SPACE.sub(" ", cell).strip(BLANKS) for cell in text.split(_CELL))
    return "\t".join(cells).rstrip(BLANKS)
