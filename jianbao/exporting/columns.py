"""The columns of tables: what `csv` and `parquet` hold of each article, in this order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from jianbao.exporting.document import ExportedArticle

Kind = Literal["text", "number", "truth", "time", "texts", "images", "players", "securities", "links"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what kind of value it holds, and how to find that in an article.

    A ``time`` is an aware datetime; the last five kinds are lists.
    """

    name: str
    kind: Kind
    value: Callable[[ExportedArticle], Any]


def _said(name: str, kind: Kind = "text") -> Column:
    return Column(name, kind, lambda article: article.document[name])


def _kept(name: str, key: str, kind: Kind = "text") -> Column:
    return Column(name, kind, lambda article: (article.document["capture"] or {}).get(key))


COLUMNS: tuple[Column, ...] = (
    _said("info_code"),
    _said("title"),
    _said("media"),
    _said("author"),
    Column("published_at", "time", lambda article: article.whole.stored.article.published_at),
    _said("precision"),
    _said("url"),
    _said("sources", "texts"),
    _said("summary"),
    _said("text"),
    _said("kinds", "texts"),
    _said("images", "images"),
    _said("players", "players"),
    _said("securities", "securities"),
    _said("links", "links"),
    _said("continued", "truth"),
    _said("source_line"),
    _said("status"),
    _said("revision", "number"),
    _said("content_hash"),
    _said("duplicate_of"),
    Column("story", "text", lambda article: article.whole.story.id if article.whole.story else None),
    Column("first_seen_at", "time", lambda article: article.whole.stored.first_seen_at),
    Column("last_checked_at", "time", lambda article: article.whole.stored.last_checked_at),
    _kept("capture_url", "url"),
    _kept("payload_digest", "payload_digest"),
    _kept("warc_file", "warc_file"),
    _kept("warc_offset", "warc_offset", "number"),
    _kept("warc_length", "warc_length", "number"),
)
