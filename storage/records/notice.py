"""Notices: what a channel of alerts is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.records.event import Event
from storage.records.saying import Saying

What = Literal["opened", "again", "resolved", "digest"]
"""Why a channel is told: an event opened, is still open after a day, is over; or a day is summed up."""

NoticeState = Literal["waiting", "sending", "sent"]
"""``sending`` is one whose sender has not said what became of it: it may have arrived, and is sent again."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that one channel is to be told. Instants are aware.

    ``event`` is None for a digest, whose ``mark`` is the day (proleptic ordinal); for what is told ``again``,
    the mark counts how often.
    """

    id: int
    channel: str
    what: What
    mark: int
    state: NoticeState
    attempts: int
    entered_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    error: Saying | None
    event: Event | None
