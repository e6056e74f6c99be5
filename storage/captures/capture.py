"""Captures as the database knows them: where each stored response is, and what it holds."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select, union, update
from sqlalchemy import text as sql_text

from storage.database.batches import batches
from storage.database.prepared import Prepared, among
from storage.database.schema import capture, facsimile, issue_page, listing, picture, revision
from storage.records import Capture, WarcPlace, info_code_day

# What runs for every capture is put together once: building a statement costs more than running it.
_INSERT = Prepared(insert(capture))
_FIND_PAYLOAD = Prepared(
    select(capture.c.id)
    .where(capture.c.payload_digest == bindparam("digest"), capture.c.refers_to.is_(None))
    .order_by(capture.c.id)
)
_PLACE = (
    capture.c.id,
    capture.c.url,
    capture.c.fetched_at,
    capture.c.status,
    capture.c.content_type,
    capture.c.payload_digest,
    capture.c.warc_file,
    capture.c.warc_offset,
    capture.c.warc_length,
    capture.c.refers_to,
)
_FIND_MANY = Prepared(
    select(capture.c.info_code, capture.c.crawl_id, *_PLACE)
    .where(among(capture.c.info_code, "codes"))
    .order_by(capture.c.info_code, capture.c.id)
)
_FIND_UNDER = (
    select(capture)
    .where(capture.c.info_code == bindparam("code"), capture.c.url.startswith(bindparam("scheme")))
    .order_by(capture.c.id)
)


def insert_capture(
    connection: Connection, stored: Capture, *, crawl_id: int | None = None, info_code: str | None = None
) -> Capture:
    """Enter a capture whose record is already safe in its WARC file; return it with its id."""
    entered = _INSERT.run(
        connection,
        {
            "url": stored.url,
            "info_code": info_code,
            "crawl_id": crawl_id,
            "fetched_at": stored.fetched_at,
            "status": stored.status,
            "content_type": stored.content_type,
            "payload_digest": stored.payload_digest,
            "warc_file": stored.place.file,
            "warc_offset": stored.place.offset,
            "warc_length": stored.place.length,
            "refers_to": stored.refers_to,
        },
    )
    return replace(stored, id=entered.lastrowid)


def name_captures(connection: Connection, info_code: str, identities: Sequence[int]) -> None:
    """Note whose article's captures these are, where nobody has."""
    for part in batches(identities):
        unnamed = capture.c.id.in_(part) & capture.c.info_code.is_(None)
        connection.execute(update(capture).where(unnamed).values(info_code=info_code))


def find_payload(connection: Connection, payload_digest: str, warc_folder: Path) -> Capture | None:
    """Return the first capture that holds a payload of this digest and can be read, None without one.

    So a page whose original is lost or damaged is written whole when it comes again.
    """
    rows = _FIND_PAYLOAD.run(connection, {"digest": payload_digest}).fetchall()
    captures = (read_capture(connection, identity) for (identity,) in rows)
    return next((held for held in captures if held is not None and _is_whole(held, warc_folder)), None)


def _is_whole(held: Capture, warc_folder: Path) -> bool:
    from storage.warc.response import CaptureUnreadable, read_payload  # noqa: PLC0415 - who reads needs none

    try:
        read_payload(warc_folder, held.place, digest=held.payload_digest)
    except CaptureUnreadable:
        return False
    return True


def read_capture(connection: Connection, identity: int) -> Capture | None:
    """Return one capture by its id."""
    row = connection.execute(select(capture).where(capture.c.id == identity)).first()
    return _capture(row) if row else None


def read_captures(connection: Connection, identities: Sequence[int]) -> dict[int, Capture]:
    """Return captures by their ids; one that is not there is left out."""
    found: dict[int, Capture] = {}
    for part in batches(identities):
        rows = connection.execute(select(capture).where(capture.c.id.in_(part)).order_by(capture.c.id))
        found |= {row.id: _capture(row) for row in rows}
    return found


def list_captures(connection: Connection, after: int = 0, limit: int = 1000) -> list[Capture]:
    """Return captures by id, from the one after the given id."""
    rows = connection.execute(select(capture).where(capture.c.id > after).order_by(capture.c.id).limit(limit))
    return [_capture(row) for row in rows]


def list_captures_of(connection: Connection, info_code: str, limit: int = 200) -> list[Capture]:
    """Return every capture of an article, the first fetched first."""
    rows = select(capture).where(capture.c.info_code == info_code).order_by(capture.c.id).limit(limit)
    return [_capture(row) for row in connection.execute(rows)]


