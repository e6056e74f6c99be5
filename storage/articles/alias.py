"""Former codes of articles: what one was called before finds it still."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from storage.database.schema import code_alias

_RESOLVE = select(code_alias.c.info_code).where(code_alias.c.alias == bindparam("code"))


def resolve_code(connection: Connection, info_code: str) -> str:
    """Return the code that an article has now, given that or a former one of it."""
    current: str | None = connection.execute(_RESOLVE, {"code": info_code}).scalar()
    return current or info_code
