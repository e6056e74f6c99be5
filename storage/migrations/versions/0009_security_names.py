"""How many articles link or print a security's code under each name.

Of names in texts only those count that a link confirms: earlier versions guessed where they begin.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, and count the names that are stored."""
    op.create_table(
        "security_name",
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("market", "code", "name", name="pk_security_name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_security_name_name", "security_name", ["name"])
    op.create_index(
        "ix_security_unnamed",
        "security",
        ["code", "market"],
        sqlite_where=sa.text("name = ''"),
        postgresql_where=sa.text("name = ''"),
    )
    op.execute(
        "INSERT INTO security_name (market, code, name, links, texts)"
        " SELECT market, code, name, sum(mention = 'link'), sum(mention = 'text') FROM security"
        " WHERE name <> '' AND mention <> 'chart'"
        " GROUP BY market, code, name HAVING sum(mention = 'link') > 0"
    )


def downgrade() -> None:
    """Names are counted again when this is upgraded."""
    op.drop_index("ix_security_unnamed", "security")
    op.drop_table("security_name")
