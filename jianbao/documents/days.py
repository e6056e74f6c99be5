"""Days as people name them on the command line: in the newspapers' own zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import typer

from storage.records import press_days
from storage.records.press_days import PRESS_ZONE, BadDay

__all__ = ["PRESS_ZONE", "first_moment", "last_moment"]


def first_moment(text: str | None, option: str) -> datetime | None:
    """Return the first moment of a day, month or year, None for none; raise `typer.BadParameter`."""
    return _read(press_days.first_moment, text, option)


def last_moment(text: str | None, option: str) -> datetime | None:
    """Return the first moment after a day, month or year, None for none; raise `typer.BadParameter`."""
    return _read(press_days.last_moment, text, option)


def _read(read: Callable[[str], datetime], text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        return read(text)
    except BadDay as bad:
        raise typer.BadParameter(f"{option} {bad}") from bad
