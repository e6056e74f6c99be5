"""Articles are owed to the search index, which takes several at once; copies are found by their ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the list, unless it came with the index of an archive from before that; and the copies' index."""
    op.execute("CREATE TABLE IF NOT EXISTS search_owed (id INTEGER PRIMARY KEY, tokens TEXT)")
    present = sa.text("duplicate_of IS NOT NULL")
    op.create_index(
        "ix_article_copy",
        "article",
        ["id", "duplicate_of", "info_code"],
        sqlite_where=present,
        postgresql_where=present,
    )
