"""Articles as they are archived, where their texts came from, and how their times changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.article import Article, Precision, Witness
from storage.records.forms import Forms


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as it is archived: the text, and what the archive knows about it.

    ``forms`` are those it was fetched in. ``status`` is ``archived`` or ``gone``.
    """

    id: int
    article: Article
    forms: Forms
    content_hash: str
    duplicate_of: str | None
    first_seen_at: datetime
    last_checked_at: datetime
    parser_version: int
    revision: int
    status: str
    capture_id: int | None


@dataclass(frozen=True, slots=True)
class HeldText:
    """Where an article's text came from: the body as delivered, and the capture (None: not known).

    ``captured_at`` is aware.
    """

    body_html: str
    capture_id: int | None = None
    capture_url: str | None = None
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimeChange:
    """One time that took the place of another: what stood, what stands since, and who stated each.

    Instants are aware; with precision ``day`` only the day counts. ``capture_id`` is the answer or file that
    brought the new time, None where it is not known.
    """

    info_code: str
    old: datetime
    old_precision: Precision
    old_witness: Witness
    new: datetime
    new_precision: Precision
    new_witness: Witness
    noticed_at: datetime
    capture_id: int | None = None
