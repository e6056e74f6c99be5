"""What holes are found by: times in which nobody watched a source, and indexes of what points elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, Text, TypeDecorator, text


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


def index_pointing(article: Table) -> None:
    """Add the indexes of the articles that point at others: few do."""
    Index("ix_article_linking", article.c.info_code, sqlite_where=text("CAST(links AS TEXT) <> '[]'"))
    Index(
        "ix_article_continues",
        article.c.continues,
        article.c.info_code,
        sqlite_where=text("continues IS NOT NULL"),
    )
    Index("ix_article_incomplete", article.c.info_code, sqlite_where=text("incomplete IS NOT NULL"))
