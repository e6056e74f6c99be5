"""Pictures and facsimiles that are owed, failed, or not even entered though the archive keeps their like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, exists, func, literal, select

from storage.database.batches import batches
from storage.database.schema import article, facsimile, issue_page, listing, picture
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.contradictions import day_of
from storage.records import info_code_day
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.saying import Saying, read_saying, say

_WANTED = ("owed", "failed")
_LONGEST_ADDRESS = 2_000
_URL = '"url"'
"""What each picture of an article has once in the JSON of all."""


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
    kept = (
        select(picture.c.source, func.max(picture.c.position) + 1, func.min(article.c.first_seen_at))
        .join(article, article.c.info_code == picture.c.info_code)
        .group_by(picture.c.source)
    )
    for slug, most, since in connection.execute(kept).all():
        if asked.has_source(slug):
            yield from _list_unknown(connection, slug, most, since)


def _list_unknown(connection: Connection, slug: str, most: int, since: datetime) -> Iterator[Missing]:
    """Yield the pictures of a source's articles that no row tells of, among the first so many of each."""
    shown = _list_illustrated(connection, slug, since)
    known = {
        (row.info_code, row.url)
        for part in batches(row.info_code for row in shown)
        for row in connection.execute(
            select(picture.c.info_code, picture.c.url).where(picture.c.info_code.in_(part))
        )
    }
    for row in shown:
        urls = dict.fromkeys(image["url"] for image in row.images if _is_address(image["url"]))
        day = info_code_day(row.info_code) or press_day(row.published_at)
        for url in list(urls)[:most]:
            if (row.info_code, url) not in known:
                yield slug, day, "picture", say("holes.picture_unknown"), url


def _list_illustrated(connection: Connection, slug: str, since: datetime) -> Sequence[Row[Any, Any, Any]]:
    """Return the articles that show more pictures than are known of, and came since a moment."""
    images = cast(article.c.images, Text)
    urls = (func.length(images) - func.length(func.replace(images, _URL, ""))) / len(_URL)
    kept = (
        select(func.count())
        .where(picture.c.info_code == article.c.info_code)
        .correlate(article)
        .scalar_subquery()
    )
    return connection.execute(
        select(article.c.info_code, article.c.published_at, article.c.images)
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(
            listing.c.source == slug,
            article.c.first_seen_at >= since,
            images != literal("[]", literal_execute=True),
            urls > kept,
        )
    ).all()


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
