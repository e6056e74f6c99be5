"""The tables of custody: what was verified, and which backups were made."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from storage.database.column_types import UtcDateTime
from storage.database.schema import metadata

verification = Table(
    # Each look at the whole archive. ``cursor`` is where an interrupted one goes on.
    "verification",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("depth", String, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("cursor", JSON(none_as_null=True)),
    Column("checked", JSON, nullable=False),
    Column("problems", JSON, nullable=False),
    Column("count", Integer, nullable=False, server_default="0"),
)

backup = Table(
    # Each backup that was tried. ``error`` is a saying.
    "backup",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("destination", String, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("status", String, nullable=False),
    Column("files", Integer, nullable=False, server_default="0"),
    Column("copied", Integer, nullable=False, server_default="0"),
    Column("error", Text),
)
Index("ix_backup_status", backup.c.status, backup.c.finished_at)
