"""The films, sounds and frames of an article, which earlier versions read over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column; what an archive holds already has none until it is read again."""
    op.add_column("article", sa.Column("players", sa.JSON(), nullable=False, server_default="[]"))
