"""What the polls of one day saw, hour by hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_NONE = (0.0,) * 24


@dataclass(frozen=True, slots=True)
class PollDay:
    """A day in the source's zone.

    ``seen`` says for each hour which share of it lies before a poll that was told of it, ``news`` how much
    came in it: the first article that a poll lists counts 1, each doubling 1 more, so that hundreds at once
    don't count as hundreds of times. What came between two polls is spread over the hours between them.
    """

    day: date
    seen: tuple[float, ...] = _NONE
    news: tuple[float, ...] = _NONE
