"""The table of what polls found hour by hour: what adaptive polling learns from."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Table

from storage.database.schema import metadata

poll_day = Table(
    "poll_day",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("seen", JSON, nullable=False),
    Column("news", JSON, nullable=False),
)
