"""Issues of digital newspapers, what lists tell of articles, pictures and facsimiles, steps into a history.

What an archive holds already stays as it is: its articles have no page, and its lists have told nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("listing", sa.Column("told", sa.JSON(), nullable=True))
    for column in (
        sa.Column("kicker", sa.Text(), nullable=True),
        sa.Column("subtitle", sa.Text(), nullable=True),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("page_name", sa.String(), nullable=True),
        sa.Column("page_order", sa.Integer(), nullable=True),
        sa.Column("continues", sa.String(), nullable=True),
        sa.Column("found_by", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("incomplete", sa.Text(), nullable=True),
    ):
        op.add_column("article", column)
    _make_issues()
    _make_pictures()
    _make_backfill()


def _make_issues() -> None:
    op.create_table(
        "issue",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("articles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_issue_source"),
        sa.PrimaryKeyConstraint("source", "day", name="pk_issue"),
    )
    op.create_index("ix_issue_source_state", "issue", ["source", "state", "day"])
    op.create_table(
        "issue_page",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("shown", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("pdf", sa.String(), nullable=True),
        sa.Column("areas", sa.JSON(), server_default="[]", nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_issue_page_source"),
        sa.PrimaryKeyConstraint("source", "day", "position", name="pk_issue_page"),
    )
    op.create_table(
        "facsimile",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        *_fetched(),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_facsimile_source"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_facsimile_capture_id"),
        sa.PrimaryKeyConstraint("source", "day", "url", name="pk_facsimile"),
    )
    op.create_index("ix_facsimile_digest", "facsimile", ["digest"])
    op.create_index(
        "ix_facsimile_due",
        "facsimile",
        ["source", "day"],
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
    )


def _make_pictures() -> None:
    op.create_table(
        "picture",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *_fetched(),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_picture_source"),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_picture_capture_id"),
        sa.PrimaryKeyConstraint("info_code", "url", name="pk_picture"),
    )
    op.create_index("ix_picture_digest", "picture", ["digest"])
    op.create_index(
        "ix_picture_due",
        "picture",
        ["source", "info_code"],
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
    )


def _fetched() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
    )


def _make_backfill() -> None:
    op.create_table(
        "backfill",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("newest_first", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=True),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("stepped_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_backfill_source"),
        sa.PrimaryKeyConstraint("source", "first_day", "last_day", name="pk_backfill"),
    )
