"""The shape of an address: what is the same in those of a site's articles, and what names the single one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

PieceKind = Literal["word", "digits", "hash", "name"]

_PIECE = re.compile(r"\d+|[^\d]+")
_HASH = re.compile(r"(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])(?![a-f]+\d+\Z)[0-9a-f]{8,64}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]+")
_CODE = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])(?![A-Za-z]+\d+\Z)[A-Za-z0-9]{12,64}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an address: the same in all (``word``), digits, hexadecimal digits (``hash``), or letters
    and digits that name one article (``name``)."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class Shape:
    """The host of an address and the kinds of its pieces; words are a part of it."""

    host: str
    kinds: tuple[tuple[PieceKind, str], ...]


def shape_of(url: str) -> tuple[Shape, tuple[Piece, ...]]:
    """Return an address's shape, and its pieces after the host."""
    parts = urlsplit(url)
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    pieces = tuple(_pieces(rest))
    kinds = tuple((one.kind, one.text if one.kind == "word" else "") for one in pieces)
    return Shape(parts.netloc.lower(), kinds), pieces


def _pieces(rest: str) -> Iterable[Piece]:
    for token in _TOKEN.findall(rest):
        if _HASH.fullmatch(token):
            yield Piece("hash", token)
        elif _CODE.fullmatch(token):
            yield Piece("name", token)
        else:
            for part in _PIECE.findall(token):
                yield Piece("digits" if part.isdecimal() else "word", part)


def has_article_name(pieces: Sequence[Piece]) -> bool:
    """Return whether an address has digits or a code that could name one article."""
    return any(one.kind != "word" for one in pieces)
