"""Pictures and facsimiles that are owed, failed, or not even entered though the archive keeps their like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, exists, func, literal, select

from storage.database.schema import article, facsimile, issue_page, listing, picture
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.contradictions import day_of
from storage.records import info_code_day
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.saying import Saying, read_saying, say

_WANTED = ("owed", "failed")
_LONGEST_ADDRESS = 2_000


def find_pictures(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the pictures and facsimiles that are to be fetched, or could not be: each with its address."""
    yield from asked.gather(_list_pictures(connection, asked))
    yield from asked.gather(_list_facsimiles(connection, asked))
    yield from asked.gather(list_lost_pictures(connection, asked))
    yield from asked.gather(list_lost_facsimiles(connection, asked))


def _list_pictures(connection: Connection, asked: Asked) -> Iterator[Missing]:
    rows = connection.execute(
        select(picture.c.source, picture.c.info_code, picture.c.url, picture.c.error, article.c.published_at)
        .outerjoin(article, article.c.info_code == picture.c.info_code)
        .where(picture.c.state.in_(_WANTED), asked.has(picture.c.source))
        .order_by(picture.c.info_code, picture.c.position)
    )
    for row in rows:
        day = info_code_day(row.info_code) or day_of(row.info_code, row.published_at or asked.now)
        yield row.source, day, "picture", _say_why(row.error), row.url


def list_lost_pictures(connection: Connection, asked: Asked) -> Iterator[Missing]:
    """Return the pictures that no row tells of, though those of articles that came no earlier are kept.

    An article shows as many as were ever kept of one of its source: the configuration may keep fewer.
    """
    known: dict[str, set[str]] = {}
    most: dict[str, int] = {}
    for row in connection.execute(
        select(picture.c.info_code, picture.c.url, picture.c.source, picture.c.position)
    ):
        known.setdefault(row.info_code, set()).add(row.url)
        most[row.source] = max(most.get(row.source, 0), row.position + 1)
    for slug, kept in most.items():
        if not asked.has_source(slug):
            continue
        for shown in _list_illustrated(connection, slug):
            urls = dict.fromkeys(image["url"] for image in shown.images if _is_address(image["url"]))
            for url in list(urls)[:kept]:
                if url not in known.get(shown.info_code, ()):
                    day = info_code_day(shown.info_code) or press_day(shown.published_at)
                    yield slug, day, "picture", say("holes.picture_unknown"), url


def _list_illustrated(connection: Connection, slug: str) -> Iterable[Row[Any]]:
    """Return the articles with pictures that came since the first of which some are kept."""
    first = (
        select(func.min(article.c.first_seen_at))
        .join(picture, picture.c.info_code == article.c.info_code)
        .where(picture.c.source == slug)
        .scalar_subquery()
    )
    return connection.execute(
        select(article.c.info_code, article.c.published_at, article.c.images)
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(
            listing.c.source == slug,
            article.c.first_seen_at >= first,
            cast(article.c.images, Text) != literal("[]", literal_execute=True),
        )
    )


def _is_address(url: str) -> bool:
    return url[:8].lower().startswith(("http://", "https://")) and len(url) <= _LONGEST_ADDRESS


def _list_facsimiles(connection: Connection, asked: Asked) -> Iterator[Missing]:
    rows = connection.execute(
        select(facsimile.c.source, facsimile.c.day, facsimile.c.url, facsimile.c.error)
        .where(facsimile.c.state.in_(_WANTED), asked.has(facsimile.c.source))
        .order_by(facsimile.c.day, facsimile.c.url)
    )
    for row in rows:
        yield row.source, row.day, "facsimile", _say_why(row.error), row.url


def _say_why(error: str | None) -> Saying:
    return say("holes.picture_error", error=read_saying(error)) if error else say("holes.picture")


def list_lost_facsimiles(connection: Connection, asked: Asked) -> Iterator[Missing]:
    """Return the pictures and PDFs of pages that no row tells of, where those of later issues are kept."""
    since = (
        select(facsimile.c.source, facsimile.c.kind, func.min(facsimile.c.day).label("first"))
        .group_by(facsimile.c.source, facsimile.c.kind)
        .subquery()
    )
    for kind, columns in (("image", ("picture", "shown")), ("pdf", ("pdf",))):
        for column in columns:
            address = issue_page.c[column]
            rows = connection.execute(
                select(issue_page.c.source, issue_page.c.day, address.label("url"))
                .join(since, (since.c.source == issue_page.c.source) & (since.c.kind == kind))
                .where(
                    address.is_not(None),
                    issue_page.c.day >= since.c.first,
                    asked.has(issue_page.c.source),
                    ~exists().where(
                        facsimile.c.source == issue_page.c.source,
                        facsimile.c.day == issue_page.c.day,
                        facsimile.c.url == address,
                    ),
                )
            )
            for row in rows:
                yield row.source, row.day, "facsimile", say("holes.picture_unknown"), row.url
