"""Revisions: every text that an article ever had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, func, select

from storage.database.schema import revision
from storage.records import WholeRevision

_REVISION = [revision.c[field.name] for field in fields(WholeRevision)]


def list_revisions(connection: Connection, info_code: str) -> list[WholeRevision]:
    """Return every revision of an article, the first one first."""
    query = select(*_REVISION).where(revision.c.info_code == info_code).order_by(revision.c.number)
    return [WholeRevision(**row._mapping) for row in connection.execute(query)]


def list_wording_times(connection: Connection, info_codes: Iterable[str]) -> dict[str, datetime]:
    """Return for each info code when its newspaper last wrote something new of it.

    That a better reader told an old page's text anew is no news.
    """
    rows = connection.execute(
        select(revision.c.info_code, func.max(revision.c.seen_at).label("seen_at"))
        .where(revision.c.info_code.in_(list(info_codes)), revision.c.cause == "newspaper")
        .group_by(revision.c.info_code)
    )
    return {row.info_code: row.seen_at for row in rows}
