"""Plain texts that were imported before: which file became which article."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from storage.database.schema import capture

_FIND = (
    select(capture.c.info_code)
    .where(capture.c.payload_digest == bindparam("digest"), capture.c.url == bindparam("uri"))
    .where(capture.c.info_code.is_not(None))
    .order_by(capture.c.id.desc())
    .limit(1)
)


def find_text(connection: Connection, uri: str, payload_digest: str) -> str | None:
    """Return the info code of the article that this very file was last imported as, None for a new one."""
    code: str | None = connection.execute(_FIND, {"uri": uri, "digest": payload_digest}).scalar()
    return code
