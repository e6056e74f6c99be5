"""Shrinking what earlier versions wrote, a text again with each wording: in parts, each its own transaction.

How far it has come stands in the database and is committed with each part, so that whatever interrupts it
loses nothing and the next one goes on there. What is not shrunk yet reads like what is.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage.articles.wording import Held, shrink_wordings
from storage.database.schema import article, shrinking, wording
from storage.records.text.parts import cut_body

_DONE_TO = select(shrinking.c.done_to)
_NEXT = (
    select(article.c.info_code, article.c.title, article.c.text, article.c.content_hash)
    .where(article.c.info_code > bindparam("done_to"))
    .order_by(article.c.info_code)
    .limit(bindparam("size"))
)

_WHOLE_BODIES = select(wording.c.number, wording.c.body_html).where(
    wording.c.info_code == bindparam("code"), wording.c.body_parts.is_(None)
)


def is_shrunk(connection: Connection) -> bool:
    """Tell whether nothing is left to be shrunk."""
    return connection.execute(_DONE_TO).first() is None


def count_unshrunk(connection: Connection) -> int:
    """Return how many articles have wordings that may still be whole."""
    done_to = connection.execute(_DONE_TO).scalar()
    if done_to is None:
        return 0
    left = select(func.count()).select_from(article).where(article.c.info_code > done_to)
    return connection.execute(left).scalar_one()


def shrink_part(connection: Connection, size: int) -> int:
    """Shrink the wordings of so many articles more; return how many those were, 0 when it is done."""
    done_to = connection.execute(_DONE_TO).scalar()
    if done_to is None:
        return 0
    rows = connection.execute(_NEXT, {"done_to": done_to, "size": size}).all()
    for row in rows:
        shrink_wordings(connection, row.info_code, Held(row.title, row.text, row.content_hash))
    if rows:
        connection.execute(update(shrinking).values(done_to=rows[-1].info_code))
    else:
        connection.execute(delete(shrinking))
    return len(rows)


def shrink_bodies(connection: Connection, after: str, size: int) -> str | None:
    """Tell the bodies of so many articles more by their texts; return where to go on, None at the end.

    ``after`` is the info code of the last article before them.
    """
    rows = connection.execute(_NEXT, {"done_to": after, "size": size}).all()
    for row in rows:
        whole = _WHOLE_BODIES, {"code": row.info_code}
        for number, body in connection.execute(*whole).all():
            if parts := cut_body(body, row.text):
                of = (wording.c.info_code == row.info_code) & (wording.c.number == number)
                connection.execute(update(wording).where(of).values(body_html="", body_parts=parts))
    return rows[-1].info_code if rows else None
