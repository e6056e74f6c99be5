"""Wordings: every text that an article ever had, none of which repeats what the article itself has.

The present one is the article's title and text; its delivered body, and every earlier text, is told by the
parts that it shares with the present text (`storage.records.text.parts`). What a change of it would lose
is written out before it by the database itself, whoever changes it. `revision` shows them all whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.database.prepared import Prepared
from storage.database.schema import article, wording
from storage.records.text.parts import cut_body, cut_text

_OWN = "[]"
"""As the parts of a text: title, text and hash are the article's own."""

_INSERT = Prepared(insert(wording))
_FIND_HELD = select(article.c.title, article.c.text, article.c.content_hash).where(
    article.c.info_code == bindparam("code")
)
_IS_WORDING = (wording.c.info_code == bindparam("of_code")) & (wording.c.number == bindparam("of_number"))
_UPDATE = (
    update(wording)
    .where(_IS_WORDING)
    .values(
        {
            column: bindparam(column.name)
            for column in (
                wording.c.title,
                wording.c.text,
                wording.c.body_html,
                wording.c.content_hash,
                wording.c.text_parts,
                wording.c.body_parts,
            )
        }
    )
)
_PLACE = update(wording).where(_IS_WORDING).values(capture_id=bindparam("capture"))
_LIST_WHOLE = select(wording).where(
    wording.c.info_code == bindparam("code"), wording.c.text_parts.is_(None), wording.c.body_parts.is_(None)
)


@dataclass(frozen=True, slots=True)
class Held:
    """What an article itself has of its wording: what every wording of it is told by."""

    title: str
    text: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Wording:
    """What an article said at a time: its words, the body as it was delivered, the hash of its content."""

    title: str
    text: str
    body_html: str
    content_hash: str

    @property
    def held(self) -> Held:
        """What the article has of it while it is the present one."""
        return Held(self.title, self.text, self.content_hash)


def insert_wording(
    connection: Connection, info_code: str, number: int, said: Wording, origin: Mapping[str, Any]
) -> None:
    """Enter what an article says now as its wording of that number.

    ``origin`` are its ``capture_id``, ``seen_at``, what it ``changed`` and the ``cause``. Wordings before it
    are told by the present text again. The first wording is the article's own.
    """
    held = _find_held(connection, info_code) if number > 1 else said.held
    told = tell_wording(said, held)
    _INSERT.run(connection, {"info_code": info_code, "number": number, **told, **origin})
    if number > 1:
        shrink_wordings(connection, info_code, held)


def replace_wording(
    connection: Connection, info_code: str, number: int, said: Wording, capture_id: int | None
) -> None:
    """Put other words in the place of a wording, from another capture."""
    held = _find_held(connection, info_code)
    _update(connection, info_code, number, tell_wording(said, held))
    connection.execute(_PLACE, {"of_code": info_code, "of_number": number, "capture": capture_id})
    shrink_wordings(connection, info_code, held)


def shrink_wordings(connection: Connection, info_code: str, held: Held) -> int:
    """Tell those wordings of an article that are whole by its text; return how many became smaller."""
    shrunk = 0
    for row in connection.execute(_LIST_WHOLE, {"code": info_code}).all():
        told = tell_wording(Wording(row.title, row.text, row.body_html, row.content_hash), held)
        if told["text_parts"] or told["body_parts"]:
            _update(connection, info_code, row.number, told)
            shrunk += 1
    return shrunk


def tell_wording(said: Wording, held: Held) -> dict[str, str | None]:
    """Return a wording as its row has it: nothing in it that the article has."""
    is_own = (said.title, said.text, said.content_hash) == (held.title, held.text, held.content_hash)
    text_parts = _OWN if is_own else cut_text(said.text, held.text)
    body_parts = cut_body(said.body_html, held.text)
    return {
        "title": "" if is_own else said.title,
        "text": "" if text_parts else said.text,
        "body_html": "" if body_parts else said.body_html,
        "content_hash": "" if is_own else said.content_hash,
        "text_parts": text_parts,
        "body_parts": body_parts,
    }


def _update(connection: Connection, info_code: str, number: int, told: Mapping[str, str | None]) -> None:
    connection.execute(_UPDATE, {"of_code": info_code, "of_number": number, **told})


def _find_held(connection: Connection, info_code: str) -> Held:
    return Held(*connection.execute(_FIND_HELD, {"code": info_code}).one())
