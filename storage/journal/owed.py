"""What is owed to the journal: rows that were changed and are not in a journal record yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from storage.database.schema import metadata
from storage.database.schema_journal import list_journalled, row_key

IDLE = frozenset({"alert_channel", "crawl", "event", "host", "notice", "poll_day", "reparse", "source"})
"""Tables that each poll changes: alone they are worth no record, since a poll without news writes nothing."""


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One row that is owed: its table, its key, and whether more of it changed than when it was seen."""

    name: str
    key: tuple[Any, ...]
    is_whole: bool


def is_record_due(connection: Connection) -> bool:
    """Tell whether anything is owed that is worth a record."""
    idle = ", ".join(f"'{name}'" for name in sorted(IDLE))
    found = connection.exec_driver_sql(
        f"SELECT 1 FROM journal_owed WHERE is_whole AND name NOT IN ({idle}) LIMIT 1"  # noqa: S608
    )
    return found.first() is not None


def count_owed(connection: Connection) -> int:
    """Return how many rows are owed."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM journal_owed").scalar_one())


def take_owed(connection: Connection, number: int, limit: int) -> list[OwedRow]:
    """Take rows that are owed for the record of this number, oldest first, in a transaction of its own.

    What an earlier record took and did not settle is taken again: whoever wrote that was killed. Call it only
    as the one who writes the journal.
    """
    connection.exec_driver_sql("UPDATE journal_owed SET taken = NULL WHERE taken IS NOT NULL")
    connection.exec_driver_sql(
        "UPDATE journal_owed SET taken = ? WHERE id IN (SELECT id FROM journal_owed ORDER BY id LIMIT ?)",
        (number, limit),
    )
    rows = connection.exec_driver_sql(
        "SELECT name, key, max(is_whole) FROM journal_owed WHERE taken = ? "
        "GROUP BY name, key ORDER BY min(id)",
        (number,),
    )
    tables = {table.name: table for table in list_journalled(metadata)}
    return [
        OwedRow(name, _key(tables[name], key), bool(whole)) for name, key, whole in rows if name in tables
    ]


def is_taken(connection: Connection, number: int) -> bool:
    """Tell whether rows were taken for the record of this number, and not settled."""
    taken = connection.exec_driver_sql("SELECT 1 FROM journal_owed WHERE taken = ? LIMIT 1", (number,))
    return taken.first() is not None


def settle_owed(connection: Connection, number: int) -> None:
    """Note that what was taken for a record is safe in it."""
    connection.exec_driver_sql("DELETE FROM journal_owed WHERE taken = ?", (number,))


def owe_table(connection: Connection, table: Table) -> None:
    """Have every row of a table noted again that is not noted already."""
    key = row_key(table, table.name)
    same = f"owed.name = '{table.name}' AND owed.key = {key} AND owed.is_whole"
    connection.exec_driver_sql(
        f"INSERT INTO journal_owed (name, key, is_whole) SELECT '{table.name}', {key}, 1 "  # noqa: S608
        f"FROM {table.name} WHERE NOT EXISTS (SELECT 1 FROM journal_owed owed WHERE {same})"
    )


def read_rows(
    connection: Connection, name: str, columns: Sequence[str], keys: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], list[Any] | None]]:
    """Yield for each key the row's values as they are stored, None where it is no longer there."""
    table = metadata.tables[name]
    wanted = ", ".join(f'"{column}"' for column in columns)
    same = " AND ".join(f'"{column.name}" = ?' for column in table.primary_key)
    statement = f"SELECT {wanted} FROM {name} WHERE {same}"  # noqa: S608 - names of our own
    cursor = connection.connection.cursor()  # SQLAlchemy's own way costs ten times as much for each row
    for key in keys:
        row = cursor.execute(statement, key).fetchone()
        yield key, list(row) if row is not None else None


def _key(table: Table, text: str) -> tuple[Any, ...]:
    if len(table.primary_key) > 1:
        return tuple(json.loads(text))
    column = next(iter(table.primary_key))
    return (int(text) if column.type.python_type is int else text,)
