"""Search: the index, and what lets a source's or a newspaper's newest articles be found at once.

The index is nobody's yet: ``jianbao reindex`` makes that of an archive that has articles, and until then
search reads their texts; opening an archive that has none begins it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, the column and the indexes."""
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5("
        'tokens, content="", detail=none, columnsize=0, '
        "tokenize=\"ascii tokenchars '!\"\"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~'\")"
    )
    op.execute(
        "CREATE TABLE search_state (version TEXT NOT NULL, built_to INTEGER NOT NULL, "
        "largest_shift INTEGER NOT NULL)"
    )
    op.execute("INSERT INTO search_state VALUES ('', -4611686018427387904, 0)")  # below the id of any article
    op.add_column("listing", sa.Column("published_at", sa.DateTime()))
    op.execute(
        "UPDATE listing SET published_at = "
        "(SELECT article.published_at FROM article WHERE article.info_code = listing.info_code)"
    )
    op.create_index("ix_listing_source_published_at", "listing", ["source", "published_at", "info_code"])
    op.create_index("ix_article_media_published_at", "article", ["media", "published_at", "info_code"])
    present = sa.text("duplicate_of IS NOT NULL")
    op.create_index(
        "ix_article_duplicate_of",
        "article",
        ["duplicate_of"],
        sqlite_where=present,
        postgresql_where=present,
    )
    op.drop_index("ix_security_market_code", table_name="security")
    op.create_index("ix_security_code", "security", ["code", "market"])
    op.create_index("ix_security_name", "security", ["name"])
