"""Stories: articles whose texts are nearly the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StoryMember:
    """One article of a story; ``similarity`` is the one to that other member which is nearest to it."""

    info_code: str
    title: str
    media: str | None
    published_at: datetime
    similarity: float


@dataclass(frozen=True, slots=True)
class Story:
    """A story: ``id`` is the info code of its first published article, ``size`` how many it has in all."""

    id: str
    size: int
    members: tuple[StoryMember, ...]
