"""What the doctor finds: one thing that was looked at, how it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from storage.records.saying import Saying, say

Level = Literal["ok", "warn", "fail"]
"""``warn``: it works, and somebody should look; ``fail``: something does not work, or will lose articles."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``todo`` is None where nothing is to be done."""

    check: str
    level: Level
    said: Saying
    todo: Saying | None = None


def well(check: str, **values: str | float) -> Finding:
    """Return that something is as it should be; the phrase is ``CHECK_ok``."""
    return Finding(check, "ok", say(f"doctor.{check}_ok", **values))


def ill(check: str, how: str, level: Level, **values: str | float) -> Finding:
    """Return that something is not; the phrases are ``CHECK_HOW`` and ``CHECK_HOW_todo``."""
    key = f"doctor.{check}_{how}"
    return Finding(check, level, say(key, **values), say(f"{key}_todo", **values))
