"""The ledger of issues: one row for each day of a digital newspaper, and one for each of its pages.

``complete`` is in no column: an issue is complete when it is listed and nothing that it lists waits any more,
which its articles' listings tell, by the day in their codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from storage.database.opening import upsert
from storage.database.prepared import Prepared, among
from storage.database.schema import issue, issue_page, listing
from storage.records import Area, Issue, IssuePage, IssueState, StoredIssue, info_code_day

_COLUMNS = [issue.c[field.name] for field in fields(StoredIssue)]
_SAVE = upsert(issue)
_SAVE = _SAVE.on_conflict_do_update(
    index_elements=[issue.c.source, issue.c.day],
    set_={
        column.name: _SAVE.excluded[column.name]
        for column in issue.c
        if column.name not in ("source", "day", "first_seen_at")
    },
)
_FIND_WAITING = Prepared(
    select(listing.c.source, listing.c.info_code)
    .where(among(listing.c.source, "sources"), listing.c.next_try_at.is_not(None))
    .order_by(listing.c.source, listing.c.info_code)  # so SQLite takes the index of what waits
)
_LIST_PAGES = (
    select(issue_page)
    .where(issue_page.c.source == bindparam("slug"), issue_page.c.day == bindparam("its_day"))
    .order_by(issue_page.c.position)
)
_DELETE_PAGES = delete(issue_page).where(
    issue_page.c.source == bindparam("slug"), issue_page.c.day == bindparam("its_day")
)
_KNOWN: tuple[IssueState, ...] = ("listed", "none")
"""The states that a later failure does not take back."""
_LATE = timedelta(days=7)
"""How long after its day pages of an issue may still come."""
_LOOKS = 3


def save_issues(connection: Connection, slug: str, issues: Sequence[Issue], now: datetime) -> int:
    """Enter what a poll found of a source's days; return how many of them are new or another than before.

    What is known of a day stays known when a later poll can't list it: only one that found more pages than
    are known of, and could not read them all, makes a listed issue a failed one.
    """
    if not issues:
        return 0
    before = {known.day: known for known in _list_rows(connection, slug, [one.day for one in issues])}
    changes = 0
    for one in issues:
        known = before.get(one.day)
        row = _row(slug, one, known, now)
        connection.execute(_SAVE, row)
        changes += known is None or any(getattr(known, name) != row[name] for name in ("state", "articles"))
        _save_pages(connection, slug, one)
    return changes


def list_issues(connection: Connection, slug: str, first: date, last: date) -> list[StoredIssue]:
    """Return what is known of a source's days of a span, both ends included, by day."""
    query = select(*_COLUMNS).where(issue.c.source == slug, issue.c.day.between(first, last))
    rows = connection.execute(query.order_by(issue.c.day)).all()
    if not rows:
        return []
    waiting = waiting_days(connection, [slug]).get(slug, frozenset())
    return [_stored(row, waiting) for row in rows]


def find_issue(connection: Connection, slug: str, day: date) -> StoredIssue | None:
    """Return what is known of one day of a source; None when nothing is."""
    found = list_issues(connection, slug, day, day)
    return found[0] if found else None


def find_issues(connection: Connection, days: Sequence[tuple[str, date]]) -> list[StoredIssue]:
    """Return what is known of days, each one of a source."""
    wanted = set(days)
    slugs = {slug for slug, _ in wanted}
    query = select(*_COLUMNS).where(issue.c.source.in_(slugs), issue.c.day.in_({day for _, day in wanted}))
    waiting = waiting_days(connection, slugs)
    return [
        _stored(row, waiting.get(row.source, frozenset()))
        for row in connection.execute(query)
        if (row.source, row.day) in wanted
    ]


def issue_states(
    connection: Connection, slugs: Iterable[str], first: date, last: date
) -> dict[str, dict[date, IssueState]]:
    """Return for each of these sources that has issues the states of those of a span, ``complete`` too."""
    found: dict[str, dict[date, IssueState]] = {}
    query = select(issue.c.source, issue.c.day, issue.c.state).where(
        among(issue.c.source, "sources"), issue.c.day.between(first, last)
    )
    for slug, day, state in connection.execute(query, {"sources": json.dumps([*slugs])}):
        found.setdefault(slug, {})[day] = state
    waiting = waiting_days(connection, found)
    return {
        slug: {day: _derive(state, day, waiting.get(slug, frozenset())) for day, state in days.items()}
        for slug, days in found.items()
    }


def list_unfinished(
    connection: Connection, zones: Mapping[str, tzinfo], now: datetime
) -> list[tuple[str, date]]:
    """Return the listed issues, each of a source, that were last looked at while their day was not over.

    Pages may have come later. ``zones`` are the zones of sources; a look that failed is no look, three times.
    """
    query = select(issue.c.source, issue.c.day, issue.c.last_seen_at, issue.c.attempts).where(
        among(issue.c.source, "sources"),
        issue.c.state == "listed",
        issue.c.day.between((now - _LATE).date(), now.date()),
    )
    return [
        (slug, day)
        for slug, day, seen_at, attempts in connection.execute(query, {"sources": json.dumps([*zones])})
        if now.astimezone(zones[slug]).date() > day
        and (seen_at.astimezone(zones[slug]).date() <= day or 0 < attempts < _LOOKS)
    ]


