"""Revisions: every wording that an article ever had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """One wording of an article, without its text. ``seen_at`` (aware) is when it was first seen.

    ``changed`` tells what it changed in the one before: paragraphs added and removed, the title before.
    ``capture_id`` is its original, None where that is not known.
    """

    info_code: str
    number: int
    title: str
    content_hash: str
    capture_id: int | None
    seen_at: datetime
    changed: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WholeRevision(Revision):
    """A wording with its text, and the body as it was delivered."""

    text: str
    body_html: str
