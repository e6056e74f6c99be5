"""Texts kept once: what an article ever was repeats nothing that the article itself has.

This only makes room for it, at once in an archive of any size: `revision` becomes a view over `wording`,
which shows what is still whole like what is not. `storage.articles.shrinking` shrinks what earlier versions
wrote, in steps that may be interrupted.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

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
  wording.capture_id AS capture_id, wording.seen_at AS seen_at, wording.changed AS changed
FROM wording LEFT JOIN article ON article.info_code = wording.info_code"""
_TRIGGER = """CREATE TRIGGER wording_kept BEFORE UPDATE OF title, text, content_hash ON article
WHEN old.text IS NOT new.text OR old.title IS NOT new.title OR old.content_hash IS NOT new.content_hash
BEGIN
  UPDATE wording SET
  title = CASE WHEN wording.text_parts = '[]' THEN old.title ELSE wording.title END,
  text = CASE
    WHEN wording.text_parts IS NULL THEN wording.text
    WHEN wording.text_parts = '[]' THEN old.text
    ELSE (
    SELECT group_concat(piece, '') FROM (
      SELECT CASE
        WHEN type = 'text' THEN CASE WHEN key = 0 THEN '' ELSE value END
        WHEN value = 0 THEN first_value(value) OVER earlier
        WHEN value > 0 THEN substr(old.text, 1 + sum(
          CASE WHEN type = 'text' THEN 0 WHEN value = 0 THEN 1 ELSE abs(value) END
        ) OVER earlier, value)
        ELSE '' END AS piece
      FROM json_each(wording.text_parts)
      WINDOW earlier AS (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
  )
  END,
  body_html = CASE
    WHEN wording.body_parts IS NULL THEN wording.body_html
    ELSE (
    SELECT group_concat(piece, '') FROM (
      SELECT CASE
        WHEN type = 'text' THEN CASE WHEN key = 0 THEN '' ELSE value END
        WHEN value = 0 THEN first_value(value) OVER earlier
        WHEN value > 0 THEN substr(old.text, 1 + sum(
          CASE WHEN type = 'text' THEN 0 WHEN value = 0 THEN 1 ELSE abs(value) END
        ) OVER earlier, value)
        ELSE '' END AS piece
      FROM json_each(wording.body_parts)
      WINDOW earlier AS (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
  )
  END,
  content_hash = CASE WHEN wording.text_parts = '[]' THEN old.content_hash ELSE wording.content_hash END,
  text_parts = NULL, body_parts = NULL
  WHERE wording.info_code = old.info_code;
END"""


def upgrade() -> None:
    """Rename the table, and make the view, what guards it, and the note of how far shrinking has come."""
    # Views that people made over `revision` are to go on reading that, and a broken one must stop nothing.
    _alter_as_before(on=True)
    op.rename_table("revision", "wording")
    _alter_as_before(on=False)
    op.add_column("wording", sa.Column("text_parts", sa.Text()))
    op.add_column("wording", sa.Column("body_parts", sa.Text()))
    op.execute(_VIEW)
    op.execute(_TRIGGER)
    op.create_table(
        "shrinking",
        sa.Column("done_to", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("done_to", name="pk_shrinking"),
    )
    op.execute("INSERT INTO shrinking (done_to) SELECT '' WHERE EXISTS (SELECT 1 FROM wording)")


def _alter_as_before(*, on: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA legacy_alter_table = {'ON' if on else 'OFF'}")
