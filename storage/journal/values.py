"""Values of journal records: only what the database would give back as its columns have it is entered."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, String
from sqlalchemy.dialects.sqlite import dialect as sqlite
from sqlalchemy.types import TypeEngine

from storage.database.schema import metadata
from storage.journal.record import BrokenJournal

_DIALECT = sqlite()
_BYTES = 8  # of an integer
_PLAIN: tuple[tuple[type[TypeEngine[Any]], type | tuple[type, ...]], ...] = (
    (Boolean, int),
    (Integer, int),
    (Float, (int, float)),
    (LargeBinary, bytes),
    (String, str),
)


def fit_rows(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows of a table as they are stored; raise `BrokenJournal` for what its columns cannot hold."""
    table = metadata.tables[name]
    held = [table.columns[column] for column in columns]
    checks = [_make_check(column) for column in held]
    return [
        [_fit(column, check, value) for column, check, value in zip(held, checks, row, strict=True)]
        for row in rows
    ]


def fit_key(name: str, key: Sequence[Any]) -> tuple[Any, ...]:
    """Return the key of a row of a table; raise `BrokenJournal` for what cannot be one."""
    return tuple(fit_rows(name, [column.name for column in metadata.tables[name].primary_key], [key])[0])


def _fit(column: Column[Any], check: Callable[[Any], object], value: Any) -> Any:
    if value is None:
        return None  # the database itself says where that may be
    try:
        if isinstance(value, dict):
            value = base64.b64decode(value["base64"], validate=True)
        check(value)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise BrokenJournal(
            f"has {str(value)[:40]!r} as {column.table.name}.{column.name} ({error})"
        ) from error
    return value


@cache
def _make_check(column: Column[Any]) -> Callable[[Any], object]:
    """Return what raises where a value would not come back from a column."""
    read = column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    plain = next((kind for one, kind in _PLAIN if isinstance(column.type, one)), str)

    def check(value: Any) -> None:
        if not isinstance(value, plain):
            raise TypeError(f"a {type(value).__name__}")
        if isinstance(value, str):
            value.encode()  # no lone surrogates
        elif isinstance(value, int):
            value.to_bytes(_BYTES, signed=True)
        if read is not None:
            read(value)

    return check
