"""Events: what somebody should know, open until it is resolved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody should know: about a source, an article, or neither.

    ``times`` counts how often it was seen; ``resolved_at`` is None while it is open. Instants are aware.
    """

    id: int
    kind: str
    source: str | None
    info_code: str | None
    message: str
    opened_at: datetime
    last_seen_at: datetime
    times: int = 1
    resolved_at: datetime | None = None
