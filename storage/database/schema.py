"""The tables of the archive, as SQLAlchemy Core. Times are UTC; `UtcDateTime` keeps them aware in Python."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from storage.database.column_types import SayingList, SayingText, UtcDateTime
from storage.database.revision_view import create_with
from storage.database.schema_days import make_ledger_days
from storage.database.schema_holes import index_pointing, make_accepted_holes, make_unwatched
from storage.database.schema_journal import make_tables

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

source = Table(
    "source",
    metadata,
    Column("slug", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("url", String),
    Column("timezone", String, nullable=False),
    Column("schedule", String),
    Column("enabled", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False, default=lambda: datetime.now(UTC)),
    Column("etag", String),
    Column("last_modified", String),
    Column("body_hash", String),
    Column("listed_count", Integer, nullable=False, server_default="0"),
    Column("last_outcome", String),
    Column("last_polled_at", UtcDateTime),
    Column("last_succeeded_at", UtcDateTime),
    Column("last_changed_at", UtcDateTime),
    Column("last_whole_at", UtcDateTime),
    Column("last_due_at", UtcDateTime),
    Column("last_crawl_id", Integer),
    Column("window_days", Integer, nullable=False, server_default="3"),
    Column("poll_floor", Integer, nullable=False, server_default="300"),
    Column("poll_ceiling", Integer, nullable=False, server_default="7200"),
    Column("links", Integer, nullable=False, server_default="0"),
    Column("unread", Integer, nullable=False, server_default="0"),
    Column("usual_unread", Float),
    Column("heading", String),
)

host = Table(
    "host",
    metadata,
    Column("name", String, primary_key=True),
    Column("etags_agreed", Integer, nullable=False, server_default="0"),
    Column("etags_lied", Boolean, nullable=False, server_default=false()),
    Column("robots", Text),
    Column("robots_fetched_at", UtcDateTime),
    Column("rests_until", UtcDateTime),
)

listing = Table(
    "listing",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("info_code", String, primary_key=True),
    Column("form", String, nullable=False),
    Column("url", String, nullable=False),
    Column("title", String, nullable=False),
    Column("published_at", UtcDateTime),
    Column("first_listed_at", UtcDateTime, nullable=False),
    Column("last_listed_at", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcDateTime),
    Column("last_error", SayingText),
    Column("capture_id", ForeignKey("capture.id")),
    Column("told", JSON(none_as_null=True)),
)
Index("ix_listing_info_code", listing.c.info_code)
Index(
    # By code, as they are asked for: by time, SQLite would rather read all that the source ever listed.
    "ix_listing_due",
    listing.c.source,
    listing.c.info_code,
    sqlite_where=text("next_try_at IS NOT NULL"),
)
Index("ix_listing_source_state", listing.c.source, listing.c.state)
Index("ix_listing_source_first_listed_at", listing.c.source, listing.c.first_listed_at)
Index("ix_listing_source_published_at", listing.c.source, listing.c.published_at, listing.c.info_code)

article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("info_code", String, nullable=False, unique=True),
    Column("forms", String, nullable=False),
    Column("title", String, nullable=False),
    Column("media", String),
    Column("author", String),
    Column("published_at", UtcDateTime, nullable=False),
    Column("precision", String, nullable=False),
    Column("time_witness", String, nullable=False, server_default="page"),
    Column("url", String, nullable=False),
    Column("summary", Text),
    Column("source_line", String),
    Column("continued", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("paragraphs", JSON, nullable=False),
    Column("images", JSON, nullable=False),
    Column("players", JSON, nullable=False, server_default="[]"),
    Column("links", JSON, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("duplicate_of", String),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_checked_at", UtcDateTime, nullable=False),
    Column("parser_version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("capture_id", ForeignKey("capture.id")),
    Column("kicker", Text),
    Column("subtitle", Text),
    Column("page", String),
    Column("page_name", String),
    Column("page_order", Integer),
    Column("continues", String),
    Column("found_by", JSON, nullable=False, server_default="{}"),
    Column("incomplete", SayingText),
)
Index("ix_article_published_at", article.c.published_at, article.c.info_code)
Index("ix_article_content_hash", article.c.content_hash)
Index("ix_article_media_published_at", article.c.media, article.c.published_at, article.c.info_code)
Index("ix_article_author_published_at", article.c.author, article.c.published_at, article.c.info_code)
Index("ix_article_gone", article.c.id, sqlite_where=text("status = 'gone'"))
Index(  # which of many articles are copies is asked for by id
    "ix_article_copy",
    article.c.id,
    article.c.duplicate_of,
    article.c.info_code,
    sqlite_where=text("duplicate_of IS NOT NULL"),
)
Index(
    "ix_article_duplicate_of",
    article.c.duplicate_of,
    sqlite_where=text("duplicate_of IS NOT NULL"),
)

code_alias = Table(
    # What an article was called before: earlier versions made codes of ``NW`` and 18 digits for copied texts.
    "code_alias",
    metadata,
    Column("alias", String, primary_key=True),
    Column("info_code", String, nullable=False),
)

wording = Table(
    # What `revision` shows. A wording repeats nothing that its article has: see `storage.articles.wording`.
    "wording",
    metadata,
    Column("info_code", ForeignKey("article.info_code"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("body_html", Text, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("capture_id", ForeignKey("capture.id")),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("cause", String, nullable=False, server_default="newspaper"),
    Column("text_parts", Text),
    Column("body_parts", Text),
)
create_with(metadata)

shrinking = Table(
    # A row while wordings of earlier versions are still to be shrunk: those up to this info code are done.
    "shrinking",
    metadata,
    Column("done_to", String, primary_key=True),
)

revision = Table(
    "revision",
    MetaData(),  # a view: only to be read
    Column("info_code", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("body_html", Text, nullable=False),
    Column("content_hash", String, nullable=False),
    Column("capture_id", Integer),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("changed", JSON, nullable=False),
    Column("cause", String, nullable=False),
)

time_change = Table(
    "time_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("info_code", ForeignKey("article.info_code"), nullable=False),
    Column("old", UtcDateTime, nullable=False),
    Column("old_precision", String, nullable=False),
    Column("old_witness", String, nullable=False),
    Column("new", UtcDateTime, nullable=False),
    Column("new_precision", String, nullable=False),
    Column("new_witness", String, nullable=False),
    Column("noticed_at", UtcDateTime, nullable=False),
    Column("capture_id", ForeignKey("capture.id")),
)
Index("ix_time_change_info_code", time_change.c.info_code)

security = Table(
    "security",
    metadata,
    Column("info_code", ForeignKey("article.info_code"), primary_key=True),
    Column("market", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("mention", String, primary_key=True),
    Column("name", String, nullable=False),
)
Index("ix_security_code", security.c.code, security.c.market)
Index("ix_security_name", security.c.name)

security_name = Table(
    # How many articles link or print a code under each name: the most frequent one is the code's.
    "security_name",
    metadata,
    Column("market", String, primary_key=True),
    Column("code", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("links", Integer, nullable=False),
    Column("texts", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_security_name_name", security_name.c.name)

capture = Table(
    "capture",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String, nullable=False),
    Column("info_code", String),
    Column("crawl_id", ForeignKey("crawl.id")),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("status", Integer, nullable=False),
    Column("content_type", String),
    Column("payload_digest", String, nullable=False),
    Column("warc_file", String, nullable=False),
    Column("warc_offset", Integer, nullable=False),
    Column("warc_length", Integer, nullable=False),
    Column("refers_to", ForeignKey("capture.id")),
)
Index("ix_capture_payload_digest", capture.c.payload_digest)
Index("ix_capture_place", capture.c.warc_file, capture.c.warc_offset, unique=True)
Index("ix_capture_info_code", capture.c.info_code)

crawl = Table(
    "crawl",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("trigger", String, nullable=False),
    Column("due_at", UtcDateTime),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("status", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("polls", Integer, nullable=False, server_default="0"),
    Column("sources", JSON, nullable=False),
    Column("errors", SayingList, nullable=False),
    Column("version", String, nullable=False),
)
Index("ix_crawl_started_at", crawl.c.started_at)
Index(
    "ix_crawl_running",
    crawl.c.pid,
    sqlite_where=text("status = 'running'"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("source", String),
    Column("info_code", String),
    Column("message", SayingText, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("resolved_at", UtcDateTime),
    Column("examples", JSON, nullable=False, server_default="[]"),
    Column("about", String),
)
Index(
    "ix_event_open",
    event.c.kind,
    event.c.source,
    event.c.info_code,
    sqlite_where=text("resolved_at IS NULL"),
)

story_sketch = Table(
    "story_sketch",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("info_code", ForeignKey("article.info_code"), nullable=False, unique=True),
    Column("published_at", UtcDateTime, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

story_key = Table(
    # Nothing but its key: the rows are the index.
    "story_key",
    metadata,
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("sketch", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

story_link = Table(
    "story_link",
    metadata,
    Column("one", ForeignKey("article.info_code"), primary_key=True),
    Column("other", ForeignKey("article.info_code"), primary_key=True),
    Column("similarity", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_story_link_other", story_link.c.other)

story_member = Table(
    "story_member",
    metadata,
    Column("info_code", ForeignKey("article.info_code"), primary_key=True),
    Column("story", String, nullable=False),
    Column("similarity", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_story_member_story", story_member.c.story)

story_owed = Table(
    "story_owed",
    metadata,
    Column("info_code", ForeignKey("article.info_code"), primary_key=True),
    sqlite_with_rowid=False,
)

issue = Table(
    "issue",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("state", String, nullable=False),
    Column("url", String),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("articles", Integer, nullable=False, server_default="0"),
    Column("reason", SayingText),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
)
Index("ix_issue_source_state", issue.c.source, issue.c.state, issue.c.day)

issue_page = Table(
    "issue_page",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", String, nullable=False),
    Column("name", String, nullable=False),
    Column("url", String, nullable=False),
    Column("picture", String),
    Column("shown", String),
    Column("width", Integer),
    Column("height", Integer),
    Column("pdf", String),
    Column("areas", JSON, nullable=False, server_default="[]"),
)


def _fetched() -> tuple[Column[Any], ...]:
    """Return the columns of what is fetched after the articles: where it is kept, or why it is not."""
    return (
        Column("state", String, nullable=False),
        Column("capture_id", ForeignKey("capture.id")),
        Column("digest", String),
        Column("type", String),
        Column("width", Integer),
        Column("height", Integer),
        Column("size", Integer),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("next_try_at", UtcDateTime),
        Column("error", SayingText),
    )


facsimile = Table(
    # The pictures and PDFs of issues' pages: their addresses are those of `issue_page`.
    "facsimile",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("url", String, primary_key=True),
    Column("kind", String, nullable=False),
    *_fetched(),
)
Index("ix_facsimile_digest", facsimile.c.digest)
Index(
    "ix_facsimile_due",
    facsimile.c.source,
    facsimile.c.day,
    sqlite_where=text("next_try_at IS NOT NULL"),
)

picture = Table(
    # The pictures of articles: their addresses are those of `article.images`.
    "picture",
    metadata,
    Column("info_code", String, primary_key=True),
    Column("url", String, primary_key=True),
    Column("source", ForeignKey("source.slug"), nullable=False),
    Column("position", Integer, nullable=False),
    *_fetched(),
)
Index("ix_picture_digest", picture.c.digest)
Index(
    "ix_picture_due",
    picture.c.source,
    picture.c.info_code,
    sqlite_where=text("next_try_at IS NOT NULL"),
)

backfill = Table(
    "backfill",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("first_day", Date, primary_key=True),
    Column("last_day", Date, primary_key=True),
    Column("newest_first", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("cursor", Text),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer),
    Column("reason", SayingText),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcDateTime),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
)

unwatched = make_unwatched(metadata, UtcDateTime)
accepted_hole = make_accepted_holes(metadata, UtcDateTime)
index_pointing(article)
journal, journal_owed = make_tables(metadata)
ledger_day = make_ledger_days(metadata)

contract = Table(
    "contract",
    metadata,
    Column("source", ForeignKey("source.slug"), primary_key=True),
    Column("learned", Text, nullable=False),
)
