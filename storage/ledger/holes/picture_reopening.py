"""Pictures and facsimiles reopened: those that were given up, and those that the ledger does not know."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Table, func, select, update

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema import article, facsimile, issue_page, listing, picture
from storage.ledger.holes.pictures import is_lost
from storage.records.hole import Hole

_OWED = {"state": "owed", "attempts": 0, "error": None}


def reopen_pictures(connection: Connection, hole: Hole, now: datetime) -> int:
    """Have the pictures of a hole, which are its codes, fetched in the next crawl; return how many."""
    table = picture if hole.kind == "picture" else facsimile
    known = 0
    for part in batches(hole.codes):
        of_hole = (table.c.source == hole.source) & table.c.url.in_(part)
        waits = table.c.state.in_(("owed", "failed")) | is_lost(connection, table)
        again = update(table).where(of_hole, waits)
        known += connection.execute(again.values(**_OWED, next_try_at=now)).rowcount
    entered = _enter_pictures(connection, hole, now) if table is picture else 0
    if table is facsimile:
        entered = _enter_facsimiles(connection, hole, now)
    return max(known, entered)


def _enter_pictures(connection: Connection, hole: Hole, now: datetime) -> int:
    """Enter those that the ledger does not know, of every article that shows them."""
    wanted = set(hole.codes)
    rows = connection.execute(
        select(article.c.info_code, article.c.images)
        .join(listing, listing.c.info_code == article.c.info_code)
        .where(listing.c.source == hole.source, func.length(article.c.images) > len("[]"))
    )
    values = []
    for row in rows:
        for place, url in enumerate(dict.fromkeys(image["url"] for image in row.images)):
            if url in wanted:
                key = {"info_code": row.info_code, "url": url}
                values.append({**key, "source": hole.source, "position": place, **_OWED, "next_try_at": now})
    return _insert(connection, picture, values)


def _enter_facsimiles(connection: Connection, hole: Hole, now: datetime) -> int:
    wanted = set(hole.codes)
    rows = connection.execute(
        select(issue_page).where(
            issue_page.c.source == hole.source, issue_page.c.day.between(hole.first, hole.last)
        )
    )
    values = []
    for row in rows:
        for url, kind in ((row.shown, "image"), (row.picture, "image"), (row.pdf, "pdf")):
            if url in wanted:
                key = {"source": row.source, "day": row.day, "url": url}
                values.append({**key, "kind": kind, **_OWED, "next_try_at": now})
    return _insert(connection, facsimile, values)


def _insert(connection: Connection, table: Table, values: list[dict[str, object]]) -> int:
    if values:
        connection.execute(upsert(table).on_conflict_do_nothing(), values)
    return len(values)
