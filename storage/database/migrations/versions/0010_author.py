"""What lets an author's articles be found at once: `author:` narrows a search."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_article_author_published_at", "article", ["author", "published_at", "info_code"])
