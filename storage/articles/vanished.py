"""Articles whose pages have vanished, as lists of them show them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.articles.headlines import Headline, find_headlines
from storage.database.schema import article
from storage.ledger.checks import IS_GONE, find_looked, is_listed_by
from storage.records.look import NEVER_LOOKED, Look


@dataclass(frozen=True, slots=True)
class VanishedPage:
    """An article whose page has vanished, and the look that said so (None: none is kept)."""

    headline: Headline
    look: Look | None


def list_vanished(
    connection: Connection, *, source: str | None = None, limit: int = 100, offset: int = 0
) -> list[VanishedPage]:
    """Return articles whose pages have vanished, the newest published first, past the first ``offset``."""
    query = select(article.c.info_code).where(IS_GONE).order_by(article.c.id.desc())
    if source is not None:
        query = query.where(is_listed_by(source))
    codes = [*connection.execute(query.limit(limit).offset(offset)).scalars()]
    headlines, looked = find_headlines(connection, codes), find_looked(connection, codes)
    return [
        VanishedPage(headlines[code], looked.get(code, NEVER_LOOKED).last)
        for code in codes
        if code in headlines
    ]
