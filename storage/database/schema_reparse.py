"""The table of re-parses: how far each one that applies what it finds has come."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from storage.database.column_types import UtcDateTime
from storage.database.schema import metadata

reparse = Table(
    "reparse",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("wish", String, nullable=False),
    Column("parser_version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("done_to", String, nullable=False, server_default=""),
    Column("counts", JSON, nullable=False, server_default="{}"),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)