def list_pages(connection: Connection, slug: str, day: date) -> list[IssuePage]:
    """Return the pages of an issue, in its order."""
    return [_page(row) for row in connection.execute(_LIST_PAGES, {"slug": slug, "its_day": day})]


def waiting_days(connection: Connection, slugs: Iterable[str]) -> dict[str, frozenset[date]]:
    """Return for each source the days of which articles wait, whether owed, failed or set aside."""
    found: dict[str, set[date]] = {}
    for slug, code in _FIND_WAITING.run(connection, {"sources": json.dumps([*slugs])}):
        if (day := info_code_day(code)) is not None:
            found.setdefault(slug, set()).add(day)
    return {slug: frozenset(days) for slug, days in found.items()}


def _derive(state: IssueState, day: date, waiting: frozenset[date]) -> IssueState:
    return "complete" if state == "listed" and day not in waiting else state


def _stored(row: Row[Any], waiting: frozenset[date]) -> StoredIssue:
    values = dict(row._mapping)
    return StoredIssue(**values | {"state": _derive(row.state, row.day, waiting)})


def _list_rows(connection: Connection, slug: str, days: Sequence[date]) -> list[StoredIssue]:
    """Return the rows of some days as they are, ``complete`` in none."""
    query = select(*_COLUMNS).where(issue.c.source == slug, issue.c.day.between(min(days), max(days)))
    return [StoredIssue(**row._mapping) for row in connection.execute(query)]


def _row(slug: str, found: Issue, known: StoredIssue | None, now: datetime) -> dict[str, Any]:
    """Return the row of a day after a poll, by what was known of it before."""
    is_listed = found.state in _KNOWN
    state = found.state if known is None else _settle(known, found)
    return {
        "source": slug,
        "day": found.day,
        "state": state,
        "url": found.url or (known.url if known else None),
        "pages": len(found.pages) if is_listed or known is None else max(len(found.pages), known.pages),
        "articles": found.articles if is_listed or known is None else max(found.articles, known.articles),
        "reason": found.reason,
        "attempts": 0 if is_listed else (known.attempts if known else 0) + 1,
        "first_seen_at": known.first_seen_at if known else now,
        "last_seen_at": now,
    }


def _settle(known: StoredIssue, found: Issue) -> IssueState:
    """Return the state of a day that was known before: what was read of it is not taken back."""
    if found.state == "failed":
        return "listed" if known.state == "listed" and len(found.pages) <= known.pages else "failed"
    if found.state == "unknown":
        return known.state
    if found.state == "none":
        return known.state if known.articles else "none"
    return found.state


def _save_pages(connection: Connection, slug: str, found: Issue) -> None:
    """Enter the pages of an issue; those of one that could not be read whole stay beside what was read."""
    if not found.pages:
        return
    known = list_pages(connection, slug, found.day)
    pages = _place(found.pages if found.state == "listed" else _join(known, found.pages))
    if pages != known:
        connection.execute(_DELETE_PAGES, {"slug": slug, "its_day": found.day})
        connection.execute(insert(issue_page), [_page_row(slug, found.day, page) for page in pages])


def _join(known: Iterable[IssuePage], found: Sequence[IssuePage]) -> list[IssuePage]:
    """Return the pages that a poll found, and those known before that it could not read."""
    urls = {page.url for page in found}
    return [*found, *(page for page in known if page.url not in urls)]


def _place(pages: Iterable[IssuePage]) -> list[IssuePage]:
    """Return pages in their order, each with a place of its own."""
    placed: list[IssuePage] = []
    for page in sorted(pages, key=lambda page: page.order):
        place = max(page.order, placed[-1].order + 1) if placed else page.order
        placed.append(replace(page, order=place))
    return placed


def _page_row(slug: str, day: date, page: IssuePage) -> dict[str, Any]:
    width, height = page.size or (None, None)
    return {
        "source": slug,
        "day": day,
        "position": page.order,
        "number": page.number,
        "name": page.name,
        "url": page.url,
        "picture": page.picture,
        "shown": page.shown,
        "width": width,
        "height": height,
        "pdf": page.pdf,
        "areas": [asdict(area) for area in page.areas],
    }


def _page(row: Row[Any]) -> IssuePage:
    return IssuePage(
        **{name: getattr(row, name) for name in ("number", "name", "url", "picture", "shown", "pdf")},
        order=row.position,
        size=None if row.width is None or row.height is None else (row.width, row.height),
        areas=tuple(Area(area["info_code"], tuple((x, y) for x, y in area["corners"])) for area in row.areas),
    )
