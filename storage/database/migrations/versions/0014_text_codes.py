"""Imported texts have codes of their own, ``SITE-ID``; what they were called before still finds them.

Earlier versions derived ``NW`` + 18 digits for a text that has no info code. A code that somebody gave with
``--code`` stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

# As `jianbao.importing.text_identity` has it when this is written: a migration does not change with it.
_TEXT_URI = re.compile(r"urn:jianbao:text:([^/]+)/(\d{4})-(\d{2})-(\d{2})/[0-9a-f]{64}")
_PLAIN_SITE = re.compile("[a-z0-9]{1,24}")
_NUMBERS = 10**9
_AT_ONCE = 10_000

_CODES = (
    ("article", "info_code"),
    ("article", "duplicate_of"),
    ("wording", "info_code"),
    ("time_change", "info_code"),
    ("security", "info_code"),
    ("listing", "info_code"),
    ("capture", "info_code"),
    ("event", "info_code"),
    ("story_sketch", "info_code"),
    ("story_link", "one"),
    ("story_link", "other"),
    ("story_member", "info_code"),
    ("story_member", "story"),
    ("story_owed", "info_code"),
)

# The first of copies is the first published, and among those of one moment the first by its code.
_POINT_COPIES = """WITH renamed AS (
  SELECT content_hash FROM article
  WHERE content_hash IN (
    SELECT content_hash FROM article WHERE info_code IN (SELECT info_code FROM code_alias)
  )
  GROUP BY content_hash HAVING count(*) > 1
), firsts AS (
  SELECT content_hash, info_code FROM (
    SELECT content_hash, info_code,
      row_number() OVER (PARTITION BY content_hash ORDER BY published_at, info_code) AS place
    FROM article WHERE content_hash IN (SELECT content_hash FROM renamed)
  ) AS placed WHERE place = 1
)
UPDATE article SET duplicate_of = (
  SELECT nullif(firsts.info_code, article.info_code) FROM firsts
  WHERE firsts.content_hash = article.content_hash
)
WHERE content_hash IN (SELECT content_hash FROM firsts)"""
# As the first of copies, so the one that a story is named by.
_LIST_FIRSTS = """SELECT story, info_code FROM (
  SELECT story_member.story, story_member.info_code,
    row_number() OVER (
      PARTITION BY story_member.story ORDER BY article.published_at, article.info_code
    ) AS place
  FROM story_member JOIN article ON article.info_code = story_member.info_code
  WHERE story_member.story IN (
    SELECT story FROM story_member WHERE info_code IN (SELECT info_code FROM code_alias)
  )
) AS placed
WHERE place = 1 AND story <> info_code"""


def upgrade() -> None:
    """Make the table of former codes, and rename what was derived."""
    op.create_table(
        "code_alias",
        sa.Column("alias", sa.String(), nullable=False),
        sa.Column("info_code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_code_alias"),
    )
    renamed = _find_derived()
    if not renamed:
        return
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        bind.execute(sa.text("PRAGMA defer_foreign_keys = ON"))  # until all tables say the same again
    rows = [{"alias": old, "code": new} for old, new in sorted(renamed.items())]
    bind.execute(sa.text("INSERT INTO code_alias (alias, info_code) VALUES (:alias, :code)"), rows)
    for table, column in _CODES:
        bind.execute(
            sa.text(
                f"UPDATE {table} SET {column} ="  # noqa: S608 - the names are ours
                f" (SELECT code_alias.info_code FROM code_alias WHERE code_alias.alias = {table}.{column})"
                f" WHERE {column} IN (SELECT alias FROM code_alias)"
            )
        )
    bind.execute(sa.text("UPDATE story_link SET one = other, other = one WHERE one > other"))
    bind.execute(sa.text(_POINT_COPIES))
    for story, first in bind.execute(sa.text(_LIST_FIRSTS)).all():
        named = {"story": story, "first": first}
        bind.execute(sa.text("UPDATE story_member SET story = :first WHERE story = :story"), named)


def _find_derived() -> dict[str, str]:
    """Return the codes that were derived, each with the one that the same text has now."""
    renamed: dict[str, str] = {}
    for table in ("capture", "listing"):
        query = f"SELECT url, info_code FROM {table} WHERE url LIKE 'urn:jianbao:text:%'"  # noqa: S608
        for url, code in op.get_bind().execute(sa.text(query)).yield_per(_AT_ONCE):
            match = _TEXT_URI.fullmatch(url)
            if match is None:
                continue
            source, day = unquote(match[1]), "".join(match.groups()[1:])
            digest = hashlib.sha256(url.encode()).hexdigest()
            if code == f"NW{day}0{int(digest, 16) % _NUMBERS:09d}":
                renamed[code] = f"{_site(source)}-{day}.t{digest[:16]}"
    return renamed


def _site(source: str) -> str:
    if _PLAIN_SITE.fullmatch(source):
        return source
    readable = re.sub("[^a-z0-9]", "", source.lower())[:16]
    return readable + hashlib.sha256(source.encode()).hexdigest()[:8]
