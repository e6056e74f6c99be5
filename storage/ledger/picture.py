"""The ledger of pictures and facsimiles: what is owed, where it is kept, or why it is not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, literal, or_, select, update

from storage.database.batches import batches
from storage.database.opening import upsert
from storage.database.schema import article, capture, facsimile, issue_page, picture
from storage.records import Issue, OwedPictures, PictureDecision, PictureOwed, StoredPicture
from storage.records.picture import LONGEST_PICTURE_RETRY

_TOGETHER = 500
_OK = 200
_NEW: Mapping[str, Any] = {"state": "owed", "attempts": 0, "error": None}


def owe_pictures(connection: Connection, info_code: str, owed: OwedPictures, now: datetime) -> None:
    """Enter the pictures of an article that are to be fetched; what is there already, or waits, stays.

    One that was refused or given up is owed again.
    """
    rows = [
        {"info_code": info_code, "url": url, "source": owed.source, "position": place}
        for place, url in enumerate(owed.urls)
    ]
    again = (picture.c.state == "refused") | ((picture.c.state == "failed") & picture.c.next_try_at.is_(None))
    for part in batches(rows, _TOGETHER):
        anew = {**_NEW, "next_try_at": now}
        statement = upsert(picture).values([{**row, **anew} for row in part])
        key = ["info_code", "url"]
        connection.execute(statement.on_conflict_do_update(index_elements=key, set_=anew, where=again))


def owe_facsimiles(
    connection: Connection, source: str, issues: Sequence[Issue], now: datetime, *, with_pdf: bool
) -> None:
    """Enter the facsimiles of some issues' pages that are to be fetched; what is there already stays.

    The picture that the areas of a page measure is one of them, where that is not the largest.
    """
    rows = [
        {"source": source, "day": issue.day, "url": url, "kind": kind}
        for issue in issues
        for page in issue.pages
        for url, kind in (
            (page.shown, "image"),
            (page.picture, "image"),
            (page.pdf if with_pdf else None, "pdf"),
        )
        if url
    ]
    for part in batches(rows, _TOGETHER):
        values = [{**row, **_NEW, "next_try_at": now} for row in part]
        connection.execute(upsert(facsimile).values(values).on_conflict_do_nothing())


def list_due_pictures(
    connection: Connection, source: str, due_by: datetime, below: tuple[str, str] | None, limit: int = 200
) -> list[PictureOwed]:
    """Return the pictures of articles that a source owes, the newest codes first: those behind ``below``.

    ``below`` is info code and address of the last one that was returned before.
    """
    return _list_pictures_where(connection, _is_due(picture, source, due_by), below, limit)


def list_lacking_pictures(
    connection: Connection, source: str, below: tuple[str, str] | None, limit: int = 200
) -> list[PictureOwed]:
    """Return the pictures that the articles of a source have and the archive lacks, whatever became of them.

    In the order of `list_due_pictures`, those behind ``below``.
    """
    lacking = (picture.c.source == source) & (picture.c.state != "archived")
    return _list_pictures_where(connection, lacking, below, limit)


def _list_pictures_where(
    connection: Connection, due: ColumnElement[bool], below: tuple[str, str] | None, limit: int
) -> list[PictureOwed]:
    if below is not None:
        code, url = below
        behind = (picture.c.info_code < code) | ((picture.c.info_code == code) & (picture.c.url > url))
        due = due & behind
    rows = connection.execute(
        select(picture, article.c.url.label("shown_on"))
        .outerjoin(article, article.c.info_code == picture.c.info_code)
        .where(due)
        .order_by(picture.c.info_code.desc(), picture.c.url)
        .limit(limit)
    )
    return [
        PictureOwed(row.url, "picture", row.source, (row.info_code,), row.shown_on, row.attempts)
        for row in rows
    ]


def list_due_facsimiles(
    connection: Connection, source: str, due_by: datetime, below: tuple[str, str] | None, limit: int = 200
) -> list[PictureOwed]:
    """Return the facsimiles that a source owes, the newest days first: as `list_due_pictures`."""
    return _list_facsimiles_where(connection, _is_due(facsimile, source, due_by), below, limit)


def list_lacking_facsimiles(
    connection: Connection, source: str, below: tuple[str, str] | None, limit: int = 200
) -> list[PictureOwed]:
    """Return the facsimiles that a source lacks, whatever became of them: as `list_lacking_pictures`."""
    lacking = (facsimile.c.source == source) & (facsimile.c.state != "archived")
    return _list_facsimiles_where(connection, lacking, below, limit)


def _list_facsimiles_where(
    connection: Connection, due: ColumnElement[bool], below: tuple[str, str] | None, limit: int
) -> list[PictureOwed]:
    if below is not None:
        day, url = date.fromisoformat(below[0]), below[1]
        due = due & ((facsimile.c.day < day) | ((facsimile.c.day == day) & (facsimile.c.url > url)))
    shows = or_(
        issue_page.c.picture == facsimile.c.url,
        issue_page.c.shown == facsimile.c.url,
        issue_page.c.pdf == facsimile.c.url,
    )
    shown_on = (
        select(func.min(issue_page.c.url))
        .where(issue_page.c.source == facsimile.c.source, issue_page.c.day == facsimile.c.day, shows)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(facsimile, shown_on.label("shown_on"))
        .where(due)
        .order_by(facsimile.c.day.desc(), facsimile.c.url)
        .limit(limit)
    )
    return [
        PictureOwed(row.url, row.kind, row.source, (row.day.isoformat(),), row.shown_on, row.attempts)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture that is owed, and the capture from its address that the archive has."""

    owed: PictureOwed
    capture_id: int


