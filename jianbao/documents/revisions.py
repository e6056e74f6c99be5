"""Two revisions of an article, side by side."""

from __future__ import annotations

from sqlalchemy import Connection

from jianbao.documents.difference import Change, Piece, compare_texts
from jianbao.documents.document import Document
from storage.articles.alias import resolve_code
from storage.articles.article import NotArchived, list_revisions
from storage.records import canonical_info_code


def read_difference(view: Connection, code: str, number: int | None = None) -> Document | None:
    """Return what a revision (default: the last one) changed in the one before, None when it is the first.

    Raise `BadInfoCode`, or `NotArchived` when there is no such revision.
    """
    info_code = resolve_code(view, canonical_info_code(code))
    revisions = {row.number: row for row in list_revisions(view, info_code)}
    last = max(revisions, default=0)
    current = revisions.get(last if number is None else number)
    if current is None:
        raise NotArchived(f"{info_code} has no revision {number or 1}: it has {last}")
    before = revisions.get(current.number - 1)
    if before is None:
        return None
    return {
        "from": before.number,
        "to": current.number,
        "title": [_present_change(change) for change in compare_texts(before.title, current.title)],
        "paragraphs": [_present_change(change) for change in compare_texts(before.text, current.text)],
    }


def _present_change(change: Change) -> Document:
    return {"kind": change.kind, "pieces": [_present_piece(piece) for piece in change.pieces]}


def _present_piece(piece: Piece) -> dict[str, str]:
    return {"text": piece.text, "change": piece.change}
