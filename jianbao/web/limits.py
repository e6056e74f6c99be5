"""Limits: how much a page may cost, since whoever is let in may ask for it as often as they like."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from storage.search import Effort

_QUICKLY = Effort(indexed=20_000, rows=1_000, texts=64)


@dataclass(frozen=True, slots=True)
class ReaderLimits:
    """How many articles' texts may be read for one page, and what a trend may cost.

    1,000 articles are read, or looked up by source, in 25 ms: such a page is there at once.
    """

    readable: int = 5_000
    trend: Effort = _QUICKLY


def find_limits(request: Request) -> ReaderLimits:
    """Return the limits of the application that was asked."""
    limits: ReaderLimits = request.app.state.limits
    return limits
