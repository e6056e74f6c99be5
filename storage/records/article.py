"""Articles on their way into the archive: a draft is what a page says, an article is what we keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from storage.records.forms import Form

Precision = Literal["second", "minute", "day"]
EXACTNESS: Mapping[Precision, int] = {"day": 0, "minute": 1, "second": 2}
"""How exactly a time is known; the greater, the more exactly."""
Witness = Literal["page", "json", "file", "text", "list", "address"]
"""Who states an article's time: a page, the JSON endpoint, a post's own file, the import of a plain text, the
list that names it, or nobody but the dated address under which a page listed it."""
ParagraphKind = Literal["text", "heading", "caption", "note", "byline"]
Mention = Literal["chart", "link", "text"]
PlayerKind = Literal["video", "audio", "frame", "object"]


@dataclass(frozen=True, slots=True)
class Draft:
    """One article exactly as one page delivers it: fields found, nothing yet cleaned or judged.

    ``published_at`` is aware, in the zone that the page states; None when the page states none. With
    ``precision`` ``day`` only its day is known, whatever hour it has. ``witness`` is who states it.
    ``tag`` is the post's tag as printed (上饶日报新闻); ``media`` a name that the answer states outright, and
    ``author`` who wrote, as it states beside the text.
    ``body_html`` is the delivered body, from after the title to before the share link; ``linked_html``
    is a second body of the same article that carries security links where ``body_html`` has none.
    ``paragraphs`` are given by a reader that had to tell them apart itself (plain text): then the body.
    ``base`` is the address from which the body's relative ones start, where it is not ``url``.
    ``partial`` tells that this kind of answer need not name title and time at all (the JSON endpoint).
    ``kicker`` (引题) and ``subtitle`` (副题) stand over and under the title. ``page``, ``page_name`` and
    ``order`` are its page of an issue and its place there; ``continues`` is the info code of the part that it
    continues. ``pictures`` are those that its reader told apart itself, beside those in the body.
    ``found_by`` tells for each field by which rule it was found. ``incomplete`` tells what is known to be
    missing of it (a next page); ``parts`` are the addresses of its further pages as this one links them, to
    be asked for and joined to it; ``is_furniture`` tells that the place of a picture or an advertisement has
    no text, as it need not.
    """

    info_code: str | None
    url: str
    form: Form
    title: str | None = None
    published_at: datetime | None = None
    precision: Precision = "second"
    witness: Witness = "page"
    tag: str | None = None
    media: str | None = None
    author: str | None = None
    summary: str | None = None
    body_html: str = ""
    linked_html: str | None = None
    paragraphs: tuple[Paragraph, ...] = ()
    partial: bool = False
    base: str | None = None
    kicker: str | None = None
    subtitle: str | None = None
    page: str | None = None
    page_name: str | None = None
    order: int | None = None
    continues: str | None = None
    pictures: tuple[Image, ...] = ()
    found_by: tuple[tuple[str, str], ...] = ()
    incomplete: str | None = None
    parts: tuple[str, ...] = ()
    is_furniture: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of an article's text: no line break inside, no blank at its edges, never empty."""

    text: str
    kind: ParagraphKind = "text"


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the article: the largest known original, and where it stands.

    ``position`` counts the paragraphs before it. Width and height are pixels, when the address tells.
    """

    url: str
    caption: str | None = None
    position: int = 0
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """A film, a sound, a frame or another object in an article: where it is, and its still picture.

    ``position`` counts the paragraphs before it.
    """

    kind: PlayerKind
    url: str
    poster: str | None = None
    position: int = 0


@dataclass(frozen=True, slots=True)
class Security:
    """A security that upstream linked, or the text names with its code: *mentioned*, not *about*.

    ``market`` is upstream's id (0 Shenzhen and Beijing, 1 Shanghai, 105 NASDAQ, 106 NYSE, 107 AMEX,
    116 Hong Kong, 90 a board); codes keep their leading zeros.
    """

    market: str
    code: str
    name: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside the text to something that is neither a security nor a glossary word."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A normalised article. ``text`` is its paragraphs joined by newlines.

    ``witness`` states its time; articles that say the same are equal, whoever does. ``page_order`` is its
    place on its page of an issue; ``found_by`` tells which rule found a field, by the field's outward name.
    """

    info_code: str
    url: str
    form: Form
    title: str
    published_at: datetime | None
    precision: Precision
    media: str | None
    author: str | None
    summary: str | None
    source_line: str | None
    continued: bool
    paragraphs: tuple[Paragraph, ...]
    images: tuple[Image, ...] = ()
    players: tuple[Player, ...] = ()
    securities: tuple[Security, ...] = ()
    links: tuple[Link, ...] = ()
    kicker: str | None = None
    subtitle: str | None = None
    page: str | None = None
    page_name: str | None = None
    page_order: int | None = None
    continues: str | None = None
    incomplete: str | None = None
    found_by: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    witness: Witness = field(default="page", compare=False)
    body_html: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """The paragraphs joined by newlines."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)
