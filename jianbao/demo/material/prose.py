"""The demo newspapers' prose, kept as plain text beside the code.

One file holds one paper. ``= SLUG | MEDIA [| PAGE TITLE]`` opens it and ``== TITLE @BEAT [NOTE]`` opens an
article; every other line is one block of the body, marked as `jianbao.demo.body` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_HEADING = re.compile(r"== (?P<title>.+) @(?P<beat>\S+)(?: (?P<note>\S+))?")


@dataclass(frozen=True, slots=True)
class Paper:
    """A newspaper of the demo site. ``slug`` is opaque, and may hold spaces and brackets.

    ``page_title`` is what the head of its category page says when that is wrong, as it often is upstream.
    """

    slug: str
    media: str
    page_title: str = ""

    @property
    def tag(self) -> str:
        """The tag that its posts carry."""
        return f"{self.media}新闻"


@dataclass(frozen=True, slots=True)
class Prose:
    """An article as it was written: ``note`` is ``twin``, ``also:SLUG``, a media name, or empty."""

    title: str
    beat: str
    note: str
    lines: tuple[str, ...]


@cache
def read_text(name: str) -> str:
    """Return the text file of that name in the folder of texts."""
    return (files("jianbao.demo") / "texts" / f"{name}.txt").read_text("utf-8")


@cache
def read_paper(name: str) -> tuple[Paper, tuple[Prose, ...]]:
    """Return one paper and its articles in the order of the file."""
    head, *sections = read_text(name).split("\n== ")
    paper = Paper(*(part.strip() for part in head.removeprefix("= ").split("|")))
    return paper, tuple(read_section("== " + section) for section in sections)


def read_section(section: str) -> Prose:
    """Return the article in one section of a paper's file; raise ValueError when it has no heading."""
    heading, *lines = section.rstrip("\n").split("\n")
    match = _HEADING.fullmatch(heading)
    if not match:
        raise ValueError(f"{heading!r} does not open an article: write '== TITLE @BEAT' and perhaps one note")
    return Prose(match["title"], match["beat"], match["note"] or "", tuple(lines))
