"""What makes an archive one that can be trusted: examples of events.

What an archive holds already stays as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("event", sa.Column("examples", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("event", sa.Column("about", sa.String()))
    _custody()
    _polls()


def _custody() -> None:
    """What was verified, and which backups were made."""
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("depth", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("cursor", sa.JSON()),
        sa.Column("checked", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("copied", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("error", sa.Text()),
    )
    op.create_index("ix_backup_status", "backup", ["status", "finished_at"])


def _polls() -> None:
    """How often a source may be polled, and what polls found hour by hour."""
    op.add_column("source", sa.Column("poll_floor", sa.Integer(), nullable=False, server_default="300"))
    op.add_column("source", sa.Column("poll_ceiling", sa.Integer(), nullable=False, server_default="7200"))
    op.create_table(
        "poll_day",
        sa.Column("source", sa.String(), sa.ForeignKey("source.slug"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("news", sa.JSON(), nullable=False),
    )
