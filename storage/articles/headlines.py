"""Headlines: articles as front pages show them, by day and newspaper, without reading their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage.database.schema import article

_LEAD = 400  # characters of the text: enough for its first lines
_COLUMNS = (
    article.c.info_code,
    article.c.title,
    article.c.media,
    article.c.published_at,
    article.c.precision,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """An article's title and where it comes from. ``media`` is None when the article does not say."""

    info_code: str
    title: str
    media: str | None
    published_at: datetime
    precision: str


def list_headlines(
    connection: Connection,
    since: datetime,
    until: datetime,
    media: str | None = None,
    limit: int = 5000,
) -> list[Headline]:
    """Return what was published from ``since`` until before ``until``, the newest first."""
    query = select(*_COLUMNS).where(article.c.published_at >= since, article.c.published_at < until)
    if media is not None:
        query = query.where(article.c.media == media)
    return _headlines(connection, query.order_by(article.c.published_at.desc()).limit(limit))


def find_headlines(connection: Connection, info_codes: Sequence[str]) -> dict[str, Headline]:
    """Return the headlines of these info codes, as far as they are archived."""
    found = _headlines(connection, select(*_COLUMNS).where(article.c.info_code.in_(info_codes)))
    return {headline.info_code: headline for headline in found}


def list_same_content(connection: Connection, info_code: str, content_hash: str) -> list[Headline]:
    """Return the other articles whose content is the same, the first published first."""
    query = select(*_COLUMNS).where(article.c.content_hash == content_hash, article.c.info_code != info_code)
    return _headlines(connection, query.order_by(article.c.published_at))


def read_leads(connection: Connection, info_codes: Sequence[str]) -> dict[str, str]:
    """Return the beginning of each article's text, some hundred characters."""
    rows = connection.execute(
        select(article.c.info_code, func.substr(article.c.text, 1, _LEAD).label("lead")).where(
            article.c.info_code.in_(info_codes)
        )
    )
    return {row.info_code: row.lead for row in rows}


def newest_moment(connection: Connection, before: datetime | None = None) -> datetime | None:
    """Return when the newest article was published, or the newest before a time; None for none."""
    query = select(article.c.published_at).order_by(article.c.published_at.desc()).limit(1)
    if before is not None:
        query = query.where(article.c.published_at < before)
    return connection.execute(query).scalar()


def next_moment(connection: Connection, since: datetime) -> datetime | None:
    """Return when the first article from a time on was published, None when there is none."""
    return connection.execute(
        select(article.c.published_at)
        .where(article.c.published_at >= since)
        .order_by(article.c.published_at)
        .limit(1)
    ).scalar()


def count_published(connection: Connection, since: datetime, until: datetime) -> int:
    """Return how many articles were published from ``since`` until before ``until``."""
    counted = select(func.count()).where(article.c.published_at >= since, article.c.published_at < until)
    return int(connection.execute(counted).scalar_one())


def _headlines(connection: Connection, query: Select[Any]) -> list[Headline]:
    return [_headline(row) for row in connection.execute(query)]


def _headline(row: Row[Any]) -> Headline:
    return Headline(row.info_code, row.title, row.media, row.published_at, row.precision)
