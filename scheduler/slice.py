"""A slice of the work that is done while nothing is due."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of work for one source, bounded in time by itself: the command line that does it."""

    slug: str
    argv: tuple[str, ...]
