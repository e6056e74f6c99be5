"""Cursors: where a list goes on, as a text that means something only to the list that gave it.

A cursor holds the key of the last row shown, not how many were shown: what arrives between two requests
shifts nothing, so no row comes twice and none is passed over.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from storage.records.remedy import Mistaken

_LONGEST = 200  # characters of any cursor that we give out
_LARGEST = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


class BadCursor(Mistaken, ValueError):
    """This is no cursor of this list; the message is one sentence."""

    def __init__(self) -> None:
        super().__init__(
            "that cursor is not one of this list: take it from `next`, or leave it out to begin anew"
        )


def write_id(kind: str, row_id: int) -> str:
    """Return the cursor of the row with this id in a list of this kind."""
    return _seal(kind, str(row_id))


def read_id(kind: str, cursor: str | None) -> int | None:
    """Return the id in a cursor of this kind, None for none; raise `BadCursor` for anything else."""
    if cursor is None:
        return None
    (row_id,) = _open(kind, cursor, 1)
    return _number(row_id)


def write_place(kind: str, published_at: datetime, info_code: str) -> str:
    """Return the cursor of an article in a list that is ordered by publication."""
    return _seal(kind, str((published_at - _EPOCH) // _INSTANT), info_code)


def read_place(kind: str, cursor: str | None) -> tuple[datetime, str] | None:
    """Return publication time and info code in a cursor, None for none; raise `BadCursor` for all else."""
    if cursor is None:
        return None
    instants, info_code = _open(kind, cursor, 2)
    try:
        return _EPOCH + _number(instants) * _INSTANT, info_code
    except OverflowError:
        raise BadCursor from None


def _seal(kind: str, *key: str) -> str:
    return base64.urlsafe_b64encode(" ".join((kind, *key)).encode()).decode().rstrip("=")


def _open(kind: str, cursor: str, length: int) -> list[str]:
    """Return the key in a cursor; only what we would write ourselves is one."""
    try:
        padded = cursor[:_LONGEST] + "=" * (-len(cursor[:_LONGEST]) % 4)
        name, *key = base64.urlsafe_b64decode(padded).decode().split(" ")
    except ValueError:
        raise BadCursor from None
    if name != kind or len(key) != length or _seal(name, *key) != cursor:
        raise BadCursor
    return key


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _LARGEST):
        raise BadCursor
    return int(text)
