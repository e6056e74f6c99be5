"""How much may be asked of one host, by all processes of an archive together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class HostLimits:
    """Requests at once, seconds between two of them, and requests within any hour (0: no limit)."""

    concurrency: int
    delay: float
    budget: int = 0


class Rank(IntEnum):
    """Who goes first at a host where several processes ask: the polls of today, histories last."""

    POLL = 0
    ARTICLE = 1
    HISTORY = 2


@dataclass(frozen=True, slots=True)
class Refused:
    """No place at a host for now: its own wish for rest, or its budget. ``until`` is aware."""

    until: datetime
    is_budget: bool
