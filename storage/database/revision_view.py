"""What SQL says of revisions: a view over `wording`, which repeats nothing that the article itself has.

The view and what guards it are SQLite's own SQL, with functions that every SQLite program has, so that
`revision` reads the same in all of them. How parts are cut says `storage.records.text.parts`.
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

# Without functions of JSON: in a view SQLite lets no untrusted schema use them.
_PUT_TOGETHER = """(
    SELECT group_concat(piece, '') FROM (
      SELECT CASE
        WHEN type = 'text' THEN CASE WHEN key = 0 THEN '' ELSE value END
        WHEN value = 0 THEN first_value(value) OVER earlier
        WHEN value > 0 THEN substr({text}, 1 + sum(
          CASE WHEN type = 'text' THEN 0 WHEN value = 0 THEN 1 ELSE abs(value) END
        ) OVER earlier, value)
        ELSE '' END AS piece
      FROM json_each({parts})
      WINDOW earlier AS (ORDER BY key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
  )"""

_BODY = f"""CASE
    WHEN wording.body_parts IS NULL THEN wording.body_html
    ELSE {_PUT_TOGETHER.format(parts="wording.body_parts", text="{article}.text")}
  END"""
_TEXT = f"""CASE
    WHEN wording.text_parts IS NULL THEN wording.text
    WHEN wording.text_parts = '[]' THEN {{article}}.text
    ELSE {_PUT_TOGETHER.format(parts="wording.text_parts", text="{article}.text")}
  END"""
_OWN = "CASE WHEN wording.text_parts = '[]' THEN {article}.{column} ELSE wording.{column} END"

CREATE_VIEW = f"""CREATE VIEW revision AS
SELECT wording.info_code AS info_code, wording.number AS number,
  {_OWN.format(article="article", column="title")} AS title,
  {_TEXT.format(article="article")} AS text,
  {_BODY.format(article="article")} AS body_html,
  {_OWN.format(article="article", column="content_hash")} AS content_hash,
  wording.capture_id AS capture_id, wording.seen_at AS seen_at, wording.changed AS changed,
  wording.cause AS cause
FROM wording LEFT JOIN article ON article.info_code = wording.info_code"""  # noqa: S608 - nothing in it comes from outside

CREATE_TRIGGER = f"""CREATE TRIGGER wording_kept BEFORE UPDATE OF title, text, content_hash ON article
WHEN old.text IS NOT new.text OR old.title IS NOT new.title OR old.content_hash IS NOT new.content_hash
BEGIN
  UPDATE wording SET
  title = {_OWN.format(article="old", column="title")},
  text = {_TEXT.format(article="old")},
  body_html = {_BODY.format(article="old")},
  content_hash = {_OWN.format(article="old", column="content_hash")},
  text_parts = NULL, body_parts = NULL
  WHERE wording.info_code = old.info_code;
END"""  # noqa: S608 - nor in this
"""Whoever changes an article, all that it was is written out first."""


def create_with(metadata: MetaData) -> None:
    """Have the view and the trigger made with these tables, where they are made without a migration."""
    for statement in (CREATE_VIEW, CREATE_TRIGGER):
        made = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", made.execute_if(dialect="sqlite"))
