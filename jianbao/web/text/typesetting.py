"""An article set for reading: its paragraphs and pictures in order, with the hits of a search marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from jianbao.documents.difference import Change
from jianbao.web.text.sanitising import picture_link
from storage.records import Article, Image, Paragraph
from storage.search import Piece

Mark = Callable[[str], Sequence[Piece]]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph in pieces, or a picture: ``kind`` is the paragraph's, or ``picture``."""

    kind: str
    pieces: tuple[Piece, ...] = ()
    picture: Image | None = None


def plain(text: str) -> tuple[Piece, ...]:
    """Return text without any hit."""
    return (Piece(text, False),)


def set_article(article: Article, mark: Mark = plain) -> list[Block]:
    """Return an article's blocks in reading order; a picture stands before its printed caption."""
    pictures = sorted(article.images, key=lambda image: image.position)
    blocks: list[Block] = []
    for place, paragraph in enumerate(article.paragraphs):
        while pictures and pictures[0].position <= place:
            blocks.append(_picture(pictures.pop(0), article.paragraphs, mark))
        blocks.append(Block(paragraph.kind, tuple(mark(paragraph.text))))
    return blocks + [_picture(picture, article.paragraphs, mark) for picture in pictures]


def fold_changes(changes: Sequence[Change]) -> list[Change | int]:
    """Return what changed in order, and between it how many paragraphs in a row did not."""
    folded: list[Change | int] = []
    for same, group in groupby(changes, key=lambda change: change.kind == "same"):
        run = list(group)
        folded += [len(run)] if same else run
    return folded


def shown_pictures(article: Article) -> list[Image]:
    """Return the pictures that a browser could load."""
    return [image for image in article.images if picture_link(image.url)]


def _picture(image: Image, paragraphs: Sequence[Paragraph], mark: Mark) -> Block:
    """Return a picture with its caption, unless that stands among the paragraphs anyway."""
    printed = image.caption is None or any(image.caption == paragraph.text for paragraph in paragraphs)
    pieces = () if printed else tuple(mark(image.caption or ""))
    return Block("picture", pieces, image)
