"""How the publication times of articles changed, and by whose word."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from storage.database.schema import time_change
from storage.records import TimeChange

_INSERT = insert(time_change)
_LIST = select(time_change).where(time_change.c.info_code == bindparam("code")).order_by(time_change.c.id)


def record_time_change(connection: Connection, change: TimeChange) -> None:
    """Enter a change of an article's publication time."""
    connection.execute(
        _INSERT,
        {
            "info_code": change.info_code,
            "old": change.old,
            "old_precision": change.old_precision,
            "old_witness": change.old_witness,
            "new": change.new,
            "new_precision": change.new_precision,
            "new_witness": change.new_witness,
            "noticed_at": change.noticed_at,
            "capture_id": change.capture_id,
        },
    )


def list_time_changes(connection: Connection, info_code: str) -> list[TimeChange]:
    """Return how an article's publication time changed, the first change first."""
    return [
        TimeChange(
            row.info_code,
            row.old,
            row.old_precision,
            row.old_witness,
            row.new,
            row.new_precision,
            row.new_witness,
            row.noticed_at,
            row.capture_id,
        )
        for row in connection.execute(_LIST, {"code": info_code})
    ]
