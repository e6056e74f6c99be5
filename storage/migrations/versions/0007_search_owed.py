"""Articles are owed to the search index, which takes several at once."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the list, unless it came with the index of an archive that is upgraded from before that."""
    op.execute("CREATE TABLE IF NOT EXISTS search_owed (id INTEGER PRIMARY KEY, tokens TEXT)")
