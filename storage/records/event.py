"""Events: what somebody should know, open until it is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records.saying import Saying, quote, read_phrases, say

Severity = Literal["alarm", "warning", "notice"]
"""``alarm``: articles are or soon will be lost; ``warning``: somebody should look; ``notice``: no more."""


def title_of(kind: str) -> Saying:
    """Return what a kind of event is called; the kind itself when it is of a newer version."""
    key = f"events.{kind}"
    return say(key) if key in read_phrases("en") else quote(kind)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody should know: about a source, an article, or neither.

    ``times`` counts how often it was seen; ``resolved_at`` is None while it is open. Instants are aware.
    ``about`` names what it is about where that is neither source nor article: a chore, a channel.
    ``examples`` are some of what it is about: info codes or addresses.
    """

    id: int
    kind: str
    source: str | None
    info_code: str | None
    message: Saying
    opened_at: datetime
    last_seen_at: datetime
    times: int = 1
    resolved_at: datetime | None = None
    examples: tuple[str, ...] = ()
    about: str | None = None

    @property
    def title(self) -> Saying:
        """What its kind is called."""
        return title_of(self.kind)
