"""What belongs to articles that are taken out: read for many at once, so that an export needs few queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, select, union
from sqlalchemy import text as sql_text

from storage.articles.lists import list_article_sources
from storage.articles.security_names import name_many
from storage.captures.capture import read_captures
from storage.database.schema import capture, revision, security
from storage.records import Capture, Revision, Security, StoredArticle
from storage.search import Order, Query, iterate_matches
from storage.stories.story import Story, find_stories, read_story

_PART = 200
_REVISION = [revision.c[field.name] for field in fields(Revision)]


@dataclass(frozen=True, slots=True)
class WholeArticle:
    """An article with its securities, the sources that list it, its revisions, near copies and original.

    The first revision comes first.
    """

    stored: StoredArticle
    sources: tuple[str, ...]
    revisions: tuple[Revision, ...]
    capture: Capture | None
    story: Story | None


def iterate_whole(connection: Connection, query: Query, order: Order = "oldest") -> Iterator[WholeArticle]:
    """Yield every article that answers a query with all that belongs to it, in flat memory."""
    matches = iterate_matches(connection, query, order)
    while part := list(islice(matches, _PART)):
        yield from _complete(connection, part)


def list_originals(connection: Connection, info_codes: Sequence[str]) -> list[Capture]:
    """Return every capture of some articles by id, and those that hold the payloads of their revisits."""
    own: Select[Any] = select(capture.c.id).where(capture.c.info_code.in_(info_codes))
    of_revisions = select(revision.c.capture_id).where(revision.c.info_code.in_(info_codes))
    wanted = union(own, of_revisions).subquery()
    held = select(capture.c.refers_to).where(capture.c.id.in_(select(wanted.c.id)))
    ids = connection.execute(union(select(wanted.c.id), held).order_by(sql_text("1"))).scalars()
    found = read_captures(connection, [identity for identity in ids if identity is not None])
    return list(found.values())


def _complete(connection: Connection, part: Sequence[StoredArticle]) -> Iterator[WholeArticle]:
    codes = [stored.article.info_code for stored in part]
    sources = list_article_sources(connection, codes)
    securities = name_many(connection, _securities(connection, codes))
    revisions = _revisions(connection, codes)
    stories = {code: read_story(connection, code) for code in find_stories(connection, codes)}
    captures = read_captures(connection, [stored.capture_id for stored in part if stored.capture_id])
    for stored, code in zip(part, codes, strict=True):
        article = replace(stored.article, securities=securities.get(code, ()))
        yield WholeArticle(
            stored=replace(stored, article=article),
            sources=tuple(sources.get(code, ())),
            revisions=tuple(revisions.get(code, ())),
            capture=captures.get(stored.capture_id) if stored.capture_id else None,
            story=stories.get(code),
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
