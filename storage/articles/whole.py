"""Whole articles: each with all that belongs to it, read for many at once, so that many need few queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, replace

from sqlalchemy import Connection, select
from sqlalchemy import text as sql_text

from storage.articles.article import find_delivered
from storage.articles.lists import list_article_sources
from storage.articles.security_names import name_many
from storage.articles.time_change import list_time_changes
from storage.captures.capture import read_captures
from storage.database.batches import batches
from storage.database.schema import revision, security
from storage.ledger.picture import list_pictures
from storage.records import Revision, Security, StoredArticle, WholeArticle
from storage.stories.story import find_stories, read_story

_PART = 200
_REVISION = [revision.c[field.name] for field in fields(Revision)]


def find_whole(connection: Connection, info_code: str) -> WholeArticle | None:
    """Return an article with all that belongs to it, changes of its time too; None when there is none."""
    found = find_delivered(connection, info_code)
    if found is None:
        return None
    (whole,) = complete_articles(connection, (found,))
    return replace(whole, time_changes=tuple(list_time_changes(connection, info_code)))


def complete_articles(connection: Connection, found: Iterable[StoredArticle]) -> Iterator[WholeArticle]:
    """Yield articles with their securities and all that belongs to them, in flat memory.

    How their times changed is left out.
    """
    for part in batches(found, _PART):
        yield from _complete(connection, part)


def _complete(connection: Connection, part: Sequence[StoredArticle]) -> Iterator[WholeArticle]:
    codes = [stored.article.info_code for stored in part]
    sources = list_article_sources(connection, codes)
    securities = name_many(connection, _securities(connection, codes))
    revisions = _revisions(connection, codes)
    stories = {code: read_story(connection, code) for code in find_stories(connection, codes)}
    captures = read_captures(connection, [stored.capture_id for stored in part if stored.capture_id])
    pictures = list_pictures(connection, [one.article.info_code for one in part if one.article.images])
    for stored, code in zip(part, codes, strict=True):
        article = replace(stored.article, securities=securities.get(code, ()))
        yield WholeArticle(
            stored=replace(stored, article=article),
            sources=tuple(sources.get(code, ())),
            revisions=tuple(revisions.get(code, ())),
            capture=captures.get(stored.capture_id) if stored.capture_id else None,
            story=stories.get(code),
            pictures=tuple(pictures.get(code, ())),
        )


def _securities(connection: Connection, codes: Sequence[str]) -> dict[str, list[Security]]:
    found: dict[str, list[Security]] = {}
    rows = select(security).where(security.c.info_code.in_(codes)).order_by(sql_text("rowid"))
    for row in connection.execute(rows):
        found.setdefault(row.info_code, []).append(Security(row.market, row.code, row.name, row.mention))
    return found


def _revisions(connection: Connection, codes: Sequence[str]) -> dict[str, list[Revision]]:
    found: dict[str, list[Revision]] = {}
    rows = select(*_REVISION).where(revision.c.info_code.in_(codes)).order_by(revision.c.number)
    for row in connection.execute(rows):
        found.setdefault(row.info_code, []).append(Revision(**row._mapping))
    return found
