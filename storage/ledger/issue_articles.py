"""What stands in an issue: the articles that its pages list, archived or not, by page and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from storage.database.schema import article, issue, issue_page, listing
from storage.ledger.issue import find_issue, list_issues
from storage.ledger.told import TOLD, read_told
from storage.records import IssuePage, StoredIssue, has_digits_alone, info_code_day

_CODE = re.compile(r"(.+)-[0-9]{8}[.]")


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """An article of an issue: its title as archived or else as listed, and where it stands.

    ``listed_on`` is the address of the page that lists it, ``page`` that page's number, ``order`` its place
    there from 1; each None where nobody told. ``continues`` is the code of the part that it goes on from.
    """

    info_code: str
    title: str
    state: str
    page: str | None
    order: int | None
    listed_on: str | None
    continues: str | None


def list_issue_articles(connection: Connection, slug: str, day: date) -> list[IssueEntry]:
    """Return what an issue lists, furniture left out, in the order in which its pages list it."""
    found: list[IssueEntry] = []
    for site in sorted(set(_find_sites(connection, slug))):
        prefix = f"{site}-{day:%Y%m%d}."
        rows = connection.execute(
            select(
                listing.c.info_code,
                listing.c.title,
                listing.c.state,
                TOLD.label("told"),
                article.c.title.label("headline"),
                article.c.page,
                article.c.page_order,
                article.c.continues,
            )
            .outerjoin(article, article.c.info_code == listing.c.info_code)
            .where(
                listing.c.source == slug,
                listing.c.info_code >= prefix,
                listing.c.info_code < f"{prefix[:-1]}/",  # the character behind the dot
                listing.c.state != "furniture",
            )
        )
        for row in rows:
            told = read_told(row.told)
            found.append(
                IssueEntry(
                    row.info_code,
                    row.headline or row.title or row.info_code,
                    row.state,
                    told.page or row.page,
                    told.order or row.page_order,
                    told.listed_on,
                    row.continues,
                )
            )
    return sorted(found, key=lambda entry: (entry.order or 0, entry.info_code))


def entries_of(page: IssuePage, entries: list[IssueEntry]) -> list[IssueEntry]:
    """Return the articles that stand on a page: those that it lists, or that say its number."""
    return [
        entry
        for entry in entries
        if (entry.listed_on == page.url if entry.listed_on else entry.page == page.number)
    ]


def list_neighbours(connection: Connection, slug: str, day: date) -> tuple[date | None, date | None]:
    """Return the days of a source's issues with pages before and after a day; None where there is none."""
    has_pages = (issue.c.source == slug) & (issue.c.pages > 0)
    before = select(issue.c.day).where(has_pages, issue.c.day < day).order_by(issue.c.day.desc()).limit(1)
    after = select(issue.c.day).where(has_pages, issue.c.day > day).order_by(issue.c.day).limit(1)
    return connection.execute(before).scalar(), connection.execute(after).scalar()


def list_newest_issues(connection: Connection, slug: str, limit: int) -> list[StoredIssue]:
    """Return what is known of a source's last days that it knows anything of, the newest first."""
    query = select(issue.c.day).where(issue.c.source == slug).order_by(issue.c.day.desc()).limit(limit)
    days = list(connection.execute(query).scalars())
    return list_issues(connection, slug, days[-1], days[0])[::-1] if days else []


def list_front_issues(connection: Connection) -> list[StoredIssue]:
    """Return the newest issue with pages of each source that has any, by slug."""
    newest = select(issue.c.source, func.max(issue.c.day)).where(issue.c.pages > 0).group_by(issue.c.source)
    found = (
        find_issue(connection, slug, day) for slug, day in connection.execute(newest.order_by(issue.c.source))
    )
    return [one for one in found if one is not None]


def _find_sites(connection: Connection, slug: str) -> Iterator[str]:
    """Yield the sites in the codes of a source's first and last articles: its own, and one that it had."""
    for order in (listing.c.info_code, listing.c.info_code.desc()):
        query = select(listing.c.info_code).where(listing.c.source == slug).order_by(order).limit(1)
        code = connection.execute(query).scalar()
        if code is not None and (found := _CODE.match(code)):
            yield found[1]


@dataclass(frozen=True, slots=True)
class Printed:
    """Where an article stands: its source, its issue's day, and the place of its page there, from 1."""

    source: str
    day: date
    place: int


def find_printed(connection: Connection, info_code: str) -> Printed | None:
    """Return the page of an issue on which an article stands, by the list that named it; None for none."""
    day = info_code_day(info_code)
    if day is None or has_digits_alone(info_code):
        return None
    listed = connection.execute(
        select(listing.c.source, TOLD)
        .where(listing.c.info_code == info_code)
        .order_by(listing.c.first_listed_at)
    )
    for source, told in listed:
        page = read_told(told)
        query = select(issue_page.c.position).where(issue_page.c.source == source, issue_page.c.day == day)
        stands = issue_page.c.url == page.listed_on
        if page.listed_on is None:
            stands = issue_page.c.number == page.page
        place = connection.execute(query.where(stands).order_by(issue_page.c.position).limit(1)).scalar()
        if place is not None:
            return Printed(source, day, place)
    return None


def list_continuations(connection: Connection, info_code: str) -> dict[str, str]:
    """Return the parts that go on from an article in the same issue: their titles, by info code."""
    if (found := _CODE.match(info_code)) is None:
        return {}
    prefix = found[0]
    rows = connection.execute(
        select(article.c.info_code, article.c.title)
        .where(
            article.c.info_code >= prefix,
            article.c.info_code < f"{prefix[:-1]}/",
            article.c.continues == info_code,
        )
        .order_by(article.c.info_code)
    )
    return {row.info_code: row.title for row in rows}
