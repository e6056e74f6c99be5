"""What is known of each host: are its ETags true, its robots.txt, until when it asked for rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "host",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("etags_agreed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("etags_lied", sa.Boolean(), server_default=sa.text("0"), nullable=False),
        sa.Column("robots", sa.Text(), nullable=True),
        sa.Column("robots_fetched_at", sa.DateTime(), nullable=True),
        sa.Column("rests_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )
