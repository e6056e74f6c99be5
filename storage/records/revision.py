"""Revisions: every wording that an article ever had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Cause = Literal["newspaper", "reader"]
"""Who changed a text: the newspaper its page, or we the way in which we read it."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One wording of an article, without its text. ``seen_at`` (aware) is when it was first seen.

    ``changed`` tells what it changed in the one before: paragraphs added and removed, the title before.
    ``capture_id`` is its original, None where that is not known. ``cause`` is who changed it: where a better
    reader did, the newspaper's page is what it was.
    """

    info_code: str
    number: int
    title: str
    content_hash: str
    capture_id: int | None
    seen_at: datetime
    changed: Mapping[str, object]
    cause: Cause = field(default="newspaper", kw_only=True)


@dataclass(frozen=True, slots=True)
class WholeRevision(Revision):
    """A wording with its text, and the body as it was delivered."""

    text: str
    body_html: str
