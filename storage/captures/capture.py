"""Captures as the database knows them: where each stored response is, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Row, bindparam, insert, select

from storage.database.schema import capture
from storage.records import Capture, WarcPlace

_CHUNK = 500  # bound variables of one statement

# What runs for every capture is put together once: building a statement costs more than running it.
_INSERT = insert(capture)
_FIND_PAYLOAD = (
    select(capture)
    .where(capture.c.payload_digest == bindparam("digest"), capture.c.refers_to.is_(None))
    .order_by(capture.c.id)
)


def insert_capture(
    connection: Connection, stored: Capture, *, crawl_id: int | None = None, info_code: str | None = None
) -> Capture:
    """Enter a capture whose record is already safe in its WARC file; return it with its id."""
    result = connection.execute(
        _INSERT,
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
    (identity,) = result.inserted_primary_key or (None,)
    return replace(stored, id=identity)


def find_payload(connection: Connection, payload_digest: str, warc_folder: Path) -> Capture | None:
    """Return the first capture that holds a payload of this digest and is still there, None without one.

    It is there when its file is long enough.
    """
    with connection.execute(_FIND_PAYLOAD, {"digest": payload_digest}) as rows:
        return next((held for row in rows if _is_there(held := _capture(row), warc_folder)), None)


def _is_there(held: Capture, warc_folder: Path) -> bool:
    try:
        size = (warc_folder / held.place.file).stat().st_size
    except OSError:
        return False
    return held.place.offset + held.place.length <= size


def read_capture(connection: Connection, identity: int) -> Capture | None:
    """Return one capture by its id."""
    row = connection.execute(select(capture).where(capture.c.id == identity)).first()
    return _capture(row) if row else None


def read_captures(connection: Connection, identities: Sequence[int]) -> dict[int, Capture]:
    """Return captures by their ids; one that is not there is left out."""
    found: dict[int, Capture] = {}
    for start in range(0, len(identities), _CHUNK):
        part = identities[start : start + _CHUNK]
        rows = connection.execute(select(capture).where(capture.c.id.in_(part)).order_by(capture.c.id))
        found |= {row.id: _capture(row) for row in rows}
    return found


def list_captures(connection: Connection, after: int = 0, limit: int = 1000) -> list[Capture]:
    """Return captures by id, from the one after the given id."""
    rows = connection.execute(select(capture).where(capture.c.id > after).order_by(capture.c.id).limit(limit))
    return [_capture(row) for row in rows]


def committed_end(connection: Connection, file: str) -> int:
    """Return where the last committed record of a WARC file ends, in bytes; 0 when there is none."""
    end = connection.execute(
        select(capture.c.warc_offset + capture.c.warc_length)
        .where(capture.c.warc_file == file)
        .order_by(capture.c.warc_offset.desc())
        .limit(1)
    ).scalar()
    return end or 0


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
