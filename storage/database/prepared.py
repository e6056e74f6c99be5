"""Statements that run for every article: put together once, and then handed to the driver as they are.

SQLAlchemy looks at a statement anew each time it runs, at ten times the cost of a small one in SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    String,
    bindparam,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from storage.database.opening import name_error

_Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement as SQL: for each mark the name of its value, and what makes that fit for the driver."""

    sql: str
    marks: tuple[tuple[str, _Convert | None], ...]
    constants: Mapping[str, Any]

    def fit(self, values: Mapping[str, Any]) -> list[Any]:
        values = {**self.constants, **values}
        return [values[name] if convert is None else convert(values[name]) for name, convert in self.marks]


def among(column: Column[str], name: str) -> ColumnElement[bool]:
    """Return the condition that a column is one of some texts, which are given as one value: a JSON list.

    So the statement is one, however many they are.
    """
    texts = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return column.in_(select(texts.c.value))


class Prepared:
    """A statement of SQLAlchemy's with named values; an INSERT sets the columns that its first values name.

    Nothing of what it gives is converted: it is for statements that give numbers and texts, or nothing.
    """

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._made: WeakKeyDictionary[Dialect, _Made] = WeakKeyDictionary()

    def run(self, connection: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run it in the connection's transaction; raise what the connection itself would raise."""
        made = self._made.get(connection.dialect) or self._make(connection.dialect, tuple(values))
        fitted = made.fit(values)
        driver: Any = connection.connection.driver_connection
        try:
            cursor: sqlite3.Cursor = driver.execute(made.sql, fitted)
        except sqlite3.Error as error:
            raise _explain(connection, made.sql, fitted, error) from error
        return cursor

    def _make(self, dialect: Dialect, names: Sequence[str]) -> _Made:
        compiled = self._statement.compile(dialect=dialect, column_keys=list(names))
        assert isinstance(compiled, SQLCompiler)
        assert not compiled.insert_prefetch, "a default that Python makes is a value to be given"
        marks = [(name, _converter(compiled, name, dialect)) for name in compiled.positiontup or ()]
        constants = {
            name: compiled.params[name] for bind, name in compiled.bind_names.items() if not bind.required
        }
        return self._made.setdefault(dialect, _Made(str(compiled), tuple(marks), constants))


def _converter(compiled: SQLCompiler, name: str, dialect: Dialect) -> _Convert | None:
    return compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)


def _explain(connection: Connection, sql: str, values: Sequence[Any], error: sqlite3.Error) -> BaseException:
    named = name_error(Path(str(connection.engine.url.database)), error)
    return named or DBAPIError.instance(sql, tuple(values), error, sqlite3.Error, dialect=connection.dialect)
