"""The texts of all articles, as they are stored, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from storage.database.batches import batches
from storage.database.schema import article

_TOGETHER = 200
"""Articles of one part."""


@dataclass(frozen=True, slots=True)
class HeldArticle:
    """What an article's row says of its text. ``paragraphs`` counts those that it tells the kinds of."""

    id: int
    info_code: str
    title: str
    text: str = field(repr=False)
    paragraphs: int
    content_hash: str
    parser_version: int


def read_texts(connection: Connection) -> Iterator[tuple[HeldArticle, ...]]:
    """Yield all articles by id, some at a time, in flat memory."""
    columns = (
        article.c.id,
        article.c.info_code,
        article.c.title,
        article.c.text,
        func.json_array_length(article.c.paragraphs),
        article.c.content_hash,
        article.c.parser_version,
    )
    rows = connection.execute(select(*columns).order_by(article.c.id)).yield_per(_TOGETHER)
    for part in batches(rows, _TOGETHER):
        yield tuple(HeldArticle(*row) for row in part)
