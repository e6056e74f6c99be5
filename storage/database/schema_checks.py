"""The table of later looks at archived pages. It is not called ``check``: SQL has that word for itself."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.database.column_types import SayingText, UtcDateTime
from storage.database.schema import metadata

page_check = Table(
    "page_check",
    metadata,
    Column("info_code", String, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("found", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("status", Integer),
    Column("is_gone", Boolean, nullable=False),
    Column("said", SayingText),
    Column("capture_id", ForeignKey("capture.id")),
)
Index("ix_page_check_at", page_check.c.at)
