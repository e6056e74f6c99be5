"""Stories: near copies are linked. What an archive holds already is owed: the next crawls look at it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and enter every article as still to be looked at."""
    op.create_table(
        "story_sketch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name=op.f("fk_story_sketch_info_code")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_story_sketch")),
        sa.UniqueConstraint("info_code", name=op.f("uq_story_sketch_info_code")),
    )
    op.create_table(
        "story_key",
        sa.Column("period", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sketch", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("period", "key", "sketch", name=op.f("pk_story_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story_link",
        sa.Column("one", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["article.info_code"], name=op.f("fk_story_link_one")),
        sa.ForeignKeyConstraint(["other"], ["article.info_code"], name=op.f("fk_story_link_other")),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_story_link")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_link_other", "story_link", ["other"])
    op.create_table(
        "story_member",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name=op.f("fk_story_member_info_code")),
        sa.PrimaryKeyConstraint("info_code", name=op.f("pk_story_member")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_story_member_story", "story_member", ["story"])
    op.create_table(
        "story_owed",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name=op.f("fk_story_owed_info_code")),
        sa.PrimaryKeyConstraint("info_code", name=op.f("pk_story_owed")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO story_owed (info_code) SELECT info_code FROM article")
