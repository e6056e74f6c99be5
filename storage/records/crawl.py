"""Crawls: one for every run that happened, and for every one that should have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.records.saying import Saying

CountsOfSource = dict[str, str | int | None]
"""What a crawl counted at one source, as it is archived: ``slug``, ``poll`` and the numbers by their names.

A run that never was has the slug alone, and one of an earlier version only what that counted.
"""


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl as it is archived. ``trigger`` is ``schedule``, ``manual``, ``recrawl`` or ``demo``.

    ``status`` is ``running`` or how it ended; ``pid`` its process, 0 for none. ``sources`` are those where
    something happened, ``errors`` samples of what went wrong. Instants are aware.
    """

    id: int
    trigger: str
    started_at: datetime
    status: str
    pid: int
    sources: list[CountsOfSource]
    errors: list[Saying]
    version: str
    due_at: datetime | None = None
    finished_at: datetime | None = None
    requests: int = 0
    polls: int = 0
