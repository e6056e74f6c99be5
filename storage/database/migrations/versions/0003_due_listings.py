"""Due listings are found in the order in which they are asked for, whatever else the source has listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Replace the index."""
    op.drop_index("ix_listing_unsettled", table_name="listing")
    op.create_index(
        "ix_listing_due",
        "listing",
        ["source", "info_code"],
        unique=False,
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