def list_kept_pictures(connection: Connection, after: int, limit: int) -> list[KeptPicture]:
    """Return the owed pictures of which good answers are kept: those of the next captures behind an id."""
    found: list[KeptPicture] = []
    for table in (picture, facsimile):
        is_kept = (capture.c.url == table.c.url) & (capture.c.status == _OK) & (capture.c.id > after)
        is_owed = table.c.state.in_(("owed", "failed"))
        ids = select(capture.c.id).join(table, is_kept).where(is_owed).distinct()
        shown_by = table.c.info_code if table is picture else table.c.day
        kind = literal("picture") if table is picture else table.c.kind
        rows = connection.execute(
            select(capture.c.id, table.c.url, kind, table.c.source, shown_by, table.c.attempts)
            .join(table, is_kept)
            .where(is_owed, capture.c.id.in_(ids.order_by(capture.c.id).limit(limit)))
        )
        found += [
            KeptPicture(PictureOwed(url, kind, source, (str(by),), None, attempts), identity)
            for identity, url, kind, source, by, attempts in rows
        ]
    last = max(sorted({one.capture_id for one in found})[:limit], default=0)
    return sorted((one for one in found if one.capture_id <= last), key=lambda one: one.capture_id)


def change_pictures(
    connection: Connection, decided: PictureDecision, capture: tuple[int, str] | None
) -> None:
    """Write what became of a picture, for all that show it; ``capture`` is its capture's id and digest.

    What was archived meanwhile stays archived.
    """
    table, owed, facts = _table_of(decided.owed), decided.owed, decided.facts
    identity, digest = capture if capture is not None else (None, None)
    key = facsimile.c.day if table is facsimile else picture.c.info_code
    shown_by: list[Any] = [*owed.shown_by]
    if table is facsimile:
        shown_by = [date.fromisoformat(day) for day in owed.shown_by]
    for part in batches(shown_by):
        connection.execute(
            update(table)
            .where(key.in_(part), table.c.url == owed.url, table.c.state != "archived")
            .where(*([] if table is picture else [facsimile.c.source == owed.source]))
            .values(
                state=decided.state,
                capture_id=identity,
                digest=digest,
                type=facts.type if facts else None,
                width=facts.width if facts else None,
                height=facts.height if facts else None,
                size=decided.size,
                attempts=decided.attempts,
                next_try_at=decided.next_try_at,
                error=decided.error,
            )
        )


def find_picture(connection: Connection, digest: str) -> StoredPicture | None:
    """Return an archived picture or facsimile by its digest, None where the archive has none."""
    for table in (picture, facsimile):
        row = connection.execute(
            select(table).where(table.c.digest == digest, table.c.state == "archived").limit(1)
        ).first()
        if row is not None:
            return _stored(table, row)
    return None


def list_pictures(connection: Connection, info_codes: Collection[str]) -> dict[str, list[StoredPicture]]:
    """Return what the ledger knows of the pictures of some articles, by info code, in their order."""
    found: dict[str, list[StoredPicture]] = {}
    for part in batches(info_codes):
        rows = connection.execute(
            select(picture)
            .where(picture.c.info_code.in_(part))
            .order_by(picture.c.info_code, picture.c.position)
        )
        for row in rows:
            found.setdefault(row.info_code, []).append(_stored(picture, row))
    return found


def list_facsimiles(connection: Connection, source: str, day: date) -> dict[str, StoredPicture]:
    """Return what the ledger knows of the facsimiles of one issue, by their addresses."""
    rows = connection.execute(select(facsimile).where(facsimile.c.source == source, facsimile.c.day == day))
    return {row.url: _stored(facsimile, row) for row in rows}


def _is_due(table: Table, source: str, due_by: datetime) -> ColumnElement[bool]:
    """Return the condition that a try has come, or lies too far ahead to be believed."""
    next_try = table.c.next_try_at
    come = (next_try <= due_by) | (next_try > due_by + LONGEST_PICTURE_RETRY)
    return (table.c.source == source) & next_try.is_not(None) & come


def _table_of(owed: PictureOwed) -> Table:
    return picture if owed.kind == "picture" else facsimile


def _stored(table: Table, row: Row[Any]) -> StoredPicture:
    is_picture = table is picture
    return StoredPicture(
        url=row.url,
        kind="picture" if is_picture else row.kind,
        source=row.source,
        shown_by=row.info_code if is_picture else row.day.isoformat(),
        state=row.state,
        capture_id=row.capture_id,
        digest=row.digest,
        type=row.type,
        width=row.width,
        height=row.height,
        size=row.size,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        error=row.error,
    )
