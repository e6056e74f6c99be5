"""Sources, the ledger, articles with revisions and securities, captures, crawls, events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "crawl",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("polls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crawl")),
    )
    op.create_index("ix_crawl_started_at", "crawl", ["started_at"], unique=False)
    op.create_index(
        "ix_crawl_running",
        "crawl",
        ["pid"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("info_code", sa.String(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index(
        "ix_event_open",
        "event",
        ["kind", "source", "info_code"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )

    op.create_table(
        "source",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_hash", sa.String(), nullable=True),
        sa.Column("listed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_outcome", sa.String(), nullable=True),
        sa.Column("last_polled_at", sa.DateTime(), nullable=True),
        sa.Column("last_changed_at", sa.DateTime(), nullable=True),
        sa.Column("last_whole_at", sa.DateTime(), nullable=True),
        sa.Column("last_due_at", sa.DateTime(), nullable=True),
        sa.Column("last_crawl_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_source")),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("info_code", sa.String(), nullable=True),
        sa.Column("crawl_id", sa.Integer(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("payload_digest", sa.String(), nullable=False),
        sa.Column("warc_file", sa.String(), nullable=False),
        sa.Column("warc_offset", sa.Integer(), nullable=False),
        sa.Column("warc_length", sa.Integer(), nullable=False),
        sa.Column("refers_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["crawl_id"], ["crawl.id"], name=op.f("fk_capture_crawl_id")),
        sa.ForeignKeyConstraint(["refers_to"], ["capture.id"], name=op.f("fk_capture_refers_to")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )
    op.create_index("ix_capture_info_code", "capture", ["info_code"], unique=False)
    op.create_index("ix_capture_payload_digest", "capture", ["payload_digest"], unique=False)
    op.create_index("ix_capture_place", "capture", ["warc_file", "warc_offset"], unique=True)

    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("forms", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("media", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(), nullable=False),
        sa.Column("precision", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("source_line", sa.String(), nullable=True),
        sa.Column("continued", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("paragraphs", sa.JSON(), nullable=False),
        sa.Column("images", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("duplicate_of", sa.String(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("last_checked_at", sa.DateTime(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_article_capture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("info_code", name=op.f("uq_article_info_code")),
    )
    op.create_index("ix_article_content_hash", "article", ["content_hash"], unique=False)
    op.create_index("ix_article_published_at", "article", ["published_at", "info_code"], unique=False)

    op.create_table(
        "listing",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("first_listed_at", sa.DateTime(), nullable=False),
        sa.Column("last_listed_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_listing_capture_id")),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name=op.f("fk_listing_source")),
        sa.PrimaryKeyConstraint("source", "info_code", name=op.f("pk_listing")),
    )
    op.create_index("ix_listing_info_code", "listing", ["info_code"], unique=False)
    op.create_index(
        "ix_listing_source_first_listed_at", "listing", ["source", "first_listed_at"], unique=False
    )
    op.create_index("ix_listing_source_state", "listing", ["source", "state"], unique=False)
    op.create_index(
        "ix_listing_unsettled",
        "listing",
        ["source", "info_code"],
        unique=False,
        sqlite_where=sa.text("next_try_at IS NOT NULL"),
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )

    op.create_table(
        "revision",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_revision_capture_id")),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name=op.f("fk_revision_info_code")),
        sa.PrimaryKeyConstraint("info_code", "number", name=op.f("pk_revision")),
    )
    op.create_table(
        "security",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("mention", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["info_code"], ["article.info_code"], name=op.f("fk_security_info_code")),
        sa.PrimaryKeyConstraint("info_code", "market", "code", "mention", name=op.f("pk_security")),
    )
    op.create_index("ix_security_market_code", "security", ["market", "code"], unique=False)
