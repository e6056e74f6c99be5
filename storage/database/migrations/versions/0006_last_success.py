"""When a source was last polled successfully: while its polls fail, nothing else in the archive tells."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the column; for a source whose polls fail now, its last success known is the best there is."""
    op.add_column("source", sa.Column("last_succeeded_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE source SET last_succeeded_at = CASE WHEN last_outcome <> 'failed' THEN last_polled_at"
        " WHEN last_whole_at > last_changed_at THEN last_whole_at"
        " ELSE coalesce(last_changed_at, last_whole_at) END"
    )
