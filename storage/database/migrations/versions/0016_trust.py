"""What makes an archive one that can be trusted: examples of events, changes of texts, re-parses, a journal.

What an archive holds already stays as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_VIEW = """CREATE VIEW revision AS
SELECT wording.info_code AS info_code, wording.number AS number,
  CASE WHEN wording.text_parts = '[]' THEN article.title ELSE wording.title END AS title,
  CASE
    WHEN wording.text_parts IS NULL THEN wording.text
    WHEN wording.text_parts = '[]' THEN article.text
    ELSE (
    SELECT group_concat(piece, '') FROM (
      SELECT CASE
        WHEN type = 'text' THEN CASE WHEN key = 0 THEN '' ELSE value END
        WHEN value = 0 THEN first_value(value) OVER earlier
        WHEN value > 0 THEN substr(article.text, 1 + sum(
          CASE WHEN type = 'text' THEN 0 WHEN value = 0 THEN 1 ELSE abs(value) END
        ) OVER earlier, value)
        ELSE '' END AS piece
      FROM json_each(wording.text_parts)
      WINDOW earlier AS (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
  )
  END AS text,
  CASE
    WHEN wording.body_parts IS NULL THEN wording.body_html
    ELSE (
    SELECT group_concat(piece, '') FROM (
      SELECT CASE
        WHEN type = 'text' THEN CASE WHEN key = 0 THEN '' ELSE value END
        WHEN value = 0 THEN first_value(value) OVER earlier
        WHEN value > 0 THEN substr(article.text, 1 + sum(
          CASE WHEN type = 'text' THEN 0 WHEN value = 0 THEN 1 ELSE abs(value) END
        ) OVER earlier, value)
        ELSE '' END AS piece
      FROM json_each(wording.body_parts)
      WINDOW earlier AS (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
  )
  END AS body_html,
  CASE WHEN wording.text_parts = '[]' THEN article.content_hash ELSE wording.content_hash END AS content_hash,
  wording.capture_id AS capture_id, wording.seen_at AS seen_at, wording.changed AS changed,
  wording.cause AS cause
FROM wording LEFT JOIN article ON article.info_code = wording.info_code"""


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("event", sa.Column("examples", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("event", sa.Column("about", sa.String()))
    op.create_index("ix_article_gone", "article", ["id"], sqlite_where=sa.text("status = 'gone'"))
    _custody()
    _alerts()
    _polls()
    _tell_causes()
    _add_reparse()
    _add_unwatched()
    _add_accepted_holes()
    _index_pointing()
    _add_journal()
    _contracts()
    _checks()
    _ledger_days()


def _custody() -> None:
    """What was verified, and which backups were made."""
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("depth", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.Column("cursor", sa.JSON()),
        sa.Column("checked", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, server_default="0"),
    )
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("copied", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("error", sa.Text()),
    )
    op.create_index("ix_backup_status", "backup", ["status", "finished_at"])


def _polls() -> None:
    """How often a source may be polled, and what polls found hour by hour."""
    op.add_column("source", sa.Column("poll_floor", sa.Integer(), nullable=False, server_default="300"))
    op.add_column("source", sa.Column("poll_ceiling", sa.Integer(), nullable=False, server_default="7200"))
    op.create_table(
        "poll_day",
        sa.Column("source", sa.String(), sa.ForeignKey("source.slug"), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("news", sa.JSON(), nullable=False),
    )


def _tell_causes() -> None:
    """Have every wording tell who changed it; until now it was the newspaper."""
    op.add_column("wording", sa.Column("cause", sa.String(), nullable=False, server_default="newspaper"))
    op.execute("DROP VIEW revision")
    op.execute(_VIEW)


def _add_reparse() -> None:
    op.create_table(
        "reparse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done_to", sa.String(), nullable=False, server_default=""),
        sa.Column("counts", sa.JSON(), nullable=False, server_default="{}"),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("stepped_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_reparse"),
    )


def _add_unwatched() -> None:
    """Add the times in which nobody watched a source."""
    op.create_table(
        "unwatched",
        sa.Column("source", sa.String(), sa.ForeignKey("source.slug"), primary_key=True),
        sa.Column("since", sa.DateTime(), primary_key=True),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )


def _add_accepted_holes() -> None:
    """Add what is missing and need not be missed."""
    op.create_table(
        "accepted_hole",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("code", sa.String(), primary_key=True),
        sa.Column("first_day", sa.Date(), primary_key=True),
        sa.Column("last_day", sa.Date(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=False),
    )


def _index_pointing() -> None:
    """Index the articles that point at others: few do."""
    op.create_index(
        "ix_article_linking", "article", ["info_code"], sqlite_where=sa.text("CAST(links AS TEXT) <> '[]'")
    )
    op.create_index(
        "ix_article_continues",
        "article",
        ["continues", "info_code"],
        sqlite_where=sa.text("continues IS NOT NULL"),
    )
    op.create_index(
        "ix_article_illustrated",
        "article",
        ["info_code", "first_seen_at", sa.text("length(images) - length(replace(images, '\"url\"', ''))")],
        sqlite_where=sa.text("CAST(images AS TEXT) <> '[]'"),
    )
    op.create_index(
        "ix_article_incomplete", "article", ["info_code"], sqlite_where=sa.text("incomplete IS NOT NULL")
    )


def _alerts() -> None:
    """What each channel of alerts is to be told, and how far it has come."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("next_try_at", sa.DateTime()),
        sa.Column("sent_at", sa.DateTime()),
        sa.Column("error", sa.Text()),
    )
    op.create_index("ix_notice_once", "notice", ["channel", "event_id", "what", "mark"], unique=True)
    op.create_index("ix_notice_waiting", "notice", ["next_try_at"], sqlite_where=sa.text("sent_at IS NULL"))
    op.create_index("ix_notice_sent_at", "notice", ["channel", "sent_at"])
    op.create_table(
        "alert_channel",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("seen_event_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("failing_since", sa.DateTime()),
    )


def _add_journal() -> None:
    """Add what tells which rows the WARC files do not tell yet."""
    op.create_table(
        "journal",
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("warc_file", sa.String(), nullable=False),
        sa.Column("warc_offset", sa.Integer(), nullable=False),
        sa.Column("warc_length", sa.Integer(), nullable=False),
        sa.Column("is_aside", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("line", "number", name="pk_journal"),
    )
    op.create_table(
        "journal_owed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_journal_owed"),
    )
    op.create_index("ix_journal_owed_name", "journal_owed", ["name", "key"])


def _contracts() -> None:
    """What the articles of sources are like."""
    op.create_table(
        "contract",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("learned", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.slug"], name="fk_contract_source"),
        sa.PrimaryKeyConstraint("source", name="pk_contract"),
    )


def _checks() -> None:
    """What later looks at archived pages found."""
    op.create_table(
        "page_check",
        sa.Column("info_code", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text()),
        sa.Column("capture_id", sa.Integer()),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name="fk_page_check_capture"),
        sa.PrimaryKeyConstraint("info_code", "at", name="pk_page_check"),
    )
    op.create_index("ix_page_check_at", "page_check", ["at"])


def _ledger_days() -> None:
    """How many listings are alike in source, days and state: counted when the archive is opened."""
    columns = ("source", "published", "coded", "listed", "state")
    op.create_table(
        "ledger_day",
        *(sa.Column(name, sa.String(), nullable=False) for name in columns),
        sa.Column("listings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*columns, name="pk_ledger_day"),
        sqlite_with_rowid=False,
    )
