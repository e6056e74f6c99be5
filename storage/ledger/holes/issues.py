"""Issues of digital newspapers that could not be listed, or not whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from storage.database.schema import issue, issue_page, listing
from storage.ledger.holes.asked import Asked
from storage.records import info_code_day
from storage.records.hole import Hole
from storage.records.saying import read_saying, say

_LOST = ("failed", "unknown")


def find_issues_missing(connection: Connection, asked: Asked) -> Iterator[Hole]:
    """Return the issues that are failed or unknown, but today's, and those of which listings are missing."""
    rows = connection.execute(
        select(issue.c.source, issue.c.day, issue.c.reason, issue.c.state)
        .where(issue.c.state.in_(_LOST), issue.c.day < asked.today, asked.has(issue.c.source))
        .order_by(issue.c.source, issue.c.day)
    )
    yield from asked.gather(
        (
            row.source,
            row.day,
            "issue",
            say("holes.issue", reason=read_saying(row.reason or row.state)),
            str(row.day),
        )
        for row in rows
    )
    for slug in (
        connection.execute(select(issue.c.source).distinct().order_by(issue.c.source)).scalars().all()
    ):
        if asked.has_source(slug):
            yield from _find_incomplete(connection, slug, asked)


def _find_incomplete(connection: Connection, slug: str, asked: Asked) -> Iterator[Hole]:
    """Yield the issues whose pages list more articles than the ledger has of their day."""
    codes = connection.execute(select(listing.c.info_code).where(listing.c.source == slug)).scalars()
    known = Counter(info_code_day(code) for code in codes)
    rows = connection.execute(
        select(issue.c.day, issue.c.articles)
        .where(issue.c.source == slug, issue.c.state == "listed")
        .order_by(issue.c.day)
    )
    for row in rows:
        is_asked = asked.has_day(row.day) and not asked.accounted.has_days(slug, row.day, row.day)
        if row.articles > known[row.day] and is_asked:
            reason = say("holes.issue_incomplete", listed=row.articles, known=known[row.day])
            lost = tuple(_list_lost_codes(connection, slug, row.day))
            count = row.articles - known[row.day]
            yield Hole(slug, row.day, row.day, "issue", reason, count, lost[: asked.codes])


def _list_lost_codes(connection: Connection, slug: str, day: date) -> list[str]:
    """Return the info codes that the image maps of an issue's pages name and no listing has."""
    areas = connection.execute(
        select(issue_page.c.areas).where(issue_page.c.source == slug, issue_page.c.day == day)
    ).scalars()
    codes = sorted({area["info_code"] for page in areas for area in page})
    known = set(
        connection.execute(
            select(listing.c.info_code).where(listing.c.source == slug, listing.c.info_code.in_(codes))
        ).scalars()
    )
    return [code for code in codes if code not in known]
