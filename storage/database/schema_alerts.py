"""The tables of alerts: what each channel is to be told, and how far it has come."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, text

from storage.database.column_types import SayingText, UtcDateTime
from storage.database.schema import metadata

notice = Table(
    # What a channel is to be told once: the key makes sure of that. ``mark`` counts what is told again.
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String, nullable=False),
    Column("event_id", Integer, nullable=False),
    Column("what", String, nullable=False),
    Column("mark", Integer, nullable=False, server_default="0"),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("error", SayingText),
)
Index("ix_notice_once", notice.c.channel, notice.c.event_id, notice.c.what, notice.c.mark, unique=True)
Index("ix_notice_waiting", notice.c.next_try_at, sqlite_where=text("sent_at IS NULL"))
Index("ix_notice_sent_at", notice.c.channel, notice.c.sent_at)

alert_channel = Table(
    # How far a channel has come with the events, and since when it takes nothing.
    "alert_channel",
    metadata,
    Column("name", String, primary_key=True),
    Column("seen_event_id", Integer, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("failing_since", UtcDateTime),
)
