"""What contradicts itself in an archive: listings, articles and captures that do not know each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Column, Connection, exists, func, select

from storage.database.batches import batches
from storage.database.schema import article, capture, code_alias, listing
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.owners import Owners
from storage.records import info_code_day
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.saying import say


def find_contradictions(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the archived listings without an article, the articles and the answers that no listing knows."""
    yield from asked.gather(_list_absent(connection, asked))
    yield from asked.gather(_list_unlisted(connection))
    yield from asked.gather(_list_captured(connection))


def _list_absent(connection: Connection, asked: Asked) -> Iterator[Missing]:
    for part in batches(_find_unknown(connection, listing.c.info_code, article.c.info_code)):
        rows = connection.execute(
            select(
                listing.c.source, listing.c.info_code, listing.c.published_at, listing.c.first_listed_at
            ).where(
                listing.c.info_code.in_(part),
                listing.c.state.in_(("archived", "gone")),
                asked.has(listing.c.source),
            )
        )
        for row in rows:
            day = day_of(row.info_code, row.published_at or row.first_listed_at)
            yield row.source, day, "absent", say("holes.absent"), row.info_code


def _list_unlisted(connection: Connection) -> Iterator[Missing]:
    owners = Owners.read(connection)
    for part in batches(_find_unknown(connection, article.c.info_code, listing.c.info_code)):
        rows = connection.execute(
            select(article.c.info_code, article.c.published_at, article.c.url).where(
                article.c.info_code.in_(part)
            )
        )
        for row in rows.all():
            slug = owners.find(row.info_code, row.url)
            yield slug, press_day(row.published_at), "unlisted", say("holes.unlisted"), row.info_code


def _find_unknown(connection: Connection, code: Column[str], elsewhere: Column[str]) -> Sequence[str]:
    """Return the info codes of one table that another has not; it takes their indexes alone."""
    unknown = select(code).distinct().where(~exists().where(elsewhere == code))
    return connection.execute(unknown).scalars().all()


def _list_captured(connection: Connection) -> Iterator[Missing]:
    code = capture.c.info_code
    rows = connection.execute(
        select(code, func.max(capture.c.url).label("url"), func.max(capture.c.fetched_at).label("fetched_at"))
        .where(
            code.is_not(None),
            ~exists().where(listing.c.info_code == code),
            ~exists().where(article.c.info_code == code),
            ~exists().where(code_alias.c.alias == code),
        )
        .group_by(code)
    ).all()
    owners = Owners.read(connection)
    for row in rows:
        slug, day = owners.find(row.info_code, row.url), day_of(row.info_code, row.fetched_at)
        yield slug, day, "captured", say("holes.captured"), row.info_code


def day_of(info_code: str, moment: datetime) -> date:
    """Return the day in UTC+8 that an info code tells, or else that of a moment."""
    return info_code_day(info_code) or press_day(moment)
