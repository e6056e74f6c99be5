"""Pictures and facsimiles that are owed, failed, or not even entered though the archive keeps their like."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Table,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)

from storage.database.batches import batches
from storage.database.schema import article, capture, facsimile, issue_page, listing, picture
from storage.database.schema_custody import verification
from storage.database.schema_holes import HAS_PICTURES, SHOWN_PICTURES
from storage.ledger.holes.asked import Asked, Missing
from storage.ledger.holes.contradictions import day_of
from storage.records import info_code_day
from storage.records.hole import Hole
from storage.records.press_days import press_day
from storage.records.saying import Saying, read_saying, say

_WANTED = ("owed", "failed")
_UNREADABLE = ("record_damaged", "record_lost", "record_differs")
_LONGEST_ADDRESS = 2_000
_URL = '"url"'
"""What each picture of an article has once in the JSON of all."""
_ILLUSTRATED = text(HAS_PICTURES)
_SHOWN: ColumnElement[int] = literal_column(SHOWN_PICTURES, Integer)


def find_pictures(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the pictures and facsimiles that are to be fetched, or could not be: each with its address."""
    yield from asked.gather(_list_pictures(connection, asked))
    yield from asked.gather(_list_facsimiles(connection, asked))
    yield from asked.gather(list_lost_pictures(connection, asked))
    yield from asked.gather(list_lost_facsimiles(connection, asked))


def _list_pictures(connection: Connection, asked: Asked) -> Iterator[Missing]:
    rows = connection.execute(
        select(
            picture.c.source,
            picture.c.info_code,
            picture.c.url,
            picture.c.error,
            picture.c.state,
            article.c.published_at,
        )
        .outerjoin(article, article.c.info_code == picture.c.info_code)
        .where(picture.c.state.in_(_WANTED) | is_lost(connection, picture), asked.has(picture.c.source))
        .order_by(picture.c.info_code, picture.c.position)
    )
    for row in rows:
        day = info_code_day(row.info_code) or day_of(row.info_code, row.published_at or asked.now)
        yield row.source, day, "picture", _say_why(row.state, row.error), row.url


def is_lost(connection: Connection, table: Table) -> ColumnElement[bool]:
    """Return the condition that a picture or facsimile counts as archived, and nothing holds it.

    No capture does, or one that repeats what another does not hold, or whose record the last look at every
    record found damaged.
    """
    repeat, held = capture.alias(), capture.alias()
    broken = (
        select(repeat.c.id)
        .join(held, held.c.id == repeat.c.refers_to)
        .where(
            repeat.c.id == table.c.capture_id,
            or_(held.c.refers_to.is_not(None), held.c.payload_digest != repeat.c.payload_digest),
        )
    )
    no_capture = table.c.capture_id.is_(None)
    is_damaged = table.c.capture_id.in_(_list_damaged(connection))
    return (table.c.state == "archived") & or_(no_capture, is_damaged, exists(broken))


def _list_damaged(connection: Connection) -> list[int]:
    """Return the captures whose records the last finished look at every record could not read."""
    asked = select(verification.c.problems).where(
        verification.c.depth == "full", verification.c.finished_at.is_not(None)
    )
    problems = connection.execute(asked.order_by(verification.c.id.desc()).limit(1)).scalar() or []
    places = [
        (str(one["file"]).rpartition("/")[2], one["offset"])
        for one in problems
        if one["kind"] in _UNREADABLE and one["offset"] is not None
    ]
    at = tuple_(capture.c.warc_file, capture.c.warc_offset)
    return list(connection.execute(select(capture.c.id).where(at.in_(places))).scalars()) if places else []


def list_lost_pictures(connection: Connection, asked: Asked) -> Iterator[Missing]:
    """Return the pictures that no row tells of, though those of articles that came no earlier are kept.

    An article shows as many as were ever kept of one of its source: the configuration may keep fewer.
    """
    kept = (
        select(picture.c.source, func.max(picture.c.position) + 1, func.min(article.c.first_seen_at))
        # An article's text stands before what is asked of it: so from the index alone to the pictures.
        .join(article, article.c.info_code.concat("") == picture.c.info_code)
        .where(asked.has(picture.c.source), _ILLUSTRATED)
        .group_by(picture.c.source)
    )
    habits = {slug: (most, since) for slug, most, since in connection.execute(kept)}
    for part in batches(_list_showing_more(connection, habits)):
        yield from _list_unknown(connection, part, habits)


def _list_showing_more(connection: Connection, slugs: Collection[str]) -> Sequence[str]:
    """Return the articles of some sources that show more pictures than rows tell of: an index tells which."""
    known = select(func.count()).where(picture.c.info_code == article.c.info_code).scalar_subquery()
    found = select(article.c.info_code).where(
        _ILLUSTRATED,
        len(_URL) * known < _SHOWN,
        exists().where(listing.c.info_code == article.c.info_code, listing.c.source.in_(slugs)),
    )
    return connection.execute(found).scalars().all() if slugs else ()


def _list_unknown(
    connection: Connection, codes: Sequence[str], habits: Mapping[str, tuple[int, datetime]]
) -> Iterator[Missing]:
    """Yield the pictures of some articles that no row tells of, among the first so many of each."""
    told = select(picture.c.info_code, picture.c.url).where(picture.c.info_code.in_(codes))
    known = {(row.info_code, row.url) for row in connection.execute(told)}
    shown = (
        select(
            listing.c.source,
            article.c.info_code,
            article.c.published_at,
            article.c.images,
            article.c.first_seen_at,
        )
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(article.c.info_code.in_(codes), listing.c.source.in_(habits))
    )
    for row in connection.execute(shown):
        most, since = habits[row.source]
        urls = dict.fromkeys(image["url"] for image in row.images if _is_address(image["url"]))
        day = info_code_day(row.info_code) or press_day(row.published_at)
        for url in list(urls)[:most] if row.first_seen_at >= since else ():
            if (row.info_code, url) not in known:
                yield row.source, day, "picture", say("holes.picture_unknown"), url


def _is_address(url: str) -> bool:
    return url[:8].lower().startswith(("http://", "https://")) and len(url) <= _LONGEST_ADDRESS


def _list_facsimiles(connection: Connection, asked: Asked) -> Iterator[Missing]:
    rows = connection.execute(
        select(facsimile.c.source, facsimile.c.day, facsimile.c.url, facsimile.c.state, facsimile.c.error)
        .where(facsimile.c.state.in_(_WANTED) | is_lost(connection, facsimile), asked.has(facsimile.c.source))
        .order_by(facsimile.c.day, facsimile.c.url)
    )
    for row in rows:
        yield row.source, row.day, "facsimile", _say_why(row.state, row.error), row.url


def _say_why(state: str, error: str | None) -> Saying:
    if state == "archived":
        return say("holes.picture_gone")
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
