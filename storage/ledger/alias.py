"""Former codes of articles: what one was called before finds it still."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from storage.database.batches import batches
from storage.database.schema import code_alias

_RESOLVE = select(code_alias.c.info_code).where(code_alias.c.alias == bindparam("code"))


def resolve_code(connection: Connection, info_code: str) -> str:
    """Return the code that an article has now, given that or a former one of it."""
    current: str | None = connection.execute(_RESOLVE, {"code": info_code}).scalar()
    return current or info_code


def find_renamed(connection: Connection, info_codes: Iterable[str]) -> dict[str, str]:
    """Return those of the codes that are former ones, each with the one of today."""
    found: dict[str, str] = {}
    for part in batches(info_codes):
        query = select(code_alias.c.alias, code_alias.c.info_code).where(code_alias.c.alias.in_(part))
        found.update((row.alias, row.info_code) for row in connection.execute(query))
    return found
