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