def list_captures_of_many(
    connection: Connection, info_codes: Sequence[str]
) -> tuple[dict[str, list[Capture]], dict[int, Capture]]:
    """Return the captures of these articles, of each the first fetched first, and by id those that hold the
    payloads of their revisits.

    Of answers from one address that are the same, one after the other, only the first is returned, and those
    that were written whole again because no earlier one could be read.
    """
    rows = _FIND_MANY.run(connection, {"codes": json.dumps([*info_codes])}).fetchall()
    found: dict[str, list[Capture]] = {}
    last: dict[tuple[str, str], str] = {}
    for code, one in _in_order(rows):
        if last.get((code, one.url)) != one.payload_digest or one.refers_to is None:
            last[code, one.url] = one.payload_digest
            found.setdefault(code, []).append(one)
    wanted = {one.refers_to for some in found.values() for one in some if one.refers_to is not None}
    return found, read_captures(connection, sorted(wanted)) if wanted else {}


def _in_order(rows: Sequence[Any]) -> Iterator[tuple[str, Capture]]:
    """Yield captures as they came: an answer that others kept, and that was imported since, by its own time.

    Others come in the order in which they were written, whatever a clock said meanwhile.
    """
    written: dict[str, list[Capture]] = {}
    imported: dict[str, list[Capture]] = {}
    for code, crawl_id, *values in rows:
        one = _read(values)
        is_imported = crawl_id is None and one.url.startswith(("http://", "https://"))
        (imported if is_imported else written).setdefault(code, []).append(one)
        written.setdefault(code, [])
    for code, own in written.items():
        others = sorted(imported.get(code, ()), key=lambda one: one.fetched_at)
        yield from ((code, one) for one in _insert(others, own))


def _insert(others: Sequence[Capture], own: Sequence[Capture]) -> Iterator[Capture]:
    """Yield captures with others among them, each before the first that came later."""
    waiting = deque(others)
    for one in own:
        while waiting and waiting[0].fetched_at < one.fetched_at:
            yield waiting.popleft()
        yield one
    yield from waiting


def list_captures_under(connection: Connection, info_code: str, scheme: str) -> list[Capture]:
    """Return the captures of an article whose addresses begin with ``scheme``, the first one first."""
    rows = connection.execute(_FIND_UNDER, {"code": info_code, "scheme": scheme})
    return [_capture(row) for row in rows]


def list_originals(connection: Connection, info_codes: Sequence[str]) -> list[Capture]:
    """Return every capture of some articles by id, and those that hold the payloads of their revisits.

    Those of their pictures are among them, and of the facsimiles of the issues that they stand in.
    """
    own: Select[tuple[int | None]] = select(capture.c.id).where(capture.c.info_code.in_(info_codes))
    of_revisions = select(revision.c.capture_id).where(revision.c.info_code.in_(info_codes))
    wanted = union(own, of_revisions, *_of_pictures(info_codes)).subquery()
    held = select(capture.c.refers_to).where(capture.c.id.in_(select(wanted.c.id)))
    ids = connection.execute(union(select(wanted.c.id), held).order_by(sql_text("1"))).scalars()
    found = read_captures(connection, [identity for identity in ids if identity is not None])
    return list(found.values())


def _of_pictures(info_codes: Sequence[str]) -> tuple[Select[tuple[int | None]], ...]:
    """Return what selects the captures of articles' pictures, and of the facsimiles of their pages."""
    pictures = select(picture.c.capture_id).where(picture.c.info_code.in_(info_codes))
    stands = (issue_page.c.source == listing.c.source) & (
        issue_page.c.url == listing.c.told["listed_on"].as_string()
    )
    shows = or_(
        facsimile.c.url == issue_page.c.picture,
        facsimile.c.url == issue_page.c.shown,
        facsimile.c.url == issue_page.c.pdf,
    )
    days = {day for code in info_codes if (day := info_code_day(code)) is not None}
    pages = (
        select(facsimile.c.capture_id)
        .select_from(listing)
        .join(issue_page, stands & issue_page.c.day.in_(days))
        .join(
            facsimile,
            (facsimile.c.source == issue_page.c.source) & (facsimile.c.day == issue_page.c.day) & shows,
        )
        .where(listing.c.info_code.in_(info_codes))
    )
    return pictures, pages


def committed_end(connection: Connection, file: str) -> int:
    """Return where the last committed record of a WARC file ends, in bytes; 0 when there is none."""
    end = connection.execute(
        select(capture.c.warc_offset + capture.c.warc_length)
        .where(capture.c.warc_file == file)
        .order_by(capture.c.warc_offset.desc())
        .limit(1)
    ).scalar()
    return end or 0


def _read(values: Sequence[Any]) -> Capture:
    """Return the capture of the columns of `_PLACE`."""
    identity, url, fetched_at, status, content_type, digest, file, offset, length, refers_to = values
    moment = datetime.fromisoformat(fetched_at).replace(tzinfo=UTC)
    place = WarcPlace(file, offset, length)
    return Capture(url, moment, status, content_type, digest, place, refers_to, identity)


def _capture(row: Row[tuple[object, ...]]) -> Capture:
    return Capture(
        id=row.id,
        url=row.url,
        fetched_at=row.fetched_at,
        status=row.status,
        content_type=row.content_type,
        payload_digest=row.payload_digest,
        place=WarcPlace(row.warc_file, row.warc_offset, row.warc_length),
        refers_to=row.refers_to,
    )
