"""What lists tell of articles, as the column `listing.told` holds it: what they tell, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, type_coerce

from storage.database.schema import listing
from storage.records import EXACTNESS, NOTHING_TOLD, Told

TOLD: ColumnElement[str | None] = type_coerce(listing.c.told, Text)
"""The column as it stands, for `read_told`: most listings are told nothing of, and that costs nothing so."""

_NAMES = tuple(field.name for field in fields(Told) if field.name not in ("published_at", "precision"))
_TIME = ("published_at", "precision")


def told_values(told: Told) -> dict[str, Any] | None:
    """Return what a list tells as JSON has it; None when it tells nothing."""
    if told is NOTHING_TOLD:
        return None
    values = {name: value for name in _NAMES if (value := getattr(told, name)) is not None}
    if told.published_at is not None:
        values |= {"published_at": told.published_at.isoformat(), "precision": told.precision}
    return values or None


def read_told(text: str | None) -> Told:
    """Return what a list tells, from the JSON that `told_values` became."""
    if text is None:
        return NOTHING_TOLD
    values: Mapping[str, Any] = json.loads(text)
    said: dict[str, Any] = {name: values[name] for name in _NAMES if name in values}
    if "published_at" in values:
        said |= {
            "published_at": datetime.fromisoformat(values["published_at"]),
            "precision": values["precision"],
        }
    return Told(**said)


def renew_told(known: Told, now: Told) -> Told:
    """Return what was told before and is told now: the later word counts, what it leaves out stays.

    Only, a time is never replaced by a less exact one: 昨天 comes where 14:05 stood.
    """
    if NOTHING_TOLD in (known, now):
        return known if now == NOTHING_TOLD else now
    said: dict[str, Any] = {name: getattr(now, name) or getattr(known, name) for name in _NAMES}
    timed = known if _is_vaguer(now, known) else now
    return Told(published_at=timed.published_at, precision=timed.precision, **said)


def _is_vaguer(now: Told, known: Told) -> bool:
    """Tell whether the later word tells no time, or less exactly than the known one."""
    if now.published_at is None or known.published_at is None:
        return now.published_at is None
    return EXACTNESS[now.precision] < EXACTNESS[known.precision]
