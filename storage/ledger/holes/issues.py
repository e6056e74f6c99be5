"""Issues of digital newspapers that could not be listed, or not whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date

from sqlalchemy import Connection, Date, bindparam, func, select

from storage.database.prepared import Prepared
from storage.database.schema import issue, issue_page
from storage.ledger.day_ledger import DayLedger
from storage.ledger.holes.asked import Asked
from storage.ledger.listing import find_listed
from storage.records.hole import Hole
from storage.records.saying import read_saying, say

_LOST = ("failed", "unknown")
_AREAS = Prepared(
    select(issue_page.c.areas).where(
        issue_page.c.source == bindparam("slug"), issue_page.c.day == bindparam("day", type_=Date)
    )
)


def find_issues_missing(connection: Connection, asked: Asked, ledgers: Iterable[DayLedger]) -> Iterator[Hole]:
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
    for ledger in ledgers:
        if ledger.is_by_issue and asked.has_source(ledger.source.slug):
            yield from _find_incomplete(connection, ledger, asked)


def _find_incomplete(connection: Connection, ledger: DayLedger, asked: Asked) -> Iterator[Hole]:
    """Yield the issues whose pages list more articles than the ledger has of their day."""
    slug, known = ledger.source.slug, ledger.coded
    torn = _find_torn(connection, slug)
    for day, one in sorted(ledger.issues.items(), key=lambda one: one[0]):
        lacks_articles = one.articles > known[day]
        if one.state != "listed" or not (lacks_articles or day in torn):
            continue
        if not asked.has_day(day) or asked.accounted.has_days(slug, day, day):
            continue
        if lacks_articles:
            reason = say("holes.issue_incomplete", listed=one.articles, known=known[day])
            lost = tuple(_list_lost_codes(connection, slug, day))
            yield Hole(slug, day, day, "issue", reason, one.articles - known[day], lost[: asked.codes])
        else:
            reason = say("holes.issue_pages", listed=torn[day][0], known=torn[day][1])
            yield Hole(slug, day, day, "issue", reason, 1, (str(day),)[: asked.codes])


def _find_torn(connection: Connection, slug: str) -> dict[date, tuple[int, int]]:
    """Return the issues of which pages are not known: how many there are, and how many are known."""
    same = (issue_page.c.source == issue.c.source) & (issue_page.c.day == issue.c.day)
    known = func.count(issue_page.c.day)
    rows = connection.execute(
        select(issue.c.day, issue.c.pages, known)
        .outerjoin(issue_page, same)
        .where(issue.c.source == slug, issue.c.state == "listed")
        .group_by(issue.c.day, issue.c.pages)
        .having(known < issue.c.pages)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _list_lost_codes(connection: Connection, slug: str, day: date) -> list[str]:
    """Return the info codes that the image maps of an issue's pages name and no listing has."""
    pages = _AREAS.run(connection, {"slug": slug, "day": day}).fetchall()
    codes = sorted({area["info_code"] for (areas,) in pages for area in json.loads(areas)})
    known = find_listed(connection, slug, codes) if codes else frozenset()
    return [code for code in codes if code not in known]
