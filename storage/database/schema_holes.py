"""What holes are found by: times that nobody watched, what points elsewhere; and what is accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Date, ForeignKey, Index, MetaData, String, Table, Text, TypeDecorator, text

HAS_PICTURES = "CAST(images AS TEXT) <> '[]'"
SHOWN_PICTURES = "length(images) - length(replace(images, '\"url\"', ''))"
"""Five for each picture of an article: the characters by which its JSON names their addresses."""


def make_unwatched(metadata: MetaData, moment: type[TypeDecorator[datetime]]) -> Table:
    """Return the table of the times without a good poll of a source, longer than its site's window."""
    return Table(
        "unwatched",
        metadata,
        Column("source", ForeignKey("source.slug"), primary_key=True),
        Column("since", moment, primary_key=True),
        Column("until", moment, nullable=False),
        Column("reason", Text, nullable=False),
    )


def make_accepted_holes(metadata: MetaData, moment: type[TypeDecorator[datetime]]) -> Table:
    """Return the table of what is missing and need not be missed: a code, or days where ``code`` is empty."""
    return Table(
        "accepted_hole",
        metadata,
        Column("source", String, primary_key=True),
        Column("code", String, primary_key=True),
        Column("first_day", Date, primary_key=True),
        Column("last_day", Date, primary_key=True),
        Column("kind", String, nullable=False),
        Column("reason", Text, nullable=False),
        Column("accepted_at", moment, nullable=False),
    )


def index_pointing(article: Table) -> None:
    """Add the indexes of the articles that point at others: few do."""
    Index("ix_article_linking", article.c.info_code, sqlite_where=text("CAST(links AS TEXT) <> '[]'"))
    Index(
        "ix_article_continues",
        article.c.continues,
        article.c.info_code,
        sqlite_where=text("continues IS NOT NULL"),
    )
    Index(  # how many pictures each shows stands before its text is to be read
        "ix_article_illustrated",
        article.c.info_code,
        article.c.first_seen_at,
        text(SHOWN_PICTURES),
        sqlite_where=text(HAS_PICTURES),
    )
    Index("ix_article_incomplete", article.c.info_code, sqlite_where=text("incomplete IS NOT NULL"))
