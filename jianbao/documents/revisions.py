"""An article as it is or as one of its revisions has it, and two revisions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jianbao.documents.article import present_article
from jianbao.documents.checks import read_checks
from jianbao.documents.difference import Change, Piece, compare_texts
from jianbao.documents.document import Document
from storage.articles.article import NotArchived
from storage.articles.revision import list_revisions
from storage.articles.whole import find_whole
from storage.ledger.alias import resolve_code
from storage.ledger.listing import list_listings
from storage.ledger.source import list_sources
from storage.records import Paragraph, StoredArticle, WholeRevision, canonical_info_code
from storage.records.info_code import has_digits_alone
from storage.records.press_days import PRESS_ZONE
from storage.records.saying import Language


def at_revision(
    stored: StoredArticle, revisions: Sequence[WholeRevision], number: int | None
) -> StoredArticle:
    """Return an article as a revision of it had it; raise `NotArchived` when there is no such revision.

    Of an earlier one the archive knows title and text. Its kinds of paragraphs, pictures, films, links and
    the lines over and under its title were never kept, and those of the present wording need not have been
    there: none is claimed.
    """
    if number is None or number == stored.revision:
        return stored
    row = next((row for row in revisions if row.number == number), None)
    if row is None:
        code = stored.article.info_code
        raise NotArchived(f"{code} has no revision {number}: it has 1 to {len(revisions)}")
    lines = tuple(Paragraph(line) for line in row.text.split("\n"))
    return replace(
        stored,
        article=replace(
            stored.article,
            title=row.title,
            paragraphs=lines,
            images=(),
            players=(),
            links=(),
            kicker=None,
            subtitle=None,
            incomplete=None,
            found_by=(),
        ),
        content_hash=row.content_hash,
        revision=row.number,
    )


def read_shown(
    view: Connection, code: str, revision: int | None = None, language: Language = "en"
) -> Document:
    """Return an article as `show` prints it; raise `BadInfoCode`, or `NotArchived` when there is none.

    The sentences of ``checks``, every later look at its page, are in a language.
    """
    info_code = resolve_code(view, canonical_info_code(code))
    whole = find_whole(view, info_code)
    if whole is None:
        raise _not_archived(view, info_code)
    zones = {row.slug: row.timezone for row in list_sources(view)}
    zone = ZoneInfo(zones[whole.sources[0]]) if whole.sources else PRESS_ZONE
    if revision is not None:
        earlier = at_revision(whole.stored, list_revisions(view, info_code), revision)
        whole = replace(whole, stored=earlier)
    return {**present_article(whole, zone=zone), "checks": read_checks(view, info_code, language, zone)}


def _not_archived(view: Connection, info_code: str) -> NotArchived:
    """Return what to say of an article that is not there, with the way to it if there is one."""
    if has_digits_alone(info_code) or list_listings(view, info_code):
        return NotArchived(
            f"{info_code} is not in the archive: fetch it with `jianbao recrawl --code {info_code}`"
        )
    return NotArchived(f"{info_code} is not in the archive, and no page ever listed it")


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
        "cause": current.cause,
        "title": [_present_change(change) for change in compare_texts(before.title, current.title)],
        "paragraphs": [_present_change(change) for change in compare_texts(before.text, current.text)],
    }


def _present_change(change: Change) -> Document:
    return {"kind": change.kind, "pieces": [_present_piece(piece) for piece in change.pieces]}


def _present_piece(piece: Piece) -> dict[str, str]:
    return {"text": piece.text, "change": piece.change}
