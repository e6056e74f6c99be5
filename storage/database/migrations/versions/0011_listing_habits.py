"""What a source's page is like by its own habit, and for how many days its site keeps an article listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; every site known so far keeps three days."""
    op.add_column("source", sa.Column("window_days", sa.Integer(), nullable=False, server_default="3"))
    op.add_column("source", sa.Column("links", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("unread", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("usual_unread", sa.Float(), nullable=True))
    op.add_column("source", sa.Column("heading", sa.String(), nullable=True))
